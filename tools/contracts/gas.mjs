// Measures what the operations of a market in its steady state cost, as whole transactions (calldata included), and
// holds them against contracts/gas.json.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import {
  connect, domainOf, encoded, fieldsOf, linesBytes, payloadBytes, signTyped, statementFields, word,
} from "./market.mjs";

const path = "contracts/gas.json";
const growthLimit = 0.02;
const goals = { "settle 1000 jobs, 20 buyers, 20 providers": 1000, "settle 1000 jobs, 10 buyers, 20 providers": 500 };
const workloads = [[1, 1, 1], [10, 4, 3], [100, 20, 10], [1000, 20, 20], [1000, 10, 20]];
const day = 86_400;

/** The gas of each operation, by name. */
export async function measure(hre, artifactOf) {
  const market = await openMarket(await connect(hre), artifactOf);
  await measureMoney(market);
  for (const [jobs, buyers, providers] of workloads) await measureSettle(market, jobs, buyers, providers);
  await measureClaims(market);
  await measureBudgetEnd(market);
  await measureBond(market);
  return market.gas;
}

/** Prints the table; a verdict for each operation: whether it grew by no more than the limit. */
export function compare(gas, isWriting) {
  const table = { unit: "gas of one transaction", operations: gas };
  if (isWriting) writeFileSync(path, `${JSON.stringify(table, null, 2)}\n`);
  const stored = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).operations : {};
  console.log("operation".padEnd(44) + columns("measured", "stored", "difference"));
  const verdicts = Object.entries(gas).map(([name, now]) => compareOne(name, now, stored[name]));
  const lost = Object.keys(stored).filter((name) => gas[name] === undefined);
  lost.forEach((name) => console.log(`${name}: stored, but not measured any more  FAIL`));
  for (const [name, goal] of Object.entries(goals)) {
    console.log(`${name}: ${(gas[name] / 1000).toFixed(1)} gas per job, goal ${goal}`);
  }

  return [...verdicts, ...lost.map(() => false)];
}

function compareOne(name, now, before) {
  const growth = before === undefined ? Infinity : now / before - 1;
  const isKept = growth <= growthLimit;
  const percent = before === undefined ? "new" : `${(100 * growth).toFixed(2)} %`;
  console.log(name.padEnd(44) + columns(now, before ?? "-", percent) + (isKept ? "" : "  FAIL"));
  return isKept;
}

function columns(...cells) {
  return cells.map((cell) => String(cell).padStart(12)).join("");
}

async function openMarket(chain, artifactOf) {
  const [deployer, cosigner, feeTo, owner, ...buyers] = chain.accounts;
  const market = { ...chain, deployer, cosigner, feeTo, owner, buyers, gas: {}, budgets: [], nonce: 0 };
  const { abi } = artifactOf("MarketEscrow");
  market.openBudget = `openBudget${tuple(abi.find(({ name }) => name === "openBudget").inputs)}`;
  market.token = await deploy(market, artifactOf("MarketToken").bytecode);
  market.escrow = await deploy(market, artifactOf("MarketEscrow").bytecode, market.token);
  market.bond = await deploy(market, artifactOf("ProviderBond").bytecode, market.token, market.escrow);
  for (const holder of [owner, feeTo]) await mint(market, holder, 1_000_000_000n);
  market.registry = `0x${(await call(market, market.escrow, "REGISTRY()")).slice(26)}`;
  await sendNamed(market, "registerOperator", owner, market.registry, "registerOperator(address,address)", cosigner, feeTo);
  const register = "registerProvider(address,address,address,uint256)";
  for (let id = 1; id <= 20; id += 1) {
    await sendNamed(market, "registerProvider", owner, market.registry, register, owner, owner, owner, id);
  }

  return market;
}

async function measureMoney(market) {
  for (let index = 0; index < 20; index += 1) {
    const buyer = market.buyers[index];
    await mint(market, buyer, 1_000_000_000n);
    await send(market, buyer, market.token, "approve(address,uint256)", market.escrow, 900_000_000n);
    await send(market, buyer, market.escrow, "deposit(uint256)", 400_000_000n);
    await sendNamed(market, "deposit", buyer, market.escrow, "deposit(uint256)", 300_000_000n);
    await sendNamed(market, "withdraw", buyer, market.escrow, "withdraw(uint256)", 1_000_000n);
    await openBudget(market, buyer);
  }
}

/** The same batch twice: the first puts every slot in use, the second is the steady state. */
async function measureSettle(market, jobs, buyers, providers) {
  const name = `settle ${plural(jobs, "job")}, ${plural(buyers, "buyer")}, ${plural(providers, "provider")}`;
  for (let turn = 0; turn < 2; turn += 1) {
    const statements = [];
    for (const budget of market.budgets.slice(0, buyers)) {
      statements.push(await nextStatement(market, budget, jobs, buyers, providers));
    }

    const payload = payloadBytes(`0x${sha256(`anchor ${jobs}`)}`, statements);
    const data = [1, { bytes: payload }, { bytes: await cosign(market, payload) }];
    await sendNamed(market, name, market.deployer, market.escrow, "settle(uint32,bytes,bytes)", ...data);
  }

  await requireSettled(market, buyers);
}

