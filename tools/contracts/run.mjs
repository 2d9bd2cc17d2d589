// Builds, checks and tests the contracts. Hardhat 3 needs Node 22: on an older Node this script runs itself under 24.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const root = resolve(dirname(self), "../..");
const [verb = "build", ...rest] = process.argv.slice(2);
const contracts = [
  ["MarketEscrow", "contracts/MarketEscrow.sol"],
  ["ProviderBond", "contracts/ProviderBond.sol"],
  ["MarketToken", "contracts/mocks/MarketToken.sol"],
];

if (Number(process.versions.node.split(".")[0]) < 22) {
  const command = ["node", self, verb, ...rest].map((word) => `'${word}'`).join(" ");
  const run = spawnSync("npm", ["exec", "--yes", "--package=node@24", "-c", command], { cwd: root, stdio: "inherit" });
  process.exit(run.status ?? 1);
}

function hardhat(...words) {
  const run = spawnSync(process.execPath, [join(root, "node_modules/hardhat/dist/src/cli.js"), ...words], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true" },
  });
  if (run.status !== 0) process.exit(run.status ?? 1);
}

function built(name, source) {
  const artifact = JSON.parse(readFileSync(join(root, "artifacts", source, `${name}.json`), "utf8"));
  return JSON.stringify({ contractName: name, abi: artifact.abi, bytecode: artifact.bytecode }, null, 2) + "\n";
}

if (verb === "build") {
  hardhat("build", "--quiet");
  mkdirSync(join(root, "contracts/abi"), { recursive: true });
  for (const [name, source] of contracts) writeFileSync(join(root, `contracts/abi/${name}.json`), built(name, source));
} else if (verb === "check") {
  hardhat("build", "--quiet", "--force");
  let stale = 0;
  for (const [name, source] of contracts) {
    const isCurrent = readFileSync(join(root, `contracts/abi/${name}.json`), "utf8") === built(name, source);
    console.log(`${name}: ABI and bytecode ${isCurrent ? "are current" : "DIFFER from the sources: npm run contracts:build"}`);
    if (!isCurrent) stale += 1;
  }
  console.log(`contracts:check ${contracts.length - stale} passed, ${stale} failed`);
  process.exit(stale === 0 ? 0 : 1);
} else if (verb === "test") {
  hardhat("test", "solidity", ...rest);
} else {
  console.error(`Unknown verb ${verb}: build, check or test.`);
  process.exit(2);
}
