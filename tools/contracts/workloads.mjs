// A market in its steady state on anvil, and what each of its operations costs there as a whole transaction: the
// 21,000 and the calldata included.
import { createHash } from "node:crypto";
import { startAnvil } from "./anvil.mjs";
import {
  bare, domainOf, encoded, fieldsOf, linesBytes, payloadBytes, signTyped, statementFields, ticketFields, ticketRow,
  word,
} from "./market.mjs";
import { digestOf, signOpen, structHash } from "./typed.mjs";

const day = 86_400;
const expiry = 1_800_000_000 + 20 * day;
const never = 2 ** 40;
const providerCount = 20;
const buyerCount = 50;
// Jobs, buyers, providers.
const settles = [
  [1, 1, 1], [10, 4, 3], [100, 20, 20], [1000, 10, 20], [1000, 20, 20], [1000, 50, 20], [10_000, 50, 20],
];
const cosigneds = [[1, 1, 1], [100, 20, 20]];
const tickets = [[1, 1, 1], [10, 4, 3], [100, 20, 20]];
const termsFields = "bytes32 modelId,uint96 maxPricePerMTokIn,uint96 maxPricePerMTokOut,uint32 maxJobs,"
  + "uint96 maxPerJob,bytes32 providerSetRoot,uint96 minProviderBond,uint8 redundancy,uint8 quorum,"
  + "uint32 maxLatencyMs,uint40 jobDeadline";
const budgetFields = "address buyer,address session,uint32 operatorId,uint80 cap,uint40 expiry,uint16 maxFeeBps,"
  + "Terms terms,uint256 nonce";

/** By operation: its gas, and the storage slots that the second (`created`) and the `first` of its batches created. */
export async function measure(artifactOf) {
  const chain = await startAnvil(buyerCount + 5);
  try {
    const market = await openMarket(chain, artifactOf);
    await measureBuyers(market);
    for (const [jobs, buyers, providers] of settles) await measureSettle(market, jobs, buyers, providers);
    for (const [jobs, buyers, providers] of cosigneds) await measureCosigned(market, jobs, buyers, providers);
    for (const [jobs, buyers, providers] of tickets) await measureTickets(market, jobs, buyers, providers);
    await measureMoney(market);
    await measureRegistry(market);
    await measureBudgetEnd(market);
    await measureBond(market);
    return { gas: market.gas, created: market.created, first: market.first };
  } finally {
    await chain.stop();
  }
}

async function openMarket(chain, artifactOf) {
  const [deployer, cosigner, feeTo, owner, reporter, ...buyers] = chain.accounts;
  const people = { deployer, cosigner, feeTo, owner, reporter, buyers };
  const market = { ...chain, ...people, gas: {}, created: {}, first: {}, budgets: [], legs: new Map() };
  const ofType = (name, contract) => `${name}(${artifactOf(contract).abi.find((entry) => entry.name === name).inputs
    .map(typeOf).join(",")})`;
  for (const name of ["openBudget", "openBudgetWithSig"]) market[name] = ofType(name, "MarketEscrow");
  market.slash = ofType("slashDoubleResult", "ProviderBond");
  market.token = await deploy(market, artifactOf("MarketToken").bytecode);
  market.escrow = await deploy(market, artifactOf("MarketEscrow").bytecode, market.token);
  market.bond = await deploy(market, artifactOf("ProviderBond").bytecode, market.token, market.escrow);
  market.registry = `0x${(await call(market, market.escrow, "REGISTRY()")).slice(26)}`;
  for (const holder of [owner, feeTo, reporter]) await mint(market, holder, 1_000_000_000n);
  const enrol = "registerOperator(address,address)";
  for (let turn = 0; turn < 2; turn += 1) {
    await named(market, "registerOperator", owner, market.registry, enrol, cosigner, feeTo);
  }

  const register = "registerProvider(address,address,address,uint256)";
  for (let id = 1; id <= providerCount; id += 1) {
    await named(market, "registerProvider", owner, market.registry, register, owner, owner, owner, id);
  }

  return market;
}

