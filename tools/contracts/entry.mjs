// The test vectors of order entry: grants, signed orders and batches under an HMAC. Digests are encoded here from the
// type strings; the signatures come from the in-process chain, whose typed-data hashing is its own: an error in either
// would leave a digest that the signature does not fit. Records are laid out from the design's offsets.
import { createHmac } from "node:crypto";
import { bare, connect, domainFields, domainOf, encoded, fieldsOf, signTyped, word } from "./market.mjs";

const escrow = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const keys = { buyer: `0x${word(0xb0e4)}`, provider: `0x${word(0x9407)}` };
const secret = `0x${Buffer.from(Array.from({ length: 32 }, (_, index) => index + 1)).toString("hex")}`;
const most = {
  uint64: String(2n ** 64n - 1n), int63: String(2n ** 63n - 1n), uint40: 2 ** 40 - 1, uint32: 2 ** 32 - 1,
};

const types = {
  SessionGrant:
    "string role,uint32 number,bytes32 secretHash,bool everyMarket,uint16[] markets,uint64 priceLimit,uint64 budget,"
    + "uint8 maxReplicas,uint40 expiry,uint64 nonce",
  SignedOrder:
    "string role,uint32 number,uint16 market,uint16 attributeSignature,uint8 timeInForce,uint8 selfTrade,"
    + "bool postOnly,bool escrowsLimit,uint8 replicas,uint64 price,uint64 quantity,uint32 minimum,uint32 orderExpiry,"
    + "bytes32 payloadHash,uint64 nonce,uint40 signedUntil",
};

/** The vectors as the text of their file. */
export async function current(hre) {
  const chain = await connect(hre, Object.values(keys).map((privateKey) => ({ privateKey, balance: 10n ** 21n })));
  const [buyer, provider] = chain.accounts;
  const vectors = {
    domain: { chainId: 31337, verifyingContract: escrow },
    keys,
    signers: { buyer, provider },
    secret,
    grants: await signAll(chain, "SessionGrant", await grantsOf(chain)),
    orders: await signAll(chain, "SignedOrder", await ordersOf(chain)),
    batches: batchesOf(),
  };
  return JSON.stringify(vectors, null, 2) + "\n";
}

// A buyer's over a few markets, the widest of a buyer, and a provider's over all.
async function grantsOf({ keccak }) {
  const secretHash = await keccak(secret);
  const listed = { secretHash, everyMarket: false };
  const plain = { priceLimit: "250000", budget: "5000000", maxReplicas: 5, expiry: 1_800_003_600, nonce: "1" };
  const limits = { priceLimit: most.int63, budget: most.int63, maxReplicas: 16, expiry: most.uint40 };
  const floor = { priceLimit: "1000", budget: "0", maxReplicas: 0, expiry: 1_800_003_600, nonce: "0" };
  return [
    { role: "buyer", number: 7, ...listed, markets: [0, 3, 4095], ...plain },
    { role: "buyer", number: most.uint32, ...listed, markets: [1], ...limits, nonce: most.uint64 },
    { role: "provider", number: 3, secretHash, everyMarket: true, markets: [], ...floor },
  ];
}

async function ordersOf({ keccak }) {
  const payloadHash = await keccak("0x");
  const terms = { timeInForce: 0, selfTrade: 0, postOnly: false, escrowsLimit: true, replicas: 3 };
  const size = { price: "250000", quantity: "1000", minimum: 0, orderExpiry: 0 };
  const ask = { timeInForce: 2, selfTrade: 3, postOnly: true, escrowsLimit: false, replicas: 0 };
  const wide = { price: most.int63, quantity: "1000000000000", minimum: most.uint32, orderExpiry: most.uint32 };
  return [
    { role: "buyer", number: 7, market: 3, attributeSignature: 2, ...terms, ...size, payloadHash, nonce: "1",
      signedUntil: 1_800_000_060 },
    { role: "provider", number: 16_777_215, market: 4095, attributeSignature: 255, ...ask, ...wide,
      payloadHash: await keccak("0x01"), nonce: most.uint64, signedUntil: most.uint40 },
  ];
}

