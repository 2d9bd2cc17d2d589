import { readdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const compiler = { version: "0.8.37", path: require.resolve("solc/soljson.js") };
const settings = { evmVersion: "osaka", metadata: { bytecodeHash: "none" } };
const shipped = { ...settings, viaIR: true, optimizer: { enabled: true, runs: 200 } };

// Tests run the shipped artifacts and are themselves compiled the quick way: through the IR they take minutes.
const folder = new URL("tests/contracts", import.meta.url);
const tests = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".sol"));
const quick = tests.map((name) => [`tests/contracts/${name}`, { ...compiler, settings }]);

// The same 200,000 calls everywhere, so that a change that passed here passes there; the deep profile draws new ones.
const seed = "0x4d61726b6574";
const shared = { fsPermissions: { readFile: ["tests/vectors/escrow.json"] } };

export default {
  solidity: { compilers: [{ ...compiler, settings: shipped }], overrides: Object.fromEntries(quick) },
  test: {
    solidity: {
      profiles: {
        default: { ...shared, fuzz: { runs: 256, seed }, invariant: { runs: 500, depth: 100, failOnRevert: true } },
        // A broken contract is to be noticed soon, or by another test.
        mutant: { ...shared, fuzz: { runs: 256, seed }, invariant: { runs: 20, depth: 100, failOnRevert: true } },
        deep: { ...shared, fuzz: { runs: 20_000 }, invariant: { runs: 25_000, depth: 100, failOnRevert: true } },
      },
    },
  },
  paths: { sources: "./contracts", tests: { solidity: "./tests/contracts" } },
};
