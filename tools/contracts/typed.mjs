// Typed data that market.mjs does not have: digests of our own, 65-byte signatures, and the rows of the ticket lane.
import { bare, domainFields, encoded, fieldsOf, packed } from "./market.mjs";

export const ticketFields =
  "uint256 budgetNo,uint32 jobNo,uint32 legNo,uint32 providerId,uint40 amount,uint40 maxFee,uint40 deliveredAt,"
  + "bytes32 assignmentId,bytes32 inputHash,bytes32 resultDigest";

/** The EIP-712 digest of a message without nested structs. */
export async function digestOf({ keccak }, domain, primaryType, fields, message) {
  const struct = await structHash(keccak, primaryType, fields, message);
  const separator = await structHash(keccak, "EIP712Domain", domainText, domain);
  return keccak(`0x1901${bare(separator)}${bare(struct)}`);
}

export async function structHash(keccak, primaryType, fields, message) {
  const words = [await keccak(utf8(`${primaryType}(${fields})`))];
  for (const { type, name } of fieldsOf(fields)) {
    const value = message[name];
    if (type === "string") words.push(await keccak(utf8(value)));
    else words.push(type === "bytes" ? await keccak(value) : value);
  }

  return keccak(`0x${encoded(words)}`);
}

/** { v, r, s, bytes } of an account of the chain; `types` are "type name,..." by struct name. */
export async function signOpen({ rpc }, signer, domain, primaryType, types, message) {
  const named = Object.entries(types).map(([name, fields]) => [name, fieldsOf(fields)]);
  const data = { domain, types: { EIP712Domain: domainFields, ...Object.fromEntries(named) }, primaryType, message };
  const bytes = await rpc("eth_signTypedData_v4", signer, data);
  const [r, s, v] = [bytes.slice(2, 66), bytes.slice(66, 130), bytes.slice(130)];
  return { v: `0x${v}`, r: `0x${r}`, s: `0x${s}`, bytes };
}

/** One row for settleTickets, 259 bytes without 0x. */
export function ticketRow(ticket, signature, fee, cosignature) {
  const widths = { budgetNo: 4, jobNo: 4, legNo: 4, providerId: 3, amount: 5, maxFee: 5, deliveredAt: 5 };
  const numbers = Object.entries(widths).map(([name, bytes]) => packed(ticket[name], bytes)).join("");
  const hashes = bare(ticket.assignmentId) + bare(ticket.inputHash) + bare(ticket.resultDigest);
  return numbers + packed(fee, 5) + hashes + bare(signature) + bare(cosignature);
}

function utf8(text) {
  return `0x${Buffer.from(text).toString("hex")}`;
}

const domainText = domainFields.map(({ type, name }) => `${type} ${name}`).join(",");