/** One order alone, and a batch of each kind with two records of payload in the middle. */
function batchesOf() {
  const sender = { account: 42, session: 9 };
  const bid = { kind: 6, terms: 0x40, replicas: 3, market: 3, signature: 2, tick: 25, expiry: 0, quantity: 1000 };
  const ask = { kind: 6, terms: 0x25, market: 4095, tick: 16_777_215, expiry: 1_800_000_000, quantity: 10 ** 12 };
  const cancel = { kind: 7, market: 3, slot: 77, generation: 1_048_575 };
  const amend = { kind: 8, market: 3, tick: 26, slot: 78, generation: 1, quantity: 999 };
  const payload = Buffer.alloc(128, 0xa5).toString("hex");
  const numbered = (orders) => orders.map((order, index) => ({ ...order, ...sender, clientSeq: String(index + 1) }));
  return [
    batchOf(9, numbered([bid])),
    batchOf(9, numbered([cancel, { ...ask, minimum: 5, payload }, amend])),
  ];
}

function batchOf(session, orders) {
  const header = Buffer.alloc(24);
  header.write("market entry v1\n", "ascii");
  header.writeUInt32LE(session, 16);
  header.writeUInt16LE(orders.length, 20);
  const rows = orders.flatMap((order) => [recordOf(order), Buffer.from(order.payload ?? "", "hex")]);
  const message = Buffer.concat([header, ...rows]);
  const mac = createHmac("sha256", Buffer.from(bare(secret), "hex")).update(message).digest();
  return { session, orders, bytes: `0x${Buffer.concat([message, mac]).toString("hex")}` };
}

function recordOf(order) {
  const record = Buffer.alloc(64);
  record.writeUInt8(order.kind, 16);
  record.writeUInt8(order.terms ?? 0, 17);
  record.writeUInt8(order.replicas ?? 0, 18);
  record.writeUInt8((order.payload ?? "").length / 128, 19);
  record.writeUInt16LE(order.market, 20);
  record.writeUInt16LE(order.signature ?? 0, 22);
  record.writeUInt32LE(order.account, 24);
  record.writeUInt32LE(order.session, 28);
  record.writeBigUInt64LE(BigInt(order.clientSeq), 32);
  record.writeInt32LE(order.tick ?? 0, 40);
  record.writeUInt32LE(order.slot ?? order.expiry ?? 0, 44);
  record.writeBigInt64LE(BigInt(order.quantity ?? 0), 48);
  record.writeUInt32LE(order.generation ?? order.minimum ?? 0, 56);
  return record;
}

/** Adds to each message its digest and the compact signature of its role. */
async function signAll(chain, type, messages) {
  const fields = fieldsOf(types[type]);
  return Promise.all(messages.map(async (message) => {
    const signer = chain.accounts[Object.keys(keys).indexOf(message.role)];
    const digest = await digestOf(chain, type, message);
    return { ...message, digest, signature: await signTyped(chain, signer, domainOf(escrow), type, fields, message) };
  }));
}

async function digestOf({ keccak }, type, message) {
  const domainText = domainFields.map((field) => `${field.type} ${field.name}`).join(",");
  const separator = await structHash(keccak, "EIP712Domain", domainText, domainOf(escrow));
  return keccak(`0x1901${bare(separator)}${bare(await structHash(keccak, type, types[type], message))}`);
}

async function structHash(keccak, type, fields, message) {
  const words = [await keccak(utf8(`${type}(${fields})`))];
  for (const field of fieldsOf(fields)) {
    const value = message[field.name];
    if (field.type === "string") words.push(await keccak(utf8(value)));
    else words.push(field.type.endsWith("[]") ? await keccak(`0x${encoded(value)}`) : value);
  }

  return keccak(`0x${encoded(words)}`);
}

function utf8(text) {
  return `0x${Buffer.from(text).toString("hex")}`;
}
