// What can be broken in types/: the packed formats, the typed data, the budget's slot.
export const statementReader = [
  [
    "the statement has another type",
    `"Statement(uint256 budgetNo,uint32 fromJob,`,
    `"Statement(uint32 budgetNo,uint32 fromJob,`,
  ],
  [
    "too short a payload fails without a reason",
    `        if (payload.length < PROVIDERS_FROM) revert IMarketEscrow.Malformed(payload.length);
`,
    ``,
  ],
  ["an empty batch is refused", `payload.length < PROVIDERS_FROM)`, `payload.length <= PROVIDERS_FROM)`],
  ["only 255 providers can be listed", `uint16(bytes2(payload[32:34]));`, `uint8(payload[33]);`],
  [
    "too short a provider list fails without a reason",
    `        if (payload.length < offset) revert IMarketEscrow.Malformed(payload.length);
`,
    ``,
  ],
  ["a batch with providers and no row is refused", `payload.length < offset)`, `payload.length <= offset)`],
  [
    "a listed provider's number is cut",
    `uint32(uint24(bytes3(payload[from:from + 3])))`,
    `uint32(uint16(uint24(bytes3(payload[from:from + 3]))))`,
  ],
  [
    "a row without lines at the end is malformed",
    `payload.length < offset + ROW_HEAD)`,
    `payload.length <= offset + ROW_HEAD)`,
  ],
  ["a statement's budget is cut", `uint32(numbers >> 224)`, `uint16(numbers >> 224)`],
  ["a statement's first job is cut", `uint32(numbers >> 192)`, `uint16(numbers >> 192)`],
  ["a statement's last job is cut", `uint32(numbers >> 160)`, `uint16(numbers >> 160)`],
  ["what a statement starts from is cut", `uint80(numbers >> 80)`, `uint32(numbers >> 80)`],
  ["a statement's fee is cut", `uint64(numbers >> 16)`, `uint32(numbers >> 16)`],
  ["the lines' length is cut", `wordAt(payload, offset + 30) >> 232;`, `wordAt(payload, offset + 30) >> 232 & 0xff;`],
  ["the receipts' root is not read", `        row.receiptsRoot = bytes32(wordAt(payload, offset + 97));
`, ``],
  [
    "lines longer than the payload fail without a reason",
    `        if (payload.length < end) revert IMarketEscrow.Malformed(offset);
`,
    ``,
  ],
  ["the lines are not signed", `        row.linesHash = keccak256(payload[row.linesFrom:end]);
`, ``],
  ["a statement's hash leaves the lines out", `hash := keccak256(row, 256)`, `hash := keccak256(row, 224)`],
  [
    "large amounts lose their top byte",
    `let lanes := 0xffffffffff0000000000ffffffffff0000000000ffffffffff`,
    `let lanes := 0x00ffffffff000000000000ffffffff000000000000ffffffff`,
  ],
  ["a sum of a lane is cut to 40 bits", `let lane := 0xffffffffffffffffffff`, `let lane := 0xffffffffff`],
  ["a group has at most 127 jobs", `and(shr(224, head), 0xff)`, `and(shr(224, head), 0x7f)`],
  ["a group may have no jobs", `or(or(iszero(jobs), gt(following, end)),`, `or(gt(following, end),`],
  ["a group may be longer than its lines", `or(or(iszero(jobs), gt(following, end)),`, `or(iszero(jobs),`],
  [
    "a line may pay provider 0",
    `or(iszero(providerId), gt(providerId, providerCount))`,
    `gt(providerId, providerCount)`,
  ],
  ["a line may pay an unknown provider", `or(iszero(providerId), gt(providerId, providerCount))`, `iszero(providerId)`],
  ["a line may not pay the newest provider", `gt(providerId, providerCount)`, `iszero(lt(providerId, providerCount))`],
  ["malformed lines count as far as they are well formed", `                    isWellFormed := 0
`, ``],
  ["a seventh amount is lost", `for {} gt(jobs, 6)`, `for {} gt(jobs, 7)`],
  [
    "six amounts are taken from a wrong place",
    `let word := shr(16, calldataload(at))`,
    `let word := shr(56, calldataload(at))`,
  ],
  [
    "every other one of six amounts is lost",
    `sums := add(sums, add(and(word, lanes), and(shr(40, word), lanes)))`,
    `sums := add(sums, and(word, lanes))`,
  ],
  ["the second six amounts are the first", `                    at := add(at, 30)
`, ``],
  ["the last amounts count one too many", `sub(256, mul(40, jobs))`, `sub(216, mul(40, jobs))`],
  [
    "every other one of the last amounts is lost",
    `sums := add(sums, add(and(rest, lanes), and(shr(40, rest), lanes)))`,
    `sums := add(sums, and(rest, lanes))`,
  ],
  [
    "the last amounts replace the ones before",
    `sums := add(sums, add(and(rest, lanes), and(shr(40, rest), lanes)))`,
    `sums := add(and(rest, lanes), and(shr(40, rest), lanes))`,
  ],
  [
    "the middle lane is lost",
    `add(add(and(sums, lane), and(shr(80, sums), lane)), shr(160, sums))`,
    `add(and(sums, lane), shr(160, sums))`,
  ],
  [
    "the upper lane is lost",
    `add(add(and(sums, lane), and(shr(80, sums), lane)), shr(160, sums))`,
    `add(and(sums, lane), and(shr(80, sums), lane))`,
  ],
  ["a group does not end where the next begins", `                at := following
`, ``],
  ["the total is the last group's", `total := add(total, amount)`, `total := amount`],
  ["each group replaces the one before", `                last := add(last, 32)
`, `                last := add(paid, 32)
`],
  [
    "a provider's later groups replace its earlier ones",
    `tstore(slot, add(tload(slot), shr(32, one)))`,
    `tstore(slot, shr(32, one))`,
  ],
  ["what was collected stays for the next call", `            tstore(slot, 0)
`, ``],
  ["providers share transient slots", ` & ~uint256(type(uint32).max);`, `;`],
];

