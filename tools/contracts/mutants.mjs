// All named mutants. Each was chosen from the contracts, before the tests were looked at.
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

/** { file, name, snippet, replacement, killer }, of which the killer, a test contract, may be missing. */
export const mutants = Object.entries(byFile).flatMap(([file, entries]) =>
  entries.map(([name, snippet, replacement, killer]) => ({ file, name, snippet, replacement, killer })));
