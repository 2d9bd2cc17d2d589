// Proves the escrow's books by induction with solc's SMTChecker and z3; what exactly is proved says smt/README.md.
// A prover that calls everything proved proves nothing: each control breaks one line, and must then be refuted.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const solc = createRequire(import.meta.url)("solc");
const ledger = "tools/contracts/smt/Ledger.sol";
const rules = "contracts/types/Budget.sol";
const secondsPerQuery = 60;
const controls = [
  ["the cap is not held against a payment", rules, " || sum > cap", ""],
  ["a payment of nothing is let through", rules, "amount == 0 || ", ""],
  ["the fee is not limited", rules, " || fee * 10_000 > amount * maxFeeBps", ""],
  ["the fee is not part of what is spent", rules, "spent + amount + fee", "spent + amount"],
  ["a closed budget returns its whole cap", ledger, "free += cap - spent", "free += cap"],
  ["an exit leaves what is owed as it was", ledger, "totalOwed -= amount;", ""],
  ["a claim leaves the credit", ledger, "credit = 0;", ""],
];

/** One verdict for the proof and one for each control; null where there is no z3. */
export function prove() {
  if (spawnSync("z3", ["--version"]).error) return null;
  const claims = check({});
  for (const { isSafe, text } of claims) console.log(`${isSafe ? "proved    " : "NOT PROVED"} ${text}`);
  const verdicts = claims.map(({ isSafe }) => isSafe);
  for (const [name, file, from, to] of controls) {
    const source = readFileSync(file, "utf8");
    if (!source.includes(from)) throw new Error(`${file} has no "${from}" to break: mend the control "${name}".`);
    const isRefuted = check({ [file]: source.replace(from, to) }).some(({ isSafe }) => !isSafe);
    console.log(`${isRefuted ? "refuted   " : "NOT SEEN  "} control: ${name}`);
    verdicts.push(isRefuted);
  }

  return verdicts;
}

/** The assertions of the ledger, each with whether it was proved. */
function check(changed) {
  const folder = mkdtempSync(join(tmpdir(), "smt-"));
  const read = (path) => ({ contents: changed[path] ?? readFileSync(path, "utf8") });
  const modelChecker = {
    engine: "bmc", contracts: { [ledger]: ["Ledger"] }, targets: ["assert"], solvers: ["smtlib2"],
    showProvedSafe: true, showUnproved: true, showUnsupported: true,
  };
  const input = {
    language: "Solidity",
    sources: { [ledger]: { content: read(ledger).contents } },
    settings: { evmVersion: "osaka", modelChecker, outputSelection: {} },
  };
  const smtSolver = (query) => ({ contents: answer(join(folder, "query.smt2"), query) });
  const { errors } = JSON.parse(solc.compile(JSON.stringify(input), { import: read, smtSolver }));
  rmSync(folder, { recursive: true });
  const broken = errors.find(({ severity }) => severity === "error");
  if (broken) throw new Error(broken.formattedMessage);
  // One message an assertion and place from which it is reached; a warning of any other kind is no proof either.
  return errors.filter(({ message }) => !message.includes("engine of the SMTChecker is deprecated"))
    .map(({ message, formattedMessage }) => ({
      isSafe: /^BMC: Assertion violation check is safe!/.test(message),
      text: /\| *(?<line>[^|\n]*[^|\n ])\n *\| +\^/.exec(formattedMessage)?.groups.line ?? message,
    }));
}

// Out of time is "unknown" to the checker, which then proves nothing.
function answer(file, query) {
  writeFileSync(file, query);
  const { stdout } = spawnSync("z3", [`-T:${secondsPerQuery}`, file], { encoding: "utf8" });
  return /^(sat|unsat)/.test(stdout) ? stdout : "unknown";
}
