// The test vectors that the contract, the C# encoders and these scripts are held against. Digests are encoded here from
// the design's type strings; the signatures come from the in-process chain, whose typed-data hashing is its own: an
// error in either would leave a digest that the signature does not fit, and both readers recover the signers.
import {
  bare, connect, domainOf, encoded, fieldsOf, linesBytes, payloadBytes, signTyped, statementFields, ticketFields,
  ticketRow, word,
} from "./market.mjs";

const escrow = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const keys = { session: `0x${word(0x5e551)}`, cosigner: `0x${word(0xc0516)}`, provider: `0x${word(0x9407)}` };
const balance = 10n ** 21n;

const types = {
  EIP712Domain: "string name,string version,uint256 chainId,address verifyingContract",
  Statement: statementFields,
  CosignBatch: "bytes32 payloadHash",
  Cosign: "bytes32 statementDigest",
  JobTicket: ticketFields,
  CosignTicket: "bytes32 ticketDigest,uint40 fee",
  Result:
    "bytes32 assignmentId,uint32 providerId,bytes32 inputHash,bytes32 resultDigest,bytes32 evidenceRoot,bytes32 salt,"
    + "uint32 tokensIn,uint32 tokensOut,uint40 startedAt,uint40 finishedAt,uint64 price",
  ResultCommit: "bytes32 assignmentId,uint32 providerId,bytes32 commitment",
};
const commitType = "Commit(bytes32 assignmentId,bytes32 inputHash,address provider,bytes32 resultDigest,"
  + "bytes32 evidenceRoot,bytes32 salt)";

/** The vectors as the text of their file. */
export async function current(hre) {
  const privateKeys = Object.values(keys).map((privateKey) => ({ privateKey, balance }));
  const chain = await connect(hre, privateKeys);
  const [session, cosigner, provider] = chain.accounts;
  const statements = await signAll(chain, session, "Statement", await statementsOf(chain), (statement) => ({
    ...statement, lines: statement.linesBytes,
  }));
  const tickets = await signAll(chain, session, "JobTicket", await ticketsOf(chain));
  const vectors = {
    domain: { chainId: 31337, verifyingContract: escrow, separator: await separatorOf(chain) },
    keys,
    signers: { session, cosigner, provider },
    statements,
    payload: await payloadOf(chain, cosigner, statements),
    cosigns: await cosignsOf(chain, cosigner, statements),
    tickets,
    ticketRows: await ticketRowsOf(chain, cosigner, tickets),
    results: await signAll(chain, provider, "Result", await resultsOf(chain)),
    commits: await signAll(chain, provider, "ResultCommit", await commitsOf(chain, provider)),
    receipts: await receiptsOf(chain),
  };
  return JSON.stringify(vectors, null, 2) + "\n";
}

// The plainest, the widest (every field at its limit in C#), and one whose groups are the longest and the shortest.
async function statementsOf({ keccak }) {
  const most = 2 ** 40 - 1;
  const wide = [{ providerId: 2 ** 24 - 1, amounts: [String(most), String(most)] }];
  const long = [
    { providerId: 1, amounts: Array.from({ length: 255 }, (_, index) => String(index * 1_000_003)) },
    { providerId: 3, amounts: ["1"] },
    { providerId: 1, amounts: ["0", "7"] },
  ];
  const plain = [{ providerId: 2, amounts: ["1500"] }];
  const root = (text) => keccak(utf8(text));
  const row = (budgetNo, fromJob, throughJob, fromSpent, fee, receiptsRoot, lines) => ({
    budgetNo, fromJob, throughJob, fromSpent, fee, receiptsRoot, lines, linesBytes: linesBytes(lines),
  });
  const limit = String(2n ** 63n - 1n);
  return [
    row(1, 0, 1, "0", "75", await root("plain"), plain),
    row(2 ** 32 - 1, 2 ** 32 - 2, 2 ** 32 - 1, limit, limit, `0x${"ff".repeat(32)}`, wide),
    row(7, 12, 270, "123456789012", "0", await root("long"), long),
  ];
}

async function ticketsOf({ keccak }) {
  const [assignmentId, inputHash, resultDigest] = await hashes(keccak, "assignment", "input", "result");
  const plain = { budgetNo: 7, jobNo: 12, legNo: 9, providerId: 3 };
  const [full, most] = [2 ** 32 - 1, String(2 ** 40 - 1)];
  const wide = { budgetNo: full, jobNo: full, legNo: full, providerId: 2 ** 24 - 1 };
  return [
    { ...plain, amount: "1500", maxFee: "75", deliveredAt: 1_800_000_000, assignmentId, inputHash, resultDigest },
    { ...wide, amount: most, maxFee: most, deliveredAt: 2 ** 40 - 1, assignmentId, inputHash, resultDigest },
  ];
}

/** The rows of the ticket lane: each takes all the fee that its ticket allows. */
async function ticketRowsOf(chain, cosigner, tickets) {
  const consents = await signAll(chain, cosigner, "CosignTicket", tickets.map(({ digest, maxFee }) => ({
    ticketDigest: digest, fee: maxFee,
  })));
  const rows = consents.map(({ fee, signature }, index) =>
    ticketRow(tickets[index], tickets[index].signature, fee, signature));
  const cosigns = consents.map(({ fee, digest, signature }) => ({ fee, digest, signature }));
  return { cosigns, bytes: `0x${rows.join("")}` };
}