export const ticketReader = [
  [
    "the ticket has another type",
    `"JobTicket(uint256 budgetNo,uint32 jobNo,`,
    `"JobTicket(uint32 budgetNo,uint32 jobNo,`,
  ],
  ["a ticket's budget is cut", `uint32(numbers >> 224)`, `uint16(numbers >> 224)`],
  ["a ticket's job is cut", `uint32(numbers >> 192)`, `uint16(numbers >> 192)`],
  ["a ticket's leg is cut", `uint32(numbers >> 160)`, `uint16(numbers >> 160)`],
  ["a ticket's provider is cut", `uint24(numbers >> 136)`, `uint8(numbers >> 136)`],
  ["a ticket's amount is cut", `uint40(numbers >> 96)`, `uint32(numbers >> 96)`],
  ["a ticket's fee limit is cut", `uint40(numbers >> 56)`, `uint32(numbers >> 56)`],
  ["a ticket's time of delivery is cut", `uint40(numbers >> 16)`, `uint16(numbers >> 16)`],
  ["a ticket's fee is cut", `uint40(wordAt(rows, offset + 30) >> 216)`, `uint32(wordAt(rows, offset + 30) >> 216)`],
  ["a ticket's co-signature is read in half", `add(offset, 35)), 224)`, `add(offset, 35)), 192)`],
  ["a ticket's result is not signed", `hash := keccak256(row, 352)`, `hash := keccak256(row, 320)`],
];

