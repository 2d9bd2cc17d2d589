// Runs mutants in the copy of the project that is its working folder. Sources stay as they are: the compiler is shown
// the mutant, and what it makes of it takes the place of the artifacts until the next one.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, posix } from "node:path";

process.env.HARDHAT_DISABLE_TELEMETRY_PROMPT = "true";
const require = createRequire(join(process.cwd(), "package.json"));
const solc = require("solc");
const { default: hre } = await import(require.resolve("hardhat"));
const { default: config } = await import(join(process.cwd(), "hardhat.config.js"));
const shipped = config.solidity.compilers[0].settings;
const quick = Object.values(config.solidity.overrides)[0].settings;
const deployed = ["MarketEscrow", "MarketRegistry", "ProviderBond"];
const kept = new Map();

process.on("message", async (question) => {
  const begin = Date.now();
  try {
    const answer = question.mutant === undefined ? await baseline() : await attempt(question.mutant);
    process.send({ ...answer, time: Date.now() - begin });
  } catch (fault) {
    process.send({ outcome: "FAULT", isSound: false, text: fault.message, time: Date.now() - begin });
  }
});

/**
 * Builds what is missing, then lets the tests run on bytecode that was made the mutants' way, with nothing broken. The
 * slow ones are left to contracts:test.
 */
async function baseline() {
  await hre.tasks.getTask("build").run({ quiet: true });
  for (const name of deployed) install(compileDeployed(name, new Map()));
  const failed = await failing(allTests().filter((file) => !isSlow(file)));
  return { isSound: failed.length === 0, text: failed.join(", ") };
}

async function attempt({ file, snippet, replacement, killer }) {
  const path = `contracts/${file}`;
  const changed = new Map([[path, readFileSync(path, "utf8").replace(snippet, () => replacement)]]);
  try {
    install(...contractsOf(path, changed));
    for (const tests of rounds(killer)) {
      install(...testsOf(tests, path, changed));
      const failed = await failing(tests);
      if (failed.length === 0) continue;
      return { outcome: "killed", text: `by ${failed.join(", ")}`, killers: failed.map((noticed) => noticed.file) };
    }

    return { outcome: "SURVIVED", text: "all tests" };
  } catch (fault) {
    if (fault instanceof CompilerError) return { outcome: "NOT CODE", text: fault.message };
    throw fault;
  } finally {
    restore();
  }
}

function contractsOf(path, changed) {
  return deployed.filter((name) => reaches(`contracts/${name}.sol`, path))
    .filter((name) => name !== "ProviderBond" || !isOnlyDeclared(path))
    .map((name) => compileDeployed(name, changed));
}

// The escrow only fits the stack the shipped way, which is the slow one.
function compileDeployed(name, changed) {
  return compile([`contracts/${name}.sol`], name === "ProviderBond" ? quick : shipped, changed);
}

// What tests compile into themselves is broken for them too: they see what a changed source would have made of them.
function testsOf(tests, path, changed) {
  const broken = tests.filter((root) => path.startsWith("contracts/types/") && reaches(root, path));
  return broken.length === 0 ? [] : [compile(broken, quick, changed)];
}

// The bond imports the escrow for its functions' names and has nothing of its code; its own file and these two it has.
function isOnlyDeclared(path) {
  return !["contracts/ProviderBond.sol", "contracts/types/Evidence.sol", "contracts/types/CompactSignature.sol"]
    .includes(path);
}

function compile(roots, settings, changed) {
  const read = (path) => changed.get(path) ?? readFileSync(path, "utf8");
  const parts = { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] };
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(roots.map((root) => [root, { content: read(root) }])),
    settings: { ...settings, outputSelection: Object.fromEntries(roots.map((root) => [root, parts])) },
  };
  const load = (path) => {
    const place = path.startsWith("@") ? `node_modules/${path}` : path;
    return existsSync(place) ? { contents: read(place) } : { error: "not found" };
  };
  const { errors = [], contracts = {} } = JSON.parse(solc.compile(JSON.stringify(input), { import: load }));
  const fatal = errors.filter(({ severity }) => severity === "error");
  if (fatal.length > 0) throw new CompilerError(fatal[0].message.split("\n")[0]);
  return contracts;
}

class CompilerError extends Error {}

function install(...compiled) {
  for (const [source, contracts] of compiled.flatMap((made) => Object.entries(made))) {
    for (const [name, { evm }] of Object.entries(contracts)) {
      const path = join("artifacts", source, `${name}.json`);
      if (!existsSync(path) || evm.bytecode.object === "") continue;
      const before = readFileSync(path, "utf8");
      if (!kept.has(path)) kept.set(path, before);
      writeFileSync(path, JSON.stringify({
        ...JSON.parse(before),
        bytecode: `0x${evm.bytecode.object}`,
        deployedBytecode: `0x${evm.deployedBytecode.object}`,
      }));
    }
  }
}

function restore() {
  for (const [path, text] of kept) writeFileSync(path, text);
  kept.clear();
}

/** The test contracts that fail, each with the first of its tests that does. */
async function failing(tests) {
  const run = await hre.tasks.getTask(["test", "solidity"]).run({
    noCompile: true, testFiles: tests, testProfile: "mutant",
  });
  const suites = (run.success ? run.value : run.error).suiteResults;
  if (suites.length === 0) throw new Error(`No test ran of ${tests.join(", ")}.`);
  return suites.flatMap(({ id, testResults }) => {
    const failed = testResults.filter(({ status }) => status !== "Success");
    return failed.length === 0 ? [] : [new Noticed(id.source, failed[0].name)];
  });
}

class Noticed {
  constructor(source, test) {
    this.file = posix.basename(source, ".t.sol");
    this.test = test.replace(/\(.*/, "");
  }

  toString() {
    return `${this.file} (${this.test})`;
  }
}

// First the test contract that is named, whose file bears its name, then the others, and the slow ones last.
function rounds(killer) {
  const files = allTests();
  const named = files.filter((file) => posix.basename(file, ".t.sol") === killer);
  const others = files.filter((file) => !named.includes(file));
  return [named, others.filter((file) => !isSlow(file)), others.filter(isSlow)].filter(({ length }) => length > 0);
}

function isSlow(file) {
  return file.endsWith("Invariants.t.sol");
}

function allTests() {
  const files = readdirSync("tests/contracts", { recursive: true }).filter((name) => name.endsWith(".t.sol"));
  return files.map((name) => `tests/contracts/${name}`);
}

/** Whether a source imports another, through whatever is between them. */
function reaches(root, target, seen = new Set()) {
  if (root === target) return true;
  if (seen.has(root) || !existsSync(root)) return false;
  seen.add(root);
  const imports = [...readFileSync(root, "utf8").matchAll(/^import [^;]*"(\.[^"]+)";/gms)];
  return imports.some(([, path]) => reaches(posix.join(posix.dirname(root), path), target, seen));
}