/** What settleCosigned takes beside the payload: one co-signature for each statement. */
async function cosignsOf(chain, cosigner, statements) {
  const messages = statements.map(({ digest }) => ({ statementDigest: digest }));
  const rows = await signAll(chain, cosigner, "Cosign", messages);
  return {
    rows: rows.map(({ digest, signature }) => ({ digest, signature })),
    bytes: `0x${rows.map(({ signature }) => bare(signature)).join("")}`,
  };
}

/** Five receipts, so that a leaf is lifted twice, and the root over the first one, two, three, four and five. */
async function receiptsOf({ keccak }) {
  const [assignmentId, inputHash, resultDigest, commitSignatureHash, resultSignatureHash] =
    await hashes(keccak, "assignment", "input", "result", "commit signature", "result signature");
  const receipt = (index) => ({
    budgetNo: 7, jobNo: 12 + index, assignmentId, providerId: 3, amount: String(1500 + index), inputHash, resultDigest,
    commitSignatureHash, resultSignatureHash, tokensIn: 40, tokensOut: 256, deliveredAt: 1_800_000_000,
    verdict: 1 + (index % 3),
  });
  const leaves = [0, 1, 2, 3, 4].map(receipt);
  for (const row of leaves) row.leaf = await keccak(`0x00${encoded(Object.values(row))}`);
  const hashesOf = leaves.map(({ leaf }) => leaf);
  const roots = hashesOf.map((_, last) => rootOf(keccak, hashesOf.slice(0, last + 1)));
  return { leaves, roots: await Promise.all(roots) };
}

/** The left half is the largest power of two below the count, which is what lifting an odd node comes to. */
async function rootOf(keccak, leaves) {
  if (leaves.length === 1) return leaves[0];
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  const [left, right] = [await rootOf(keccak, leaves.slice(0, half)), await rootOf(keccak, leaves.slice(half))];
  return keccak(`0x01${bare(left)}${bare(right)}`);
}

async function resultsOf({ keccak }) {
  const [assignmentId, inputHash, resultDigest, salt] = await hashes(keccak, "assignment", "input", "result", "salt");
  const evidenceRoot = await keccak("0x");
  const result = { assignmentId, providerId: 3, inputHash, resultDigest, evidenceRoot, salt };
  const most = String(2n ** 63n - 1n);
  const times = { startedAt: 1_800_000_000, finishedAt: 1_800_000_002 };
  return [
    { ...result, ...times, tokensIn: 40, tokensOut: 256, price: "250000" },
    { ...result, ...times, tokensIn: 2 ** 32 - 1, tokensOut: 0, finishedAt: 2 ** 40 - 1, price: most },
  ];
}

/** The commits to the results' content (verification 5.4): nine words, bound to the provider's signer. */
async function commitsOf(chain, signer) {
  const [{ assignmentId, providerId, inputHash, resultDigest, evidenceRoot, salt }] = await resultsOf(chain);
  const type = await chain.keccak(utf8(commitType));
  const words = [type, 31337, escrow, assignmentId, inputHash, signer, resultDigest, evidenceRoot, salt];
  return [{ assignmentId, providerId, commitment: await chain.keccak(`0x${encoded(words)}`) }];
}

async function payloadOf(chain, cosigner, statements) {
  const anchor = await chain.keccak(utf8("anchor"));
  const bytes = payloadBytes(anchor, statements);
  const [{ payloadHash, digest, signature }] = await signAll(chain, cosigner, "CosignBatch", [
    { payloadHash: await chain.keccak(bytes) },
  ]);
  return { anchor, bytes, hash: payloadHash, cosignDigest: digest, cosignature: signature };
}

/** Adds to each message its digest and its compact signature. */
async function signAll(chain, signer, type, messages, messageOf = (message) => message) {
  return Promise.all(messages.map(async (entry) => {
    const message = messageOf(entry);
    const fields = fieldsOf(types[type]);
    const digest = await digestOf(chain, type, fields, message);
    return { ...entry, digest, signature: await signTyped(chain, signer, domainOf(escrow), type, fields, message) };
  }));
}

async function digestOf(chain, type, fields, message) {
  const words = [await chain.keccak(utf8(`${type}(${types[type]})`))];
  for (const field of fields) {
    words.push(field.type === "bytes" ? await chain.keccak(message[field.name]) : message[field.name]);
  }

  const hash = await chain.keccak(`0x${encoded(words)}`);
  return chain.keccak(`0x1901${bare(await separatorOf(chain))}${bare(hash)}`);
}

async function separatorOf({ keccak }) {
  const { name, version, chainId, verifyingContract } = domainOf(escrow);
  const type = await keccak(utf8(`EIP712Domain(${types.EIP712Domain})`));
  const words = [type, await keccak(utf8(name)), await keccak(utf8(version)), chainId, verifyingContract];
  return keccak(`0x${encoded(words)}`);
}

function hashes(keccak, ...texts) {
  return Promise.all(texts.map((text) => keccak(utf8(text))));
}

function utf8(text) {
  return `0x${Buffer.from(text).toString("hex")}`;
}