// Each buyer's first deposit and budget put its slots in use; the second ones are the steady state.
async function measureBuyers(market) {
  for (const buyer of market.buyers) {
    await mint(market, buyer, 3_000_000_000n);
    await send(market, buyer, market.token, "approve(address,uint256)", market.escrow, 2_900_000_000n);
    for (const name of ["deposit, a buyer's first", "deposit"]) {
      await named(market, name, buyer, market.escrow, "deposit(uint256)", 400_000_000n);
    }
    const nonce = 256 * market.buyers.indexOf(buyer);
    await openBudget(market, "openBudget, a buyer's first", buyer, nonce);
    await openBudget(market, "openBudget", buyer, nonce + 1);
  }
}

async function openBudget(market, name, buyer, nonce) {
  await named(market, name, buyer, market.escrow, market.openBudget, ...(await budgetValues(market, buyer, nonce)));
  rememberBudget(market, buyer);
}

function rememberBudget(market, buyer) {
  const number = market.budgets.length + 1;
  market.budgets.push({ buyer, number, throughJob: 0, spent: 0n });
}

async function budgetValues(market, buyer, nonce) {
  const termsHash = await structHash(market.keccak, "Terms", termsFields, terms());
  return [buyer, buyer, 1, 200_000_000n, expiry, 1000, termsHash, nonce];
}

function terms() {
  return {
    modelId: hash("model"), maxPricePerMTokIn: 400_000, maxPricePerMTokOut: 1_600_000, maxJobs: 100_000,
    maxPerJob: 100_000, providerSetRoot: hash("providers"), minProviderBond: 5_000_000, redundancy: 1, quorum: 1,
    maxLatencyMs: 30_000, jobDeadline: expiry,
  };
}

/** The budgets that are drawn on: each buyer's second. */
function drawnOn(market, buyers) {
  return market.budgets.filter((_, index) => index % 2 === 1).slice(0, buyers);
}

async function measureSettle(market, jobs, buyers, providers) {
  await measureBatch(market, nameOf("settle", jobs, buyers, providers), buyers, async () => {
    const payload = payloadBytes(hash(`anchor ${jobs}`), await nextStatements(market, jobs, buyers, providers));
    const message = { payloadHash: await market.keccak(payload) };
    const cosignature = await sign(market, market.cosigner, "CosignBatch", "bytes32 payloadHash", message);
    return ["settle(uint32,bytes,bytes)", 1, { bytes: payload }, { bytes: cosignature }];
  });
}

async function measureCosigned(market, jobs, buyers, providers) {
  await measureBatch(market, nameOf("settleCosigned", jobs, buyers, providers), buyers, async () => {
    const statements = await nextStatements(market, jobs, buyers, providers);
    const cosignatures = [];
    for (const { digest } of statements) {
      const message = { statementDigest: digest };
      cosignatures.push(bare(await sign(market, market.cosigner, "Cosign", "bytes32 statementDigest", message)));
    }

    const payload = payloadBytes(hash(`anchor ${jobs}`), statements);
    return ["settleCosigned(bytes,bytes)", { bytes: payload }, { bytes: `0x${cosignatures.join("")}` }];
  });
}

async function measureTickets(market, jobs, buyers, providers) {
  await measureBatch(market, nameOf("settleTickets", jobs, buyers, providers), buyers, async () => {
    const rows = [];
    for (const budget of drawnOn(market, buyers)) {
      for (const { providerId, amounts } of linesOf(budget, jobs, buyers, providers)) {
        for (const amount of amounts) rows.push(await nextTicket(market, budget, providerId, amount));
      }
    }

    return ["settleTickets(bytes)", { bytes: `0x${rows.join("")}` }];
  });
}

// The same batch twice: the first puts every slot in use, the second is the steady state.
async function measureBatch(market, name, buyers, next) {
  for (let turn = 0; turn < 2; turn += 1) {
    const hash = await named(market, name, market.deployer, market.escrow, ...(await next()));
    const created = await slotsCreated(market, hash);
    market.first[name] ??= created;
    if (turn === 1) market.created[name] = created;
  }

  await requireSettled(market, buyers);
}

