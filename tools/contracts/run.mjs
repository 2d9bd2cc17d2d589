// Builds, checks, tests and measures the contracts. Hardhat 3 needs Node 22: on an older Node this script runs itself
// under 24. Each verb but build ends with a line like "contracts:check 3 passed, 0 failed".
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const root = resolve(dirname(self), "../..");
const [verb = "build", ...rest] = process.argv.slice(2);
const contracts = [
  ["MarketEscrow", "contracts/MarketEscrow.sol"],
  ["MarketRegistry", "contracts/MarketRegistry.sol"],
  ["ProviderBond", "contracts/ProviderBond.sol"],
  ["MarketToken", "contracts/mocks/MarketToken.sol"],
  ["KeyWallet", "contracts/mocks/KeyWallet.sol", "tests/contracts/abi"],
];
const verbs = { build, check, test, coverage, gas, surface, vectors, smt, mutate };

if (!Object.hasOwn(verbs, verb)) {
  console.error(`Unknown verb ${verb}: ${Object.keys(verbs).join(", ")}.`);
  process.exit(2);
}

if (Number(process.versions.node.split(".")[0]) < 22) {
  const command = ["node", self, verb, ...rest].map((word) => `'${word}'`).join(" ");
  const run = spawnSync("npm", ["exec", "--yes", "--package=node@24", "-c", command], { cwd: root, stdio: "inherit" });
  process.exit(run.status ?? 1);
}

process.chdir(root);
process.env.HARDHAT_DISABLE_TELEMETRY_PROMPT = "true";
const { default: hre } = await import("hardhat");
process.exit(await verbs[verb]());

async function build() {
  await compile({});
  for (const [name, source, folder] of contracts) {
    mkdirSync(dirname(publishedAt(name, folder)), { recursive: true });
    writeFileSync(publishedAt(name, folder), published(name, source));
  }
  return 0;
}

async function check() {
  await compile({ force: true });
  const isCurrent = ([name, source, folder]) =>
    readFileSync(publishedAt(name, folder), "utf8") === published(name, source);
  return closing("check", contracts.map((contract) => {
    const verdict = isCurrent(contract) ? "are current" : "DIFFER from the sources: npm run contracts:build";
    console.log(`${contract[0]}: ABI and bytecode ${verdict}`);
    return isCurrent(contract);
  }));
}

// test [--deep] [--grep WORD]: the deep profile runs for hours, not for a minute.
async function test() {
  const { results, isSuccess } = await runTests(hre);
  const passed = results.filter(({ status }) => status === "Success").length;
  console.log(`contracts:test ${passed} passed, ${results.length - passed} failed`);
  // A run that executed nothing has shown nothing; a skipped test has not passed; a fault of the runner is no result.
  return isSuccess && passed > 0 && passed === results.length ? 0 : 1;
}

// Fails unless the tests pass and run every line and statement of the contracts.
async function coverage() {
  const { instrumented, verdicts } = await import("./coverage.mjs");
  const measuring = await instrumented(root);
  const { isSuccess } = await runTests(measuring);
  if (!isSuccess) console.log("A test fails under measurement: see above");
  return closing("coverage", [isSuccess, ...(await verdicts(measuring))]);
}

async function runTests(environment) {
  const grep = rest.includes("--grep") ? rest[rest.indexOf("--grep") + 1] : undefined;
  const testProfile = rest.includes("--deep") ? "deep" : "default";
  let run;
  try {
    run = await environment.tasks.getTask(["test", "solidity"]).run({ grep, testProfile });
  } catch (fault) {
    explain(fault);
    throw fault;
  }

  const results = (run.success ? run.value : run.error).suiteResults.flatMap(({ testResults }) => testResults);
  return { results, isSuccess: run.success };
}

async function gas() {
  const { measure, compare } = await import("./gas.mjs");
  await compile({});
  return closing("gas", compare(await measure(artifactOf), artifactOf, rest.includes("--write")));
}

async function surface() {
  const { inspect } = await import("./surface.mjs");
  await compile({});
  return closing("surface", inspect(artifactOf));
}

async function smt() {
  const { prove } = await import("./smt.mjs");
  const verdicts = prove();
  if (verdicts) return closing("smt", verdicts);
  console.log("z3 is not installed (Debian: z3): nothing was proved");
  return 0;
}

async function vectors() {
  const verdicts = [];
  for (const [path, source] of [["tests/vectors/escrow.json", "vectors"], ["tests/vectors/entry.json", "entry"]]) {
    const { current } = await import(`./${source}.mjs`);
    const text = await current(hre);
    if (rest.includes("--write")) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }

    verdicts.push(readFileSync(path, "utf8") === text);
    console.log(`${path} ${verdicts.at(-1) ? "is what the design's encodings give" : "DIFFERS: run vectors --write"}`);
  }

  return closing("vectors", verdicts);
}

// mutate [--sample N] [--seed S] [--only PATTERN] [--learn]: without a sample all of them, for an hour.
async function mutate() {
  const runner = await import("./mutate.mjs");
  const value = (option) => (rest.includes(option) ? rest[rest.indexOf(option) + 1] : undefined);
  const sample = value("--sample") === undefined ? undefined : Number(value("--sample"));
  const options = { sample, seed: value("--seed"), only: value("--only"), isLearning: rest.includes("--learn") };
  return closing("mutate", await runner.mutate(options));
}

async function compile({ force = false }) {
  try {
    await hre.tasks.getTask("build").run({ quiet: true, noTests: true, force });
  } catch (fault) {
    explain(fault);
    throw fault;
  }
}

function artifactOf(name) {
  const [, source] = contracts.find(([known]) => known === name);
  return JSON.parse(readFileSync(join("artifacts", source, `${name}.json`), "utf8"));
}

// The operator ships the contracts of the first folder; what only tests deploy is kept with the tests.
function publishedAt(name, folder = "contracts/abi") {
  return `${folder}/${name}.json`;
}

function published(name) {
  const { abi, bytecode } = artifactOf(name);
  return JSON.stringify({ contractName: name, abi, bytecode }, null, 2) + "\n";
}

function closing(name, verdicts) {
  const passed = verdicts.filter(Boolean).length;
  console.log(`contracts:${name} ${passed} passed, ${verdicts.length - passed} failed`);
  return passed === verdicts.length && passed > 0 ? 0 : 1;
}

// npm under Node 20 leaves Hardhat's native part out, for it asks for Node 22; the advice in Hardhat's own message
// (delete the lock file) would be wrong here.
function explain(fault) {
  if (/HHE27|native binding/.test(`${fault.message} ${fault.cause?.message}`)) {
    console.error("node_modules lacks Hardhat's native part; this brings it:");
    console.error("npm exec --yes --package=node@24 -c 'npm install --no-save'");
  }
}
