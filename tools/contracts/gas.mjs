// Holds what the operations of a market in its steady state cost against contracts/gas.json, says which targets are
// met, and that settling creates no storage slot.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readme } from "./readme.mjs";

export { measure } from "./workloads.mjs";

const path = "contracts/gas.json";
const growthLimit = 0.02;
// Operations whose gas adds up, how many jobs they carry, and the most that a job may cost.
const targets = [
  [["settle 1000 jobs, 20 buyers, 20 providers"], 1000, 1050],
  [["settle 1000 jobs, 10 buyers, 20 providers"], 1000, 750],
  [["settle 10000 jobs, 50 buyers, 20 providers"], 10_000, 430],
  [["settleTickets 1 ticket, 1 buyer, 1 provider"], 1, 45_000],
  [["settleTickets 100 tickets, 20 buyers, 20 providers"], 100, 33_000],
  [["deposit", "openBudget"], 1, 190_000],
  [["deposit, a buyer's first", "openBudget, a buyer's first"], 1, 190_000],
];
// The first batches of a market: all later ones find the slots of these in use.
const firstBatches = ["settle 1 job, 1 buyer, 1 provider", "settleTickets 1 ticket, 1 buyer, 1 provider"];

/** Prints the tables; a verdict for each operation and for each batch's storage. A missed target is no failure. */
export function compare({ gas, created, first }, artifactOf, isWriting) {
  const table = { unit: "gas of one transaction", operations: gas };
  if (isWriting) writeFileSync(path, `${JSON.stringify(table, null, 2)}\n`);
  const stored = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).operations : {};
  console.log("operation".padEnd(52) + columns("measured", "stored", "difference", "a job"));
  const verdicts = Object.entries(gas).map(([name, now]) => compareOne(name, now, stored[name]));
  const lost = Object.keys(stored).filter((name) => gas[name] === undefined);
  lost.forEach((name) => console.log(`${name}: stored, but not measured any more  FAIL`));
  console.log();
  targets.forEach((target) => console.log(judged(gas, ...target)));
  console.log();
  const documented = readme(stored, artifactOf, isWriting).map(({ claim, holds }) => verdict(claim, holds));
  return [...verdicts, ...lost.map(() => false), ...storage(created, first), ...documented];
}

function compareOne(name, now, before) {
  const growth = before === undefined ? Infinity : now / before - 1;
  const isKept = growth <= growthLimit;
  const percent = before === undefined ? "new" : `${(100 * growth).toFixed(2)} %`;
  const jobs = jobsOf(name);
  const perJob = jobs === undefined ? "" : (now / jobs).toFixed(1);
  console.log(name.padEnd(52) + columns(now, before ?? "-", percent, perJob) + (isKept ? "" : "  FAIL"));
  return isKept;
}

function judged(gas, names, jobs, limit) {
  const perJob = names.reduce((sum, name) => sum + gas[name], 0) / jobs;
  const verdict = perJob <= limit ? "met" : `MISSED by ${(perJob - limit).toFixed(1)}`;
  return `target ${names.join(" + ")}: ${perJob.toFixed(1)}${jobs === 1 ? "" : " a job"}, at most ${limit}: ${verdict}`;
}

// A guard counts once it has been seen red: first batches do create slots, and the same count must find them.
function storage(created, first) {
  return [
    ...firstBatches.map((name) =>
      verdict(`the count finds the slots that a market's first ${name} creates: ${first[name]}`, first[name] > 0)),
    ...Object.entries(created).map(([name, slots]) =>
      verdict(`${name} creates no storage slot${slots === 0 ? "" : `, but ${slots}`}`, slots === 0)),
  ];
}

function verdict(claim, holds) {
  console.log(`${holds ? "ok  " : "FAIL"} ${claim}`);
  return holds;
}

function jobsOf(name) {
  const found = /^settle\w* (\d+) /.exec(name);
  return found === null ? undefined : Number(found[1]);
}

function columns(...cells) {
  return cells.map((cell) => String(cell).padStart(12)).join("");
}