async function cosign(market, payload) {
  const message = { payloadHash: await market.keccak(payload) };
  const fields = fieldsOf("bytes32 payloadHash");
  return signTyped(market, market.cosigner, domainOf(market.escrow), "CosignBatch", fields, message);
}

async function measureClaims(market) {
  await sendNamed(market, "claim", market.deployer, market.escrow, "claim(uint32)", 1);
  await sendNamed(market, "claimFee", market.deployer, market.escrow, "claimFee(uint32)", 1);
}

async function measureBudgetEnd(market) {
  const { buyer, number } = market.budgets[0];
  await sendNamed(market, "requestClose", buyer, market.escrow, "requestClose(uint32)", number);
  await market.rpc("evm_increaseTime", 2 * day + 60);
  await sendNamed(market, "close", market.deployer, market.escrow, "close(uint32)", number);
}

async function measureBond(market) {
  const { owner, bond } = market;
  await send(market, owner, market.token, "approve(address,uint256)", bond, 900_000_000n);
  await send(market, owner, bond, "stake(uint32,uint256)", 1, 100_000_000n);
  await sendNamed(market, "stake", owner, bond, "stake(uint32,uint256)", 1, 100_000_000n);
  await sendNamed(market, "requestUnstake", owner, bond, "requestUnstake(uint32,uint256)", 1, 50_000_000n);
  await market.rpc("evm_increaseTime", 45 * day + 60);
  await sendNamed(market, "unstake", owner, bond, "unstake(uint32)", 1);
}

async function openBudget(market, buyer) {
  const expiry = Number((await market.rpc("eth_getBlockByNumber", "latest", false)).timestamp) + 20 * day;
  const terms = `0x${sha256("terms")}`;
  const fields = [buyer, buyer, 1, 200_000_000n, expiry, 1000, terms, market.nonce];
  market.nonce += 1;
  await sendNamed(market, "openBudget", buyer, market.escrow, market.openBudget, ...fields);
  market.budgets.push({ buyer, number: market.budgets.length + 1, throughJob: 0, spent: 0n });
}

async function nextStatement(market, budget, jobs, buyers, providers) {
  const place = budget.number - 1;
  const lines = linesOf(place, jobs, buyers, providers);
  const amounts = lines.flatMap((line) => line.amounts);
  const total = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
  const statement = {
    budgetNo: budget.number,
    fromJob: budget.throughJob,
    throughJob: budget.throughJob + amounts.length,
    fromSpent: `${budget.spent}`,
    fee: `${total / 20n}`,
    receiptsRoot: `0x${sha256(`receipts ${budget.number} ${budget.throughJob}`)}`,
    lines,
  };
  const message = { ...statement, lines: linesBytes(lines) };
  const fields = fieldsOf(statementFields);
  const signature = await signTyped(market, budget.buyer, domainOf(market.escrow), "Statement", fields, message);
  budget.throughJob = statement.throughJob;
  budget.spent += total + total / 20n;
  return { ...statement, signature };
}

/** The jobs of the buyer at a place: jobs go round the buyers, and each buyer's go round the providers. */
function linesOf(place, jobs, buyers, providers) {
  const byProvider = new Map();
  for (let job = place; job < jobs; job += buyers) {
    const providerId = 1 + ((Math.floor(job / buyers) + place) % providers);
    byProvider.set(providerId, [...(byProvider.get(providerId) ?? []), 1_000 + ((job * 7_919) % 90_000)]);
  }

  return [...byProvider].map(([providerId, amounts]) => ({ providerId, amounts }));
}

// A batch whose rows were skipped is cheap, and its gas a lie.
async function requireSettled(market, buyers) {
  for (const { number, spent } of market.budgets.slice(0, buyers)) {
    const budget = await call(market, market.escrow, "budgetOf(uint32)", number);
    const stored = BigInt(`0x${budget.slice(2 + 64 * 4, 2 + 64 * 5)}`);
    if (stored !== spent) throw new Error(`Budget ${number} has spent ${stored}, not ${spent}: a row was skipped.`);
  }
}

async function mint(market, to, amount) {
  await send(market, market.deployer, market.token, "mint(address,uint256)", to, amount);
}

async function sendNamed(market, name, ...call) {
  market.gas[name] = await send(market, ...call);
}

async function send(market, from, to, signature, ...values) {
  const data = await callData(market, signature, values);
  return Number((await mined(market, { from, to, data, gas: "0xf00000" })).gasUsed);
}

async function call(market, to, signature, ...values) {
  return market.rpc("eth_call", { to, data: await callData(market, signature, values) }, "latest");
}

async function deploy(market, bytecode, ...values) {
  const data = `${bytecode}${values.map(word).join("")}`;
  return (await mined(market, { from: market.deployer, data, gas: "0xf00000" })).contractAddress;
}

async function mined(market, transaction) {
  const receipt = await market.rpc("eth_getTransactionReceipt", await market.rpc("eth_sendTransaction", transaction));
  if (receipt.status !== "0x1") throw new Error(`A transaction to ${transaction.to} failed.`);
  return receipt;
}

async function callData(market, signature, values) {
  const hash = await market.keccak(`0x${Buffer.from(signature).toString("hex")}`);
  return hash.slice(0, 10) + encoded(values);
}

function tuple(inputs) {
  return `(${inputs.map(({ type, components }) => (components ? tuple(components) : type)).join(",")})`;
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
