// All named mutants. Each was chosen from the contracts, before the tests were looked at.
import { readFileSync } from "node:fs";
import { bond } from "./mutants/bond.mjs";
import { escrow } from "./mutants/escrow.mjs";
import { registry } from "./mutants/registry.mjs";
import { budget, compactSignature, evidence, statementReader, ticketReader } from "./mutants/types.mjs";

const byFile = {
  "MarketEscrow.sol": escrow,
  "MarketRegistry.sol": registry,
  "ProviderBond.sol": bond,
  "types/StatementReader.sol": statementReader,
  "types/TicketReader.sol": ticketReader,
  "types/Budget.sol": budget,
  "types/CompactSignature.sol": compactSignature,
  "types/Evidence.sol": evidence,
};

export { equivalent } from "./mutants/equivalent.mjs";

/** Which test contract notices which mutants: written by `mutate --learn`. */
export const killersPath = "tools/contracts/mutants/killers.json";
const killers = Object.entries(JSON.parse(readFileSync(killersPath, "utf8")));
const killerOf = new Map(killers.flatMap(([killer, names]) => names.map((name) => [name, killer])));

/** { file, name, snippet, replacement, killer }; without a killer all tests run. */
export const mutants = Object.entries(byFile).flatMap(([file, entries]) =>
  entries.map(([name, snippet, replacement]) => ({ file, name, snippet, replacement, killer: killerOf.get(name) })));
