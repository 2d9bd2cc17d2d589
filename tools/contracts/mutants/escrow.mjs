// What can be broken in MarketEscrow.sol: name, exact snippet, replacement.
export const escrow = [
  // Typed data and constants
  [
    "the domain's type is another",
    `"EIP712Domain(string name,string version,uint256 chainId,`,
    `"EIP712Domain(string name,string version,uint chainId,`,
  ],
  [
    "the co-signature of one statement has another type",
    `"Cosign(bytes32 statementDigest)"`,
    `"Cosign(bytes32 digest)"`,
  ],
  ["the co-signature of a batch has another type", `"CosignBatch(bytes32 payloadHash)"`, `"CosignBatch(bytes32 hash)"`],
  [
    "the co-signature of a ticket has another type",
    `"CosignTicket(bytes32 ticketDigest,uint40 fee)"`,
    `"CosignTicket(bytes32 ticketDigest,uint64 fee)"`,
  ],
  [
    "the signed withdrawal has another type",
    `"Withdraw(address buyer,uint256 amount,`,
    `"Withdraw(address owner,uint256 amount,`,
  ],
  ["the signed close has another type", `"RequestClose(uint256 budgetNo)"`, `"RequestClose(uint32 budgetNo)"`],
  ["stale has another number", `uint8 private constant STALE = 1;`, `uint8 private constant STALE = 7;`],
  ["late has another number", `uint8 private constant LATE = 2;`, `uint8 private constant LATE = 7;`],
  [
    "a bad signature has another number",
    `uint8 private constant SIGNATURE = 3;`,
    `uint8 private constant SIGNATURE = 7;`,
  ],
  ["bad amounts have another number", `uint8 private constant AMOUNTS = 4;`, `uint8 private constant AMOUNTS = 7;`],
  ["bad lines have another number", `uint8 private constant LINES = 5;`, `uint8 private constant LINES = 7;`],
  ["no consent has another number", `uint8 private constant CONSENT = 6;`, `uint8 private constant CONSENT = 7;`],
  ["the close delay is an hour short", `CLOSE_DELAY = 24 hours`, `CLOSE_DELAY = 23 hours`],
  ["the grace is an hour short", `GRACE = 24 hours`, `GRACE = 23 hours`],
  ["a budget may live a day too long", `MAX_BUDGET_LIFE = 30 days`, `MAX_BUDGET_LIFE = 31 days`],
  ["the fee limit is one point too high", `MAX_FEE_BPS = 1000`, `MAX_FEE_BPS = 1001`],
  // Constructor
  ["five decimals are accepted", `decimals < 6 ||`, `decimals < 5 ||`],
  ["nineteen decimals are accepted", `decimals > 18)`, `decimals > 19)`],
  ["eighteen decimals are refused", `decimals > 18)`, `decimals > 17)`],
  ["the unit ignores the decimals", `UNIT = 10 ** (decimals - 6);`, `UNIT = 1;`],
  // Money in
  [
    "deposit can be re-entered",
    `function deposit(uint256 amount) external nonReentrant {`,
    `function deposit(uint256 amount) external {`,
  ],
  [
    "depositFor can be re-entered",
    `function depositFor(address buyer, uint256 amount) external nonReentrant {`,
    `function depositFor(address buyer, uint256 amount) external {`,
  ],
  [
    "depositWithPermit can be re-entered",
    `uint8 v, bytes32 r, bytes32 s) external nonReentrant {`,
    `uint8 v, bytes32 r, bytes32 s) external {`,
  ],
  ["depositWithAuthorization can be re-entered", `    ) external nonReentrant {
        uint256 before`, `    ) external {
        uint256 before`],
  ["a deposit may be for nobody", `        if (buyer == address(0)) revert ZeroAddress();
        _pull(buyer, amount);`, `        _pull(buyer, amount);`],
  ["a deposit for another is the caller's", `revert ZeroAddress();
        _pull(buyer, amount);`, `revert ZeroAddress();
        _pull(msg.sender, amount);`],
  [
    "a permit is not used",
    `        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
`,
    ``,
  ],
  [
    "a permit that was used before stops the deposit",
    `        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
`,
    `        IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s);
`,
  ],
  [
    "an authorized deposit is the sender's",
    `_recordDeposit(buyer, buyer, amount, before);`,
    `_recordDeposit(msg.sender, buyer, amount, before);`,
  ],
  [
    "an authorized deposit names the sender as its source",
    `_recordDeposit(buyer, buyer, amount, before);`,
    `_recordDeposit(buyer, msg.sender, amount, before);`,
  ],
  ["an authorized deposit counts all that is held", `        uint256 before = _held();
        IERC3009`, `        uint256 before = 0;
        IERC3009`],
  ["a deposit counts all that is held", `        uint256 before = _held();
        TOKEN.safeTransferFrom`, `        uint256 before = 0;
        TOKEN.safeTransferFrom`],
  [
    "a deposit names the buyer as its source",
    `_recordDeposit(buyer, msg.sender, amount, before);`,
    `_recordDeposit(buyer, buyer, amount, before);`,
  ],
  ["a token may bring less than it says", `        if (received != amount) revert TransferMismatch(amount, received);
`, ``],
  ["a token may bring more than it says", `if (received != amount)`, `if (received < amount)`],
  ["a deposit of nothing is accepted", `        if (micro == 0) revert ZeroAmount();
`, ``],
  [
    "a deposit may have a rest below the unit",
    `        if (micro * UNIT != amount) revert NotMultipleOfUnit(amount, UNIT);
`,
    ``,
  ],
  ["a deposit is counted in base units", `uint256 micro = amount / UNIT;`, `uint256 micro = amount;`],
  ["a deposit is not credited", `        free[buyer] += micro;
`, ``],
  ["a deposit replaces the earlier ones", `free[buyer] += micro;`, `free[buyer] = micro;`],
  ["a deposit is not owed", `        totalOwed += micro;
`, ``],
  ["a deposit is not logged", `        emit Deposited(buyer, from, micro);
`, ``],
  // Money out
  [
    "withdraw can be re-entered",
    `function withdraw(uint256 amount) external nonReentrant {`,
    `function withdraw(uint256 amount) external {`,
  ],
  ["withdrawWithSig can be re-entered", `        external
        nonReentrant
    {
        if (block.timestamp > deadline)`, `        external
    {
        if (block.timestamp > deadline)`],
  [
    "a signed withdrawal has no deadline",
    `        if (block.timestamp > deadline) revert TooLate(block.timestamp, deadline);
`,
    ``,
  ],
  ["a signed withdrawal ends a second early", `if (block.timestamp > deadline)`, `if (block.timestamp >= deadline)`],
  ["a signed withdrawal can be sent again", `        _useNonce(buyer, nonce);
        _checkSignature`, `        _checkSignature`],
  [
    "a signed withdrawal needs no signature",
    `        _checkSignature(buyer, keccak256(abi.encode(WITHDRAW_TYPE, buyer, amount, nonce, deadline)), sig);
`,
    ``,
  ],
  [
    "a signed withdrawal leaves its amount open",
    `abi.encode(WITHDRAW_TYPE, buyer, amount, nonce, deadline)`,
    `abi.encode(WITHDRAW_TYPE, buyer, uint256(0), nonce, deadline)`,
  ],
  ["a signed withdrawal is the sender's", `sig);
        _withdraw(buyer, amount);`, `sig);
        _withdraw(msg.sender, amount);`],
  ["a withdrawal leaves the balance", `        _takeFree(buyer, amount);
        emit Withdrawn`, `        emit Withdrawn`],
  ["a withdrawal is not logged", `        emit Withdrawn(buyer, amount);
`, ``],
  [
    "too large a withdrawal is an arithmetic fault",
    `        if (amount > has) revert InsufficientFree(buyer, amount, has);
`,
    ``,
  ],
  ["not all can be withdrawn", `if (amount > has)`, `if (amount >= has)`],
  ["free balance is not taken", `        free[buyer] = has - amount;
`, ``],
  [
    "claim can be re-entered",
    `function claim(uint32 providerId) external nonReentrant {`,
    `function claim(uint32 providerId) external {`,
  ],
  ["credit can be claimed again", `        credit[providerId] = 0;
`, ``],
  ["a claim goes to the provider's owner", `REGISTRY.payoutOf(providerId);`, `REGISTRY.providerOf(providerId).owner;`],
  ["a claim is not logged", `        emit Claimed(providerId, to, amount);
`, ``],
  [
    "claimFee can be re-entered",
    `function claimFee(uint32 operatorId) external nonReentrant {`,
    `function claimFee(uint32 operatorId) external {`,
  ],
  ["fees can be claimed again", `        feeCredit[operatorId] = 0;
`, ``],
  [
    "fees go to the operator's owner",
    `address to = REGISTRY.feeToOf(operatorId);`,
    `address to = REGISTRY.operatorOf(operatorId).owner;`,
  ],
  ["a claim of fees is not logged", `        emit FeeClaimed(operatorId, to, amount);
`, ``],
  ["nothing can be paid out", `        if (amount == 0) revert ZeroAmount();
        totalOwed`, `        totalOwed`],
  ["what was paid out is still owed", `        totalOwed -= amount;
`, ``],
  [
    "micro-tokens are paid out as base units",
    `TOKEN.safeTransfer(to, amount * UNIT);`,
    `TOKEN.safeTransfer(to, amount);`,
  ],
  // Budgets
  ["anyone opens a budget from another's balance", `        _only(budget.buyer);
`, ``],
  [
    "a signed budget needs no signature",
    `        _checkSignature(budget.buyer, keccak256(abi.encode(BUDGET_TYPE, budget)), sig);
`,
    ``,
  ],
  ["a cancelled nonce can still be used", `        _useNonce(msg.sender, nonce);
        emit`, `        emit`],
  ["a cancelled nonce is not logged", `        emit NonceCancelled(msg.sender, nonce);
`, ``],
  ["anyone asks to close a budget", `        _only(_buyer[budgetNo]);
`, ``],
  [
    "a signed close needs no signature",
    `        _checkSignature(_buyer[budgetNo], keccak256(abi.encode(REQUEST_CLOSE_TYPE, budgetNo)), sig);
`,
    ``,
  ],
  [
    "a budget can be closed before its end",
    `        if (!_isOver(money)) revert TooEarly(block.timestamp, money.expiry() + GRACE + 1);
`,
    ``,
  ],
  ["too early a close names a wrong time", `money.expiry() + GRACE + 1);`, `money.expiry() + GRACE);`],
  ["a close refunds what was spent", `uint256 refund = money.cap() - money.spent();`, `uint256 refund = money.cap();`],
  ["a budget can be closed again", `        _money[budgetNo] = money.closed();
`, ``],
  ["a refund is lost", `        free[_buyer[budgetNo]] += refund;
`, ``],
  ["a refund replaces the free balance", `free[_buyer[budgetNo]] += refund;`, `free[_buyer[budgetNo]] = refund;`],
  ["a refund is whoever's closes", `free[_buyer[budgetNo]] += refund;`, `free[msg.sender] += refund;`],
  ["a close is not logged", `        emit BudgetClosed(budgetNo, refund);
`, ``],
  ["a budget may have no session", `        if (budget.session == address(0)) revert ZeroAddress();
`, ``],
  ["a budget may hold nothing", `        if (budget.cap == 0) revert ZeroAmount();
`, ``],
  [
    "a budget may allow any fee",
    `        if (budget.maxFeeBps > MAX_FEE_BPS) revert BadFee(budget.maxFeeBps, MAX_FEE_BPS);
`,
    ``,
  ],
  ["the highest fee is refused", `budget.maxFeeBps > MAX_FEE_BPS`, `budget.maxFeeBps >= MAX_FEE_BPS`],
  [
    "a budget may have an unknown operator",
    `        if (REGISTRY.feeToOf(budget.operatorId) == address(0)) revert UnknownOperator(budget.operatorId);
`,
    ``,
  ],
  ["a budget may end as it begins", `budget.expiry <= block.timestamp ||`, `budget.expiry < block.timestamp ||`],
  [
    "the longest life is refused",
    `budget.expiry > block.timestamp + MAX_BUDGET_LIFE)`,
    `budget.expiry >= block.timestamp + MAX_BUDGET_LIFE)`,
  ],
  ["a budget may live for ever", ` || budget.expiry > block.timestamp + MAX_BUDGET_LIFE)`, `)`],
  [
    "too long a life is refused with a wrong earliest time",
    `block.timestamp + 1, block.timestamp + MAX_BUDGET_LIFE);`,
    `block.timestamp, block.timestamp + MAX_BUDGET_LIFE);`,
  ],
  ["a budget uses no nonce", `        _useNonce(budget.buyer, budget.nonce);
`, ``],
  ["a budget locks nothing", `        _takeFree(budget.buyer, budget.cap);
`, ``],
  ["budgets are numbered from nothing on", `budgetNo = ++budgetCount;`, `budgetNo = budgetCount++;`],
  [
    "a budget's money is not stored",
    `        _money[budgetNo] = MoneyFields.opened(budget.cap, budget.expiry, budget.maxFeeBps);
`,
    ``,
  ],
  [
    "a budget allows the highest fee whatever was signed",
    `MoneyFields.opened(budget.cap, budget.expiry, budget.maxFeeBps)`,
    `MoneyFields.opened(budget.cap, budget.expiry, MAX_FEE_BPS)`,
  ],
  [
    "the buyer is the session",
    `Auth(budget.session, budget.operatorId, uint40(block.timestamp))`,
    `Auth(budget.buyer, budget.operatorId, uint40(block.timestamp))`,
  ],
  [
    "every budget is the first operator's",
    `Auth(budget.session, budget.operatorId, uint40(block.timestamp))`,
    `Auth(budget.session, 1, uint40(block.timestamp))`,
  ],
  [
    "a budget was open since ever",
    `Auth(budget.session, budget.operatorId, uint40(block.timestamp))`,
    `Auth(budget.session, budget.operatorId, 0)`,
  ],
  ["a budget is the sender's", `_buyer[budgetNo] = budget.buyer;`, `_buyer[budgetNo] = msg.sender;`],
  ["a budget's terms are not logged", `            budget.termsHash
        );`, `            0
        );`],
  ["a request to close ends a budget at once", `uint40(block.timestamp) + CLOSE_DELAY;`, `uint40(block.timestamp);`],
  ["a request to close pushes the end out", `if (sooner < money.expiry()) _money`, `_money`],
  [
    "a request to close is forgotten",
    `_money[budgetNo] = money = money.withExpiry(sooner);`,
    `money = money.withExpiry(sooner);`,
  ],
  [
    "a request to close logs the old end",
    `_money[budgetNo] = money = money.withExpiry(sooner);`,
    `_money[budgetNo] = money.withExpiry(sooner);`,
  ],
  ["a request to close is not logged", `        emit BudgetClosing(budgetNo, uint40(money.expiry()));
`, ``],
  [
    "a closed budget can be closed",
    `        if (money.state() != BUDGET_OPEN) revert BadBudget(budgetNo, money.state());
`,
    ``,
  ],
  // Batches
  ["settle can be re-entered", `bytes calldata cosig) external nonReentrant {`, `bytes calldata cosig) external {`],
  [
    "settleCosigned can be re-entered",
    `bytes calldata cosigs) external nonReentrant {`,
    `bytes calldata cosigs) external {`,
  ],
  [
    "settleTickets can be re-entered",
    `function settleTickets(bytes calldata rows) external nonReentrant {`,
    `function settleTickets(bytes calldata rows) external {`,
  ],
  ["a longer co-signature is accepted", `cosig.length != 64`, `cosig.length < 64`],
  ["a shorter co-signature fails without a reason", `cosig.length != 64`, `cosig.length > 64`],
  ["a batch needs no co-signature", `        if (until == 0) revert NotOperator(operatorId, digest);
`, ``],
  [
    "a former co-signer consents to every budget",
    `_settle(Consent(operatorId, until), payload, cosig);`,
    `_settle(Consent(operatorId, type(uint40).max), payload, cosig);`,
  ],
  [
    "the co-signature covers the anchor alone",
    `cosignBatchDigest(keccak256(payload));`,
    `cosignBatchDigest(bytes32(payload[:32]));`,
  ],
  [
    "a batch settles other operators' budgets",
    `(whole.operatorId == auth.operatorId ? whole.until : 0);`,
    `whole.until;`,
  ],
  [
    "one statement's co-signature is the statement's own",
    `_typed(domain, keccak256(abi.encode(COSIGN_TYPE, digest))), cosigs, index)`,
    `digest, cosigs, index)`,
  ],
  [
    "all rows are held against the first co-signature",
    `offset < payload.length; ++index)`,
    `offset < payload.length;)`,
  ],
  [
    "too few co-signatures fail without a reason",
    `        if (cosigs.length < from + 64) revert Malformed(cosigs.length);
`,
    ``,
  ],
  [
    "a budget opened with the key's last second is refused",
    `? (CONSENT, 0)`,
    `|| auth.openedAt == until ? (CONSENT, 0)`,
  ],
  ["no consent is asked for", `auth.openedAt > until
                ? (CONSENT, 0)`, `false
                ? (CONSENT, 0)`],
  ["a statement may name unknown providers", `        uint32 providerCount = REGISTRY.providerCount();
        uint256 paid;`, `        uint32 providerCount = type(uint32).max;
        uint256 paid;`],
  ["a skipped row is not logged", `                emit StatementSkipped(row.budgetNo, reason);
`, ``],
  ["a skipped row's fee is credited", `                continue;
            }
            paid`, `            }
            paid`],
  ["what rows pay is not added up", `            paid += total;
`, ``],
  ["fees are not added up", `            fees += row.fee;
`, ``],
  [
    "single co-signed fees go to nobody",
    `            if (whole.operatorId == 0) fees = _creditFee(auth.operatorId, fees);
`,
    ``,
  ],
  [
    "single co-signed fees are credited again with the next row",
    `fees = _creditFee(auth.operatorId, fees);`,
    `_creditFee(auth.operatorId, fees);`,
  ],
  ["a batch's fees are lost", `        _creditFee(whole.operatorId, fees);
`, ``],
  ["the provider list may be incomplete", `        if (listed != paid) revert ProviderListIncomplete(listed, paid);
`, ``],
  ["a batch is missing from the chain of hashes", `        acc = keccak256(abi.encode(acc, keccak256(payload)));
`, ``],
  [
    "a batch forgets what was settled before",
    `acc = keccak256(abi.encode(acc, keccak256(payload)));`,
    `acc = keccak256(abi.encode(bytes32(0), keccak256(payload)));`,
  ],
  ["a batch is not logged", `        emit BatchSettled(whole.operatorId, acc, payload);
`, ``],
  [
    "a batch is logged as nobody's",
    `emit BatchSettled(whole.operatorId, acc, payload);`,
    `emit BatchSettled(0, acc, payload);`,
  ],
  // One statement
  [
    "a statement of an unknown budget is late, not stale",
    `            money.state() != BUDGET_OPEN || money.throughJob() != row.fromJob`,
    `            money.throughJob() != row.fromJob`,
  ],
  ["a statement may pay jobs again", `money.throughJob() != row.fromJob || `, ``],
  ["a statement may leave jobs out", `money.throughJob() != row.fromJob`, `money.throughJob() > row.fromJob`],
  ["a statement may be about no job", `row.fromJob >= row.throughJob`, `row.fromJob > row.throughJob`],
  ["a statement may go backwards", ` || row.fromJob >= row.throughJob
`, `
`],
  ["a statement may miss what was spent", `
                || money.spent() != row.fromSpent
`, `
`],
  ["a statement is never late", `        if (_isOver(money)) return (LATE, 0);
`, ``],
  ["a statement needs no signature", `        if (recover(digest, row.r, row.vs) != session) return (SIGNATURE, 0);
`, ``],
  ["malformed lines are paid", `        if (!isWellFormed) return (LINES, 0);
`, ``],
  [
    "a statement that may not be spent is paid",
    `if (!_spend(row.budgetNo, money, total, row.fee, row.throughJob)) return (AMOUNTS, 0);`,
    `_spend(row.budgetNo, money, total, row.fee, row.throughJob);`,
  ],
  [
    "a statement does not move the budget's jobs on",
    `row.fee, row.throughJob)) return`,
    `row.fee, row.fromJob)) return`,
  ],
  ["a statement's lines are not collected", `        StatementReader.accumulate(paid);
`, ``],
  [
    "a refused statement's lines are collected",
    `        if (!_spend(row.budgetNo, money, total, row.fee, row.throughJob)) return (AMOUNTS, 0);
        StatementReader.accumulate(paid);`,
    `        StatementReader.accumulate(paid);
        if (!_spend(row.budgetNo, money, total, row.fee, row.throughJob)) return (AMOUNTS, 0);`,
  ],
  ["a statement's log lacks its first job", `(uint256(row.fromJob) << 176) | `, ``],
  ["a statement's log lacks its last job", `(uint256(row.throughJob) << 144) | `, ``],
  ["a statement's log has its total elsewhere", `(total << 64)`, `(total << 72)`],
  ["a statement's log lacks its fee", ` | row.fee,`, `,`],
  ["a statement's log has the lines' hash for the receipts' root", `            row.receiptsRoot
        );`, `            row.linesHash
        );`],
  [
    "the budget's end comes a second early",
    `block.timestamp > money.expiry() + GRACE;`,
    `block.timestamp >= money.expiry() + GRACE;`,
  ],
  ["there is no grace", `block.timestamp > money.expiry() + GRACE;`, `block.timestamp > money.expiry();`],
  ["a payment that may not be made is stored", `        if (spent == 0) return false;
`, ``],
  ["spending is not stored", `        _money[budgetNo] = money.withSpent(spent, throughJob);
`, ``],
  ["a provider may be listed again", `if (providerId <= last)`, `if (providerId < last)`],
  [
    "providers may be listed in any order",
    `            if (providerId <= last) revert Malformed(StatementReader.providerOffset(index));
`,
    ``,
  ],
  [
    "a misplaced provider is reported elsewhere",
    `Malformed(StatementReader.providerOffset(index))`,
    `Malformed(index)`,
  ],
  ["the last provider listed is forgotten", `            last = providerId;
`, ``],
  ["a provider that gets nothing is logged", `            if (amount == 0) continue;
`, ``],
  ["a provider's credit is lost", `            credit[providerId] += amount;
`, ``],
  [
    "a provider's credit is replaced",
    `            credit[providerId] += amount;`,
    `            credit[providerId] = amount;`,
  ],
  ["a provider's credit is not logged", `            emit Credited(providerId, amount);
`, ``],
  ["no fee is logged as a fee", `        if (amount == 0) return 0;
`, ``],
  ["fees are lost", `        feeCredit[operatorId] += amount;
`, ``],
  ["fees are replaced", `        feeCredit[operatorId] += amount;`, `        feeCredit[operatorId] = amount;`],
  ["fees are not logged", `        emit FeeCredited(operatorId, amount);
`, ``],
  // Tickets
  ["tickets may have a rest", `        if (rows.length % TicketReader.ROW != 0) revert Malformed(rows.length);
`, ``],
  ["a ticket may name an unknown provider", `        uint32 providerCount = REGISTRY.providerCount();
        for`, `        uint32 providerCount = type(uint32).max;
        for`],
  ["the last ticket is ignored", `offset < rows.length; offset`, `offset + TicketReader.ROW < rows.length; offset`],
  ["a skipped ticket is not logged", `            if (reason != 0) emit TicketSkipped(row.budgetNo, row.jobNo, reason);
`, ``],
  ["a settled ticket is logged as skipped", `if (reason != 0) emit TicketSkipped`, `emit TicketSkipped`],
  ["tickets are missing from the chain of hashes", `        acc = keccak256(abi.encode(acc, keccak256(rows)));
`, ``],
  [
    "tickets forget what was settled before",
    `acc = keccak256(abi.encode(acc, keccak256(rows)));`,
    `acc = keccak256(abi.encode(bytes32(0), keccak256(rows)));`,
  ],
  ["tickets' rows are not logged", `        emit TicketsSettled(acc, rows);
`, ``],
  [
    "a ticket of an unknown budget is late, not stale",
    `if (money.state() != BUDGET_OPEN || row.jobNo`,
    `if (row.jobNo`,
  ],
  ["a ticket pays a job that a statement paid", `row.jobNo < money.throughJob() || `, ``],
  ["a ticket for the next job is dead", `row.jobNo < money.throughJob()`, `row.jobNo <= money.throughJob()`],
  ["a leg can be paid again", ` || isTicketPaid(row.budgetNo, row.legNo)) {`, `) {`],
  [
    "a leg is known by its job's number",
    `isTicketPaid(row.budgetNo, row.legNo)) {`,
    `isTicketPaid(row.budgetNo, row.jobNo)) {`,
  ],
  ["a ticket is never late", `        if (_isOver(money)) return LATE;
`, ``],
  ["a ticket needs no signature", `        if (recover(digest, row.r, row.vs) != auth.session) return SIGNATURE;
`, ``],
  [
    "a ticket needs no co-signature",
    `        if (auth.openedAt > _until(auth.operatorId, digest, row.cosignR, row.cosignVs)) return CONSENT;
`,
    ``,
  ],
  [
    "a ticket of a budget opened with the key's last second is refused",
    `if (auth.openedAt > _until(`,
    `if (auth.openedAt >= _until(`,
  ],
  [
    "a ticket's co-signature covers the limit, not the fee",
    `abi.encode(COSIGN_TICKET_TYPE, digest, row.fee)`,
    `abi.encode(COSIGN_TICKET_TYPE, digest, row.maxFee)`,
  ],
  ["a ticket may pay provider 0", `row.providerId == 0 || `, ``],
  ["the newest provider cannot be paid by ticket", `row.providerId > providerCount`, `row.providerId >= providerCount`],
  ["a ticket's fee has no limit of its own", `        if (row.fee > row.maxFee) return AMOUNTS;
`, ``],
  ["a ticket's highest fee is refused", `row.fee > row.maxFee`, `row.fee >= row.maxFee`],
  [
    "a ticket that may not be spent is paid",
    `if (!_spend(row.budgetNo, money, row.amount, row.fee, money.throughJob())) return AMOUNTS;`,
    `_spend(row.budgetNo, money, row.amount, row.fee, money.throughJob());`,
  ],
  [
    "a ticket moves the budget's jobs on",
    `row.amount, row.fee, money.throughJob())`,
    `row.amount, row.fee, row.jobNo)`,
  ],
  ["a paid leg is not marked", `        _ticketPaid[row.budgetNo][row.legNo >> 8] |= 1 << (row.legNo & 0xff);
`, ``],
  [
    "a paid leg unmarks the others",
    `_ticketPaid[row.budgetNo][row.legNo >> 8] |= 1`,
    `_ticketPaid[row.budgetNo][row.legNo >> 8] = 1`,
  ],
  [
    "a paid leg is marked in a wrong word",
    `_ticketPaid[row.budgetNo][row.legNo >> 8] |=`,
    `_ticketPaid[row.budgetNo][row.legNo >> 9] |=`,
  ],
  ["a paid leg is marked at a wrong bit", `1 << (row.legNo & 0xff)`, `1 << (row.legNo & 0x7f)`],
  ["a paid leg is read from a wrong word", `_ticketPaid[budgetNo][legNo >> 8]`, `_ticketPaid[budgetNo][legNo >> 9]`],
  ["a paid leg is read at a wrong bit", `>> (legNo & 0xff) & 1`, `>> (legNo & 0x7f) & 1`],
  ["a ticket credits nobody", `        credit[row.providerId] += row.amount;
`, ``],
  ["a ticket replaces a credit", `credit[row.providerId] += row.amount;`, `credit[row.providerId] = row.amount;`],
  ["a ticket's fee is lost", `        if (row.fee != 0) feeCredit[auth.operatorId] += row.fee;
`, ``],
  [
    "a ticket's fee replaces the earlier ones",
    `feeCredit[auth.operatorId] += row.fee;`,
    `feeCredit[auth.operatorId] = row.fee;`,
  ],
  ["a settled ticket is not logged", `        emit TicketSettled(
            row.budgetNo, row.jobNo, row.providerId, auth.operatorId, row.assignmentId, row.amount, row.fee
        );
`, ``],
  ["a settled ticket's log has the limit for the fee", `row.assignmentId, row.amount, row.fee
        );`, `row.assignmentId, row.amount, row.maxFee
        );`],
  // Views
  ["a reader sees no buyer", `buyer: _buyer[budgetNo],`, `buyer: address(0),`],
  ["a reader sees no session", `session: auth.session,`, `session: address(0),`],
  ["a reader sees no operator", `operatorId: auth.operatorId,
            cap`, `operatorId: 0,
            cap`],
  ["a reader sees nothing spent", `spent: money.spent(),`, `spent: 0,`],
  ["a reader sees no fee limit", `maxFeeBps: money.maxFeeBps(),`, `maxFeeBps: 0,`],
  ["a reader sees every budget open", `state: money.state()
`, `state: BUDGET_OPEN
`],
  [
    "a used nonce is read from a wrong word",
    `_nonces[buyer][nonce >> 8] >> (nonce`,
    `_nonces[buyer][nonce >> 9] >> (nonce`,
  ],
  ["a used nonce is read at a wrong bit", `>> (nonce & 0xff) & 1`, `>> (nonce & 0x7f) & 1`],
  [
    "a budget that is over is available",
    `money.state() != BUDGET_OPEN || _isOver(money) ? 0`,
    `money.state() != BUDGET_OPEN ? 0`,
  ],
  [
    "what was spent is available",
    `_isOver(money) ? 0 : money.cap() - money.spent();`,
    `_isOver(money) ? 0 : money.cap();`,
  ],
  ["the escrow always calls itself solvent", `return _held() >= totalOwed * UNIT;`, `return true;`],
  [
    "the escrow is solvent only with a surplus",
    `return _held() >= totalOwed * UNIT;`,
    `return _held() > totalOwed * UNIT;`,
  ],
  ["solvency is held against micro-tokens", `return _held() >= totalOwed * UNIT;`, `return _held() >= totalOwed;`],
  ["ERC-5267 claims a salt", `return (0x0f, "Market Escrow"`, `return (0x1f, "Market Escrow"`],
  ["ERC-5267 names another domain", `return (0x0f, "Market Escrow", "1"`, `return (0x0f, "Market Escrow", "2"`],
  // Inside
  ["the domain has another name", `keccak256("Market Escrow"), keccak256("1")`, `keccak256("Market"), keccak256("1")`],
  [
    "the domain has another version",
    `keccak256("Market Escrow"), keccak256("1")`,
    `keccak256("Market Escrow"), keccak256("2")`,
  ],
  [
    "the domain is every chain's",
    `keccak256("1"), block.chainid, address(this))`,
    `keccak256("1"), uint256(1), address(this))`,
  ],
  ["the domain is every escrow's", `block.chainid, address(this))
        );`, `block.chainid, address(TOKEN))
        );`],
  ["any caller is the owner", `        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
`, ``],
  ["a nonce can be used again", `        if (word & bit != 0) revert NonceUsed(buyer, nonce);
`, ``],
  ["a used nonce is not stored", `        _nonces[buyer][nonce >> 8] = word | bit;
`, ``],
  ["a used nonce forgets the others", `= word | bit;`, `= bit;`],
  ["a nonce's bit is a wrong one", `uint256 bit = 1 << (nonce & 0xff);`, `uint256 bit = 1 << (nonce & 0x7f);`],
  [
    "a nonce is looked up in a wrong word",
    `uint256 word = _nonces[buyer][nonce >> 8];`,
    `uint256 word = _nonces[buyer][nonce >> 9];`,
  ],
];
