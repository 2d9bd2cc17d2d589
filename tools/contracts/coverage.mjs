// Which lines and statements of the contracts the Solidity tests run. Hardhat puts a probe before every statement of
// the contracts (not of the tests) and notes which were reached; the instrumented artifacts get folders of their own,
// so that the shipped ones stay as they are.
import { rmSync } from "node:fs";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import config from "../../hardhat.config.js";

const folder = "cache/coverage";

// Assembly is one statement to the probes: what happens inside it, only the tests of its results show.
const measured = [
  "contracts/MarketEscrow.sol",
  "contracts/MarketRegistry.sol",
  "contracts/ProviderBond.sol",
  "contracts/types/Budget.sol",
  "contracts/types/CompactSignature.sol",
  "contracts/types/Evidence.sol",
  "contracts/types/StatementReader.sol",
  "contracts/types/TicketReader.sol",
];

export async function instrumented(root) {
  const paths = { ...config.paths, artifacts: `${folder}/artifacts`, cache: `${folder}/cache` };
  // It is asked whether a line runs and not how often: a few runs of the fuzz tests and campaigns will do.
  const { profiles } = config.test.solidity;
  const few = { ...profiles.default, fuzz: { runs: 16 }, invariant: { ...profiles.default.invariant, runs: 4 } };
  const test = { solidity: { profiles: { ...profiles, default: few } } };
  const hre = await createHardhatRuntimeEnvironment({ ...config, paths, test }, { coverage: true }, root);
  hre._coverage.disableReport();
  return hre;
}

// One line for each file, and under it the numbers of the lines that nothing ran.
export async function verdicts(hre) {
  const report = await hre._coverage.getReport();
  // What Hardhat keeps for its own report, in a folder that cannot be moved.
  rmSync("coverage", { recursive: true, force: true });
  console.log("file | lines | statements");
  return measured.map((path) => {
    const data = report[path];
    if (!data) {
      console.log(`${path} | not measured`);
      return false;
    }

    const missed = [...data.unexecutedLines].sort((a, b) => a - b);
    const lines = share(data.executedLinesCount, missed.length);
    const statements = share(data.executedStatementsCount, data.unexecutedStatementsCount);
    console.log(`${path} | ${lines} | ${statements}${missed.length ? `\n  missed: ${missed.join(" ")}` : ""}`);
    return missed.length === 0 && data.unexecutedStatementsCount === 0 && data.executedStatementsCount > 0;
  });
}

function share(done, missed) {
  const all = done + missed;
  return `${all ? ((100 * done) / all).toFixed(2) : "0.00"} % (${done} of ${all})`;
}