/** How many storage slots a transaction turned from zero into something. */
async function slotsCreated({ rpc }, hash) {
  const options = { tracer: "prestateTracer", tracerConfig: { diffMode: true } };
  const { pre, post } = await rpc("debug_traceTransaction", hash, options);
  const accounts = Object.entries(post);
  if (accounts.length === 0) throw new Error(`The trace of ${hash} shows no change at all.`);
  return accounts.flatMap(([address, { storage = {} }]) => Object.entries(storage).filter(([slot, value]) =>
    BigInt(value) !== 0n && BigInt(pre[address]?.storage?.[slot] ?? 0) === 0n)).length;
}

async function nextStatements(market, jobs, buyers, providers) {
  const statements = [];
  for (const budget of drawnOn(market, buyers)) {
    statements.push(await nextStatement(market, budget, linesOf(budget, jobs, buyers, providers)));
  }

  return statements;
}

async function nextStatement(market, budget, lines) {
  const amounts = lines.flatMap((line) => line.amounts);
  const total = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
  const statement = {
    budgetNo: budget.number,
    fromJob: budget.throughJob,
    throughJob: budget.throughJob + amounts.length,
    fromSpent: `${budget.spent}`,
    fee: `${total / 20n}`,
    receiptsRoot: hash(`receipts ${budget.number} ${budget.throughJob}`),
    lines,
  };
  const message = { ...statement, lines: linesBytes(lines) };
  const signature = await sign(market, budget.buyer, "Statement", statementFields, message);
  const digest = await digestOf(market, domainOf(market.escrow), "Statement", statementFields, message);
  budget.throughJob = statement.throughJob;
  budget.spent += total + total / 20n;
  return { ...statement, signature, digest };
}

async function nextTicket(market, budget, providerId, amount) {
  const legNo = market.legs.get(budget.number) ?? 0;
  market.legs.set(budget.number, legNo + 1);
  const text = `${budget.number} ${legNo}`;
  const fee = Math.floor(amount / 20);
  const ticket = {
    budgetNo: budget.number, jobNo: budget.throughJob + legNo, legNo, providerId, amount,
    maxFee: Math.floor(amount / 10), deliveredAt: 1_800_000_000, assignmentId: hash(`assignment ${text}`),
    inputHash: hash(`input ${text}`), resultDigest: hash(`result ${text}`),
  };
  const signature = await sign(market, budget.buyer, "JobTicket", ticketFields, ticket);
  const ticketDigest = await digestOf(market, domainOf(market.escrow), "JobTicket", ticketFields, ticket);
  const cosign = { ticketDigest, fee };
  const cosignature = await sign(market, market.cosigner, "CosignTicket", "bytes32 ticketDigest,uint40 fee", cosign);
  budget.spent += BigInt(amount + fee);
  return ticketRow(ticket, signature, fee, cosignature);
}

/** The jobs of one buyer: jobs go round the buyers, and each buyer's go round the providers. */
function linesOf(budget, jobs, buyers, providers) {
  const place = budget.number / 2 - 1;
  const byProvider = new Map();
  for (let job = place; job < jobs; job += buyers) {
    const providerId = 1 + ((Math.floor(job / buyers) + place) % providers);
    byProvider.set(providerId, [...(byProvider.get(providerId) ?? []), 1_000 + ((job * 7_919) % 90_000)]);
  }

  return [...byProvider].map(([providerId, amounts]) => ({ providerId, amounts }));
}

// A batch whose rows were skipped is cheap, and its gas a lie.
async function requireSettled(market, buyers) {
  for (const { number, spent } of drawnOn(market, buyers)) {
    const budget = await call(market, market.escrow, "budgetOf(uint32)", number);
    const stored = BigInt(`0x${budget.slice(2 + 64 * 4, 2 + 64 * 5)}`);
    if (stored !== spent) throw new Error(`Budget ${number} has spent ${stored}, not ${spent}: a row was skipped.`);
  }
}

