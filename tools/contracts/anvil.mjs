// A chain for measuring: anvil with the rules and the transaction limit of a public chain, on a free port.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const startPatience = 30_000;
const answerPatience = 120_000;

/** Starts a chain that mines each transaction at once; whoever starts it ends it with `stop`. */
export async function startAnvil(accountCount) {
  const options = [
    "--port", "0", "--host", "127.0.0.1", "--hardfork", "osaka", "--enable-tx-gas-limit", "--chain-id", "31337",
    "--timestamp", "1800000000", "--accounts", String(accountCount),
  ];
  const anvil = spawn(binary(), options, { stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => stopped(anvil);
  try {
    const url = await listening(anvil);
    const rpc = (method, ...params) => ask(url, method, params);
    return { rpc, stop, keccak: (hex) => rpc("web3_sha3", hex), accounts: await rpc("eth_accounts") };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

function binary() {
  const system = process.platform;
  const machine = process.arch === "arm64" && system !== "win32" ? "arm64" : "amd64";
  const name = system === "win32" ? "anvil.exe" : "anvil";
  const launcher = createRequire(require.resolve("@foundry-rs/anvil/package.json"));
  return launcher.resolve(`@foundry-rs/anvil-${system}-${machine}/bin/${name}`);
}

function listening(anvil) {
  return new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error("anvil does not answer.")), startPatience);
    anvil.once("error", failed);
    anvil.once("exit", (code) => failed(new Error(`anvil ended with ${code} before it listened.`)));
    createInterface({ input: anvil.stdout }).on("line", (line) => {
      const address = /^Listening on (127\.0\.0\.1:\d+)$/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      found(`http://${address}`);
    });
  });
}

async function stopped(anvil) {
  if (anvil.exitCode !== null || anvil.signalCode !== null || anvil.pid === undefined) return;
  await new Promise((ended) => {
    anvil.once("exit", ended);
    anvil.kill("SIGINT");
  });
}

async function ask(url, method, params) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    signal: AbortSignal.timeout(answerPatience),
  });
  const { result, error } = await response.json();
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}
