// Changes that no test can notice, each with the reason: file, name, snippet, replacement, argument. The runner only
// checks that their snippets are still there, so that an argument is read again when its code changes.
const entries = [
  [
    "MarketEscrow.sol",
    "available does not ask whether the budget is open",
    `money.state() != BUDGET_OPEN || _isOver(money) ? 0`,
    `_isOver(money) ? 0`,
    "A closed budget keeps its end and was over when it was closed, and time only goes on; an unknown one ended at 0.",
  ],
  ["MarketEscrow.sol", "the provider list may pay more than the rows", `if (listed != paid)`, `if (listed < paid)`,
    "What is taken was collected by rows of this call, each provider's once: it is never more than they paid."],
  [
    "MarketEscrow.sol",
    "a ticket without a fee writes its operator's fees",
    `if (row.fee != 0) feeCredit[auth.operatorId]`,
    `feeCredit[auth.operatorId]`,
    "Adding nothing writes back what was read; only gas differs.",
  ],
  [
    "types/StatementReader.sol",
    "too short a row fails at its end",
    `        if (payload.length < offset + ROW_HEAD) revert IMarketEscrow.Malformed(offset);
`,
    ``,
    "The row's end is at or above that: the check of the end refuses the same rows for the same reason.",
  ],
  ["types/StatementReader.sol", "six last amounts are taken in the loop", `for {} gt(jobs, 6)`, `for {} gt(jobs, 5)`,
    "The loop then takes all six, and shifting by 256 leaves no rest."],
  [
    "types/StatementReader.sol",
    "the lanes' sums are read with 72 bits",
    `let lane := 0xffffffffffffffffffff`,
    `let lane := 0xffffffffffffffffff`,
    "A lane sums at most 86 amounts of 40 bits, which 47 bits hold.",
  ],
  ["types/StatementReader.sol", "the groups' count is not set", `            mstore(paid, shr(5, sub(last, paid)))
`, ``,
    "The room for further groups is zero, and adding 0 to provider 0's transient sum changes nothing that is read."],
  ["types/StatementReader.sol", "the room for groups is short", `LEAST_GROUP = 9;`, `LEAST_GROUP = 18;`,
    "The groups are read before any memory is given out after them. Kept right, for it is not the code that says so."],
];

export const equivalent = entries.map(([file, name, snippet, replacement, argument]) =>
  ({ file, name, snippet, replacement, argument }));
