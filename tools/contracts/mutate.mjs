// Breaks the contracts in one named place at a time and asks the tests to notice. A mutant lives in a copy of the
// project: its contract is compiled, the escrow as shipped, and put into the copy's artifacts; the test contract that
// is named for it runs against it, and all of them when that one lets it pass.
import { fork, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { equivalent, killersPath, mutants } from "./mutants.mjs";

const worker = fileURLToPath(new URL("./mutant-worker.mjs", import.meta.url));
const workers = 2;
const patience = 15 * 60_000;

/**
 * One verdict for each snippet that must be there, for the tests on the contracts as they are, and for each mutant.
 * @param options sample and seed (or all), only (a pattern of "file: name"), isLearning (who notices is written down)
 */
export async function mutate({ sample, seed = commit(), only, isLearning }) {
  const lost = [...mutants, ...equivalent].filter((mutant) => !isUnique(mutant));
  lost.forEach(({ file, name }) => console.log(`LOST     ${file}: ${name}: its snippet is not there just once`));
  const chosen = choose(mutants.filter((mutant) => isMeant(mutant, only)), sample, seed);
  if (sample !== undefined) console.log(`${chosen.length} of ${mutants.length} mutants, seed ${seed}`);
  const present = chosen.filter((mutant) => !lost.includes(mutant));
  const copies = mkdtempSync(join(tmpdir(), "mutants-"));
  try {
    const results = await runAll(copies, present, isLearning);
    return [...lost.map(() => false), ...results];
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

function commit() {
  const { stdout, status } = spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "1";
}

function isUnique({ file, snippet }) {
  return readFileSync(`contracts/${file}`, "utf8").split(snippet).length === 2;
}

function isMeant({ file, name }, only) {
  return only === undefined || new RegExp(only).test(`${file}: ${name}`);
}

// The same seed and list give the same sample; a mutant's rank does not depend on the others.
function choose(list, sample, seed) {
  if (sample === undefined) return list;
  const rank = ({ name }) => createHash("sha256").update(`${seed} ${name}`).digest("hex");
  return list.toSorted((left, right) => (rank(left) < rank(right) ? -1 : 1)).slice(0, sample);
}

async function runAll(copies, present, isLearning) {
  const first = copy(copies, 0, ".");
  const crew = [start(first)];
  try {
    const sound = await crew[0].ask({});
    console.log(`${sound.isSound ? "ok      " : "FAIL    "} the tests pass on the contracts as they are ${sound.text}`);
    if (!sound.isSound) return [false];
    while (crew.length < Math.min(workers, present.length)) crew.push(start(copy(copies, crew.length, first)));
    const queue = [...present];
    const verdicts = [];
    const begin = Date.now();
    await Promise.all(crew.map(async ({ ask }) => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const answer = await ask({ mutant });
        if (isLearning && answer.outcome === "killed") learn(mutant, answer);
        verdicts.push(tell(mutant, answer));
      }
    }));
    console.log(`${verdicts.filter(Boolean).length} of ${verdicts.length} killed in ${seconds(Date.now() - begin)} s`);
    return [true, ...verdicts];
  } finally {
    crew.forEach(({ end }) => end());
  }
}

function tell({ file, name }, { outcome, text, time }) {
  console.log(`${outcome.padEnd(8)} ${file}: ${name}  ${text}  ${seconds(time)} s`);
  return outcome === "killed";
}

function learn({ name }, { killers }) {
  const known = JSON.parse(readFileSync(killersPath, "utf8"));
  if (killers.some((killer) => known[killer]?.includes(name))) return;
  for (const killer of Object.keys(known)) known[killer] = known[killer].filter((other) => other !== name);
  known[killers[0]] = [...(known[killers[0]] ?? []), name].sort();
  writeFileSync(killersPath, `${JSON.stringify(known, null, 2)}\n`);
}

/** A copy of the project with what was built of it, so that its first build only brings it up to date. */
function copy(copies, index, from) {
  const to = join(copies, String(index));
  for (const name of ["contracts", "tests/contracts", "tests/vectors", "hardhat.config.js", "package.json"]) {
    cpSync(join(from, name), join(to, name), { recursive: true });
  }

  for (const name of ["artifacts", "cache"]) {
    if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name), { recursive: true });
  }

  moveCache(join(to, "cache/compile-cache.json"), resolve(from), to);
  symlinkSync(resolve("node_modules"), join(to, "node_modules"));
  return to;
}

// Hardhat knows what it has built by whole paths.
function moveCache(path, from, to) {
  if (!existsSync(path)) return;
  const inJson = (text) => JSON.stringify(text).slice(1, -1);
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(inJson(from), () => inJson(to)));
}

// The worker's own output is Hardhat's, about a copy; what it found comes as messages. The end of its errors is kept.
function start(folder) {
  const output = ["ignore", "ignore", "pipe", "ipc"];
  const child = fork(worker, { cwd: folder, serialization: "advanced", stdio: output });
  let errors = "";
  child.stderr.on("data", (data) => { errors = `${errors}${data}`.slice(-4_000); });
  const ask = (question) => new Promise((answered, failed) => {
    const timer = setTimeout(() => failed(new Error(`No answer about ${JSON.stringify(question)}.`)), patience);
    const settle = (finish) => (value) => {
      clearTimeout(timer);
      child.removeAllListeners();
      finish(value);
    };
    child.once("message", settle(answered));
    child.once("exit", settle((code) => failed(new Error(`The worker ended with ${code}. ${errors}`))));
    child.send(question);
  });
  return { ask, end: () => child.kill() };
}

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(1);
}