async function measureMoney(market) {
  const { escrow, deployer, buyers: [buyer] } = market;
  const token = { ...domainOf(market.token), name: "Market Dollar" };
  const amount = 100_000_000n;
  await send(market, buyer, market.token, "approve(address,uint256)", escrow, 0);
  for (let turn = 0; turn < 2; turn += 1) {
    const message = { owner: buyer, spender: escrow, value: `${amount}`, nonce: turn, deadline: never };
    const fields = { Permit: "address owner,address spender,uint256 value,uint256 nonce,uint256 deadline" };
    const { v, r, s } = await signOpen(market, buyer, token, "Permit", fields, message);
    const signature = "depositWithPermit(uint256,uint256,uint8,bytes32,bytes32)";
    await named(market, "depositWithPermit", buyer, escrow, signature, amount, never, v, r, s);
  }

  const receive = { from: buyer, to: escrow, value: `${amount}`, validAfter: 0, validBefore: never, nonce: hash("n") };
  const { v, r, s } = await signOpen(market, buyer, token, "ReceiveWithAuthorization", {
    ReceiveWithAuthorization:
      "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce",
  }, receive);
  const types = "address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32";
  await named(market, "depositWithAuthorization", deployer, escrow, `depositWithAuthorization(${types})`,
    buyer, amount, 0, never, receive.nonce, v, r, s);
  await named(market, "withdraw", buyer, escrow, "withdraw(uint256)", 1_000_000n);

  const withdrawal = { buyer, amount: 1_000_000, nonce: 2, deadline: never };
  const withdrawFields = { Withdraw: "address buyer,uint256 amount,uint256 nonce,uint256 deadline" };
  const { bytes } = await signOpen(market, buyer, domainOf(escrow), "Withdraw", withdrawFields, withdrawal);
  await named(market, "withdrawWithSig", deployer, escrow, "withdrawWithSig(address,uint256,uint256,uint256,bytes)",
    buyer, withdrawal.amount, withdrawal.nonce, never, { bytes });
  await named(market, "cancelNonce", buyer, escrow, "cancelNonce(uint256)", 3);

  const values = await budgetValues(market, buyer, 4);
  const [, session, operatorId, cap, , maxFeeBps] = values;
  const message = { buyer, session, operatorId, cap: `${cap}`, expiry, maxFeeBps, terms: terms(), nonce: 4 };
  const budgetTypes = { Budget: budgetFields, Terms: termsFields };
  const opening = await signOpen(market, buyer, domainOf(escrow), "Budget", budgetTypes, message);
  await named(market, "openBudgetWithSig", deployer, escrow, market.openBudgetWithSig, ...values, {
    bytes: opening.bytes,
  });
  await named(market, "claim", deployer, escrow, "claim(uint32)", 1);
  await named(market, "claimFee", deployer, escrow, "claimFee(uint32)", 1);
}

async function measureRegistry(market) {
  const { owner, registry, buyers: [, other, another] } = market;
  await named(market, "setSigner", owner, registry, "setSigner(uint32,address)", 2, other);
  await named(market, "proposePayout", owner, registry, "proposePayout(uint32,address)", 2, other);
  await named(market, "proposeCosigner", owner, registry, "proposeCosigner(uint32,address)", 2, another);
  await market.rpc("evm_increaseTime", day + 60);
  await named(market, "acceptPayout", owner, registry, "acceptPayout(uint32)", 2);
  await named(market, "acceptCosigner", owner, registry, "acceptCosigner(uint32)", 2);
  await named(market, "revokeCosigner", owner, registry, "revokeCosigner(uint32)", 2);
}

async function measureBudgetEnd(market) {
  const { escrow, deployer } = market;
  const [first, second] = drawnOn(market, 2);
  await named(market, "requestClose", first.buyer, escrow, "requestClose(uint32)", first.number);
  const fields = { RequestClose: "uint256 budgetNo" };
  const message = { budgetNo: second.number };
  const { bytes } = await signOpen(market, second.buyer, domainOf(escrow), "RequestClose", fields, message);
  const withSig = "requestCloseWithSig(uint32,bytes)";
  await named(market, "requestCloseWithSig", deployer, escrow, withSig, second.number, { bytes });
  await market.rpc("evm_increaseTime", 2 * day + 60);
  await named(market, "close", deployer, escrow, "close(uint32)", first.number);
}