export const budget = [
  [
    "the signed budget has another type",
    `"Budget(address buyer,address session,uint32 operatorId,`,
    `"Budget(address buyer,address session,uint64 operatorId,`,
  ],
  [
    "the signed terms have another type",
    `"uint32 maxLatencyMs,uint40 jobDeadline)"`,
    `"uint32 maxLatency,uint40 jobDeadline)"`,
  ],
  ["an open budget has another number", `BUDGET_OPEN = 1;`, `BUDGET_OPEN = 4;`],
  ["a closed budget has another number", `BUDGET_CLOSED = 2;`, `BUDGET_CLOSED = 4;`],
  ["a budget has no cap", `uint256(cap_) | uint256(expiry_) << 160`, `U80 | uint256(expiry_) << 160`],
  ["a budget's end is not stored", ` | uint256(expiry_) << 160 | uint256(maxFeeBps_)`, ` | uint256(maxFeeBps_)`],
  ["a budget's fee limit is not stored", ` | uint256(maxFeeBps_) << 200`, ``],
  [
    "the cap is read with what follows",
    `return Money.unwrap(money) & U80;`,
    `return Money.unwrap(money) & type(uint160).max;`,
  ],
  [
    "what was spent is read with what follows",
    `Money.unwrap(money) >> 80 & U80;`,
    `Money.unwrap(money) >> 80 & type(uint120).max;`,
  ],
  [
    "the end is read with what follows",
    `Money.unwrap(money) >> 160 & type(uint40).max;`,
    `Money.unwrap(money) >> 160 & type(uint56).max;`,
  ],
  [
    "the fee limit is read with what follows",
    `Money.unwrap(money) >> 200 & type(uint16).max;`,
    `Money.unwrap(money) >> 200 & type(uint48).max;`,
  ],
  [
    "the jobs are read with what follows",
    `Money.unwrap(money) >> 216 & type(uint32).max;`,
    `Money.unwrap(money) >> 216;`,
  ],
  ["new jobs are mixed with the old", `& ~SPENT_AND_THROUGH |`, `& ~(U80 << 80) |`],
  ["what is spent is mixed with what was", `& ~SPENT_AND_THROUGH |`, `& ~(uint256(type(uint32).max) << 216) |`],
  ["a new end is mixed with the old", `Money.unwrap(money) & ~EXPIRY |`, `Money.unwrap(money) |`],
  ["a payment of nothing is accepted", `amount == 0 || sum > cap`, `sum > cap`],
  ["a budget can be overspent", `sum > cap || `, ``],
  ["a budget cannot be spent whole", `sum > cap`, `sum >= cap`],
  ["any fee is accepted", ` || fee * 10_000 > amount * maxFeeBps`, ``],
  [
    "the highest fee that was agreed is refused",
    `fee * 10_000 > amount * maxFeeBps`,
    `fee * 10_000 >= amount * maxFeeBps`,
  ],
  ["a tenfold fee is accepted", `fee * 10_000 > amount`, `fee * 1_000 > amount`],
  ["the fee is not spent", `spent + amount + fee;`, `spent + amount;`],
  ["spending starts anew each time", `spent + amount + fee;`, `amount + fee;`],
  ["closed is mixed with open", `Money.unwrap(money) & type(uint248).max |`, `Money.unwrap(money) |`],
];

export const compactSignature = [
  ["a signature has two forms", `    if (s > HALF_ORDER) return address(0);
`, ``],
  ["the largest s is refused", `if (s > HALF_ORDER)`, `if (s >= HALF_ORDER)`],
  ["a signature's parity is lost", `uint8(27 + (uint256(vs) >> 255))`, `uint8(27)`],
  ["a signature's parity is turned", `uint8(27 + (uint256(vs) >> 255))`, `uint8(28 - (uint256(vs) >> 255))`],
];

export const evidence = [
  [
    "the result has another type",
    `"Result(bytes32 assignmentId,uint32 providerId,`,
    `"Result(bytes32 assignmentId,uint64 providerId,`,
  ],
  [
    "the commit has another type",
    `"ResultCommit(bytes32 assignmentId,uint32 providerId,`,
    `"ResultCommit(bytes32 assignmentId,uint64 providerId,`,
  ],
  [
    "the commitment has another type",
    `"Commit(bytes32 assignmentId,bytes32 inputHash,address provider,`,
    `"Commit(bytes32 assignmentId,bytes32 inputHash,address signer,`,
  ],
  ["a commitment is every chain's", `            block.chainid,
`, `            uint256(1),
`],
  ["a commitment is every escrow's", `            escrow,
            result.assignmentId`, `            address(0),
            result.assignmentId`],
  ["a commitment is every assignment's", `            result.assignmentId,
`, `            bytes32(0),
`],
  ["a commitment is every input's", `            result.inputHash,
`, `            bytes32(0),
`],
  ["a commitment is every signer's", `            signer,
            result.resultDigest`, `            address(0),
            result.resultDigest`],
  ["a commitment leaves the result open", `            result.resultDigest,
`, `            bytes32(0),
`],
  ["a commitment leaves the evidence open", `            result.evidenceRoot,
`, `            bytes32(0),
`],
  ["a commitment has no salt", `            result.salt
`, `            bytes32(0)
`],
];
