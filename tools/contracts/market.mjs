// A market on Hardhat's in-process chain, driven through bare JSON-RPC: for measuring, and for the test vectors.

/** Connects with one funded account for each private key, or with twelve dozen accounts of the usual test phrase. */
export async function connect(hre, accounts = { count: 144 }) {
  const { provider } = await hre.network.connect({
    network: "default",
    override: { hardfork: "osaka", accounts, initialDate: new Date(1_800_000_000_000), chainId: 31337 },
  });
  const rpc = (method, ...params) => provider.request({ method, params });
  return { rpc, keccak: (hex) => rpc("web3_sha3", hex), accounts: await rpc("eth_accounts") };
}

/** Big-endian hex of the given width without 0x; a value that does not fit is refused, never cut. */
export function packed(value, bytes) {
  const digits = BigInt(value).toString(16);
  if (BigInt(value) < 0n || digits.length > 2 * bytes) throw new RangeError(`${value} does not fit ${bytes} bytes.`);
  return digits.padStart(2 * bytes, "0");
}

export function word(value) {
  return packed(value, 32);
}

export function bare(hex) {
  return hex.slice(2);
}

/** Encodes arguments: numbers and 0x words of up to 32 bytes as words, { bytes } behind the heads. */
export function encoded(values) {
  const heads = [];
  let tail = "";
  for (const value of values) {
    if (value?.bytes === undefined) {
      heads.push(word(value));
    } else {
      const data = bare(value.bytes);
      heads.push(word(32 * values.length + tail.length / 2));
      tail += word(data.length / 2) + data.padEnd(64 * Math.ceil(data.length / 64), "0");
    }
  }

  return heads.join("") + tail;
}

/** An EIP-2098 signature by an account of the chain, whose own typed-data hashing is independent of ours. */
export async function signTyped({ rpc }, signer, domain, primaryType, fields, message) {
  const types = { EIP712Domain: domainFields, [primaryType]: fields };
  const signature = bare(await rpc("eth_signTypedData_v4", signer, { domain, types, primaryType, message }));
  const parity = BigInt(parseInt(signature.slice(128), 16) - 27);
  return `0x${signature.slice(0, 64)}${word(BigInt(`0x${signature.slice(64, 128)}`) | (parity << 255n))}`;
}

export const domainFields = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];

export function domainOf(verifyingContract) {
  return { name: "Market Escrow", version: "1", chainId: 31337, verifyingContract };
}

/** "uint256 budgetNo,bytes lines" as EIP-712 fields. */
export function fieldsOf(signature) {
  return signature.split(",").map((field) => ({ type: field.split(" ")[0], name: field.split(" ")[1] }));
}

export const statementFields =
  "uint256 budgetNo,uint32 fromJob,uint32 throughJob,uint256 fromSpent,uint256 fee,bytes32 receiptsRoot,bytes lines";

export const ticketFields =
  "uint256 budgetNo,uint32 jobNo,uint32 legNo,uint32 providerId,uint40 amount,uint40 maxFee,uint40 deliveredAt,"
  + "bytes32 assignmentId,bytes32 inputHash,bytes32 resultDigest";

/** One row of the ticket lane, 259 bytes without 0x. */
export function ticketRow(ticket, signature, fee, cosignature) {
  const { budgetNo, jobNo, legNo, providerId, amount, maxFee, deliveredAt } = ticket;
  return [
    packed(budgetNo, 4), packed(jobNo, 4), packed(legNo, 4), packed(providerId, 3), packed(amount, 5),
    packed(maxFee, 5), packed(deliveredAt, 5), packed(fee, 5), bare(ticket.assignmentId), bare(ticket.inputHash),
    bare(ticket.resultDigest), bare(signature), bare(cosignature),
  ].join("");
}

export function linesBytes(lines) {
  const group = ({ providerId, amounts }) =>
    packed(providerId, 3) + packed(amounts.length, 1) + amounts.map((amount) => packed(amount, 5)).join("");
  return `0x${lines.map(group).join("")}`;
}

export function payloadBytes(anchor, statements) {
  const ids = statements.flatMap(({ lines }) => lines.map(({ providerId }) => providerId));
  const listed = [...new Set(ids)].sort((left, right) => left - right);
  return [anchor, packed(listed.length, 2), ...listed.map((id) => packed(id, 3)), ...statements.map(row)].join("");
}

function row({ budgetNo, fromJob, throughJob, fromSpent, fee, receiptsRoot, lines, signature }) {
  const data = bare(linesBytes(lines));
  return [
    packed(budgetNo, 4), packed(fromJob, 4), packed(throughJob, 4), packed(fromSpent, 10), packed(fee, 8),
    packed(data.length / 2, 3), bare(signature), bare(receiptsRoot), data,
  ].join("");
}