async function measureBond(market) {
  const { owner, bond } = market;
  await send(market, owner, market.token, "approve(address,uint256)", bond, 900_000_000n);
  for (let turn = 0; turn < 2; turn += 1) {
    await named(market, "stake", owner, bond, "stake(uint32,uint256)", 1, 100_000_000n);
  }

  // The second of each finds the amounts on their way out, the sink's and the reporter's balances in use.
  for (let turn = 0; turn < 2; turn += 1) {
    await named(market, "requestUnstake", owner, bond, "requestUnstake(uint32,uint256)", 1, 50_000_000n);
    await named(market, "slashDoubleResult", market.reporter, bond, market.slash, ...(await evidence(market, turn)));
  }

  await market.rpc("evm_increaseTime", 45 * day + 60);
  await named(market, "unstake", owner, bond, "unstake(uint32)", 1);
}

async function evidence(market, turn) {
  const fields = "bytes32 assignmentId,uint32 providerId,bytes32 inputHash,bytes32 resultDigest,bytes32 evidenceRoot,"
    + "bytes32 salt,uint32 tokensIn,uint32 tokensOut,uint40 startedAt,uint40 finishedAt,uint64 price";
  const values = [];
  for (const answer of ["one", "another"]) {
    const result = {
      assignmentId: hash(`assignment ${turn}`), providerId: 1, inputHash: hash("input"), resultDigest: hash(answer),
      evidenceRoot: hash("evidence"), salt: hash(`salt ${answer}`), tokensIn: 40, tokensOut: 256,
      startedAt: 1_800_000_000, finishedAt: 1_800_000_002, price: 250_000,
    };
    const bytes = await sign(market, market.owner, "Result", fields, result);
    values.push(...fieldsOf(fields).map(({ name }) => result[name]), { bytes });
  }

  return values;
}

function sign(market, signer, primaryType, fields, message) {
  return signTyped(market, signer, domainOf(market.escrow), primaryType, fieldsOf(fields), message);
}

async function mint(market, to, amount) {
  await send(market, market.deployer, market.token, "mint(address,uint256)", to, amount);
}

async function named(market, name, ...transaction) {
  const { gasUsed, transactionHash } = await send(market, ...transaction);
  market.gas[name] = Number(gasUsed);
  return transactionHash;
}

async function send(market, from, to, signature, ...values) {
  return mined(market, { from, to, data: await callData(market, signature, values), gas: "0xf00000" }, signature);
}

async function call(market, to, signature, ...values) {
  return market.rpc("eth_call", { to, data: await callData(market, signature, values) }, "latest");
}

async function deploy(market, bytecode, ...values) {
  const data = `${bytecode}${values.map(word).join("")}`;
  return (await mined(market, { from: market.deployer, data, gas: "0xf00000" }, "deploy")).contractAddress;
}

async function mined(market, transaction, what) {
  const receipt = await market.rpc("eth_sendTransactionSync", transaction);
  if (receipt.status !== "0x1") throw new Error(`${what} failed.`);
  return receipt;
}

async function callData(market, signature, values) {
  const selector = await market.keccak(`0x${Buffer.from(signature).toString("hex")}`);
  return selector.slice(0, 10) + encoded(values);
}

function typeOf({ type, components }) {
  return components ? `(${components.map(typeOf).join(",")})` : type;
}

function hash(text) {
  return `0x${createHash("sha256").update(text).digest("hex")}`;
}

function nameOf(operation, ...counts) {
  const nouns = [operation === "settleTickets" ? "ticket" : "job", "buyer", "provider"];
  return `${operation} ${counts.map((count, index) => `${count} ${nouns[index]}${count === 1 ? "" : "s"}`).join(", ")}`;
}
