// Typed data that market.mjs does not have: digests of our own and 65-byte signatures.
import { bare, domainFields, encoded, fieldsOf } from "./market.mjs";

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

function utf8(text) {
  return `0x${Buffer.from(text).toString("hex")}`;
}

const domainText = domainFields.map(({ type, name }) => `${type} ${name}`).join(",");
