// What can be broken in ProviderBond.sol.
export const bond = [
  [
    "the bond's domain has another type",
    `"EIP712Domain(string name,string version,uint256 chainId,`,
    `"EIP712Domain(string name,string version,uint chainId,`,
  ],
  ["stake leaves a day early", `UNBOND_DELAY = 45 days`, `UNBOND_DELAY = 44 days`],
  [
    "the sink is somebody's",
    `0x000000000000000000000000000000000000dEaD`,
    `0x000000000000000000000000000000000000bEEF`,
  ],
  [
    "the bond may have another token than the escrow",
    `        if (address(ESCROW.TOKEN()) != token) revert WrongToken(token, address(ESCROW.TOKEN()));
`,
    ``,
  ],
  ["the bond's unit ignores the decimals", `UNIT = ESCROW.UNIT();`, `UNIT = 1;`],
  [
    "stake can be re-entered",
    `function stake(uint32 providerId, uint256 amount) external nonReentrant {`,
    `function stake(uint32 providerId, uint256 amount) external {`,
  ],
  ["no stake is stake", `        if (amount == 0) revert ZeroAmount();
        if (amount % UNIT`, `        if (amount % UNIT`],
  ["stake may have a rest below the unit", `        if (amount % UNIT != 0) revert NotMultipleOfUnit(amount, UNIT);
`, ``],
  [
    "an unknown provider can have stake",
    `        if (_ownerOf(providerId) == address(0)) revert UnknownProvider(providerId);
`,
    ``,
  ],
  ["stake counts all that is held", `uint256 before = TOKEN.balanceOf(address(this));`, `uint256 before = 0;`],
  ["stake may arrive short", `        if (received != amount) revert TransferMismatch(amount, received);
`, ``],
  ["stake may arrive in excess", `if (received != amount)`, `if (received < amount)`],
  [
    "stake is counted in base units",
    `bondOf[providerId].amount += _narrow(amount / UNIT);`,
    `bondOf[providerId].amount += _narrow(amount);`,
  ],
  ["stake replaces the earlier one", `bondOf[providerId].amount += _narrow`, `bondOf[providerId].amount = _narrow`],
  ["stake is lost", `        bondOf[providerId].amount += _narrow(amount / UNIT);
`, ``],
  ["stake is not logged", `        emit Staked(providerId, msg.sender, amount / UNIT);
`, ``],
  ["anyone takes stake out", `        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
`, ``],
  ["nothing can be taken out", `        if (amount == 0) revert ZeroAmount();
        Bond storage`, `        Bond storage`],
  [
    "too much taken out is an arithmetic fault",
    `        if (amount > bond.amount) revert InsufficientBond(providerId, amount, bond.amount);
`,
    ``,
  ],
  ["not all stake can be taken out", `amount > bond.amount)`, `amount >= bond.amount)`],
  ["stake on its way out stays too", `        bond.amount -= _narrow(amount);
`, ``],
  ["stake on its way out is lost", `        bond.unbonding += _narrow(amount);
`, ``],
  ["stake on its way out replaces the earlier one", `bond.unbonding += _narrow`, `bond.unbonding = _narrow`],
  ["stake may leave at once", `uint40(block.timestamp) + UNBOND_DELAY;`, `uint40(block.timestamp);`],
  [
    "a further request does not restart the delay",
    `bond.unlockAt = uint40`,
    `if (bond.unlockAt == 0) bond.unlockAt = uint40`,
  ],
  ["a request for stake is not logged", `        emit UnstakeRequested(providerId, amount, bond.unlockAt);
`, ``],
  [
    "unstake can be re-entered",
    `function unstake(uint32 providerId) external nonReentrant {`,
    `function unstake(uint32 providerId) external {`,
  ],
  ["nothing can be unstaked", `        if (amount == 0) revert ZeroAmount();
        if (block.timestamp`, `        if (block.timestamp`],
  [
    "stake leaves at any time",
    `        if (block.timestamp < bond.unlockAt) revert StillLocked(block.timestamp, bond.unlockAt);
`,
    ``,
  ],
  ["stake leaves a second late", `block.timestamp < bond.unlockAt`, `block.timestamp <= bond.unlockAt`],
  ["stake can be unstaked again", `        bond.unbonding = 0;
`, ``],
  [
    "stake leaves to the caller",
    `TOKEN.safeTransfer(owner, amount * UNIT);`,
    `TOKEN.safeTransfer(msg.sender, amount * UNIT);`,
  ],
  ["stake leaves in micro-tokens", `TOKEN.safeTransfer(owner, amount * UNIT);`, `TOKEN.safeTransfer(owner, amount);`],
  ["unstaking is not logged", `        emit Unstaked(providerId, owner, amount);
`, ``],
  [
    "results of two assignments are a fault",
    `a.assignmentId != b.assignmentId || a.providerId != b.providerId || a.inputHash`,
    `a.providerId != b.providerId || a.inputHash`,
  ],
  ["results of two providers are a fault", `a.providerId != b.providerId || a.inputHash`, `a.inputHash`],
  ["results for two inputs are a fault", ` || a.inputHash != b.inputHash
`, `
`],
  ["a result is a fault twice", `
                || a.resultDigest == b.resultDigest && a.tokensIn == b.tokensIn && a.tokensOut == b.tokensOut
`, `
`],
  ["another digest alone is no fault", `a.resultDigest == b.resultDigest && `, ``],
  ["other counts of tokens in alone are no fault", `a.tokensIn == b.tokensIn && `, ``],
  ["other counts of tokens out alone are no fault", ` && a.tokensOut == b.tokensOut`, ``],
  ["the first of two results needs no signature", `        _signerOf(a.providerId, resultHash(a), sigA);
`, ``],
  ["the second of two results needs no signature", `        _signerOf(b.providerId, resultHash(b), sigB);
`, ``],
  ["two results are not punished", `        _slash(a.providerId, a.assignmentId, Fault.DoubleResult);
`, ``],
  ["two results are logged as another fault", `Fault.DoubleResult)`, `Fault.DoubleCommit)`],
  ["slashDoubleResult can be re-entered", `        external
        nonReentrant
    {
        if (
            a.assignmentId`, `        external
    {
        if (
            a.assignmentId`],
  [
    "commits for two assignments are a fault",
    `a.assignmentId != b.assignmentId || a.providerId != b.providerId || a.commitment`,
    `a.providerId != b.providerId || a.commitment`,
  ],
  ["commits of two providers are a fault", `a.providerId != b.providerId || a.commitment`, `a.commitment`],
  ["a commit is a fault twice", ` || a.commitment == b.commitment) {`, `) {`],
  ["the first of two commits needs no signature", `        _signerOf(a.providerId, commitHash(a), sigA);
`, ``],
  ["the second of two commits needs no signature", `        _signerOf(b.providerId, commitHash(b), sigB);
`, ``],
  ["two commits are logged as another fault", `Fault.DoubleCommit)`, `Fault.BrokenCommit)`],
  ["slashDoubleCommit can be re-entered", `    ) external nonReentrant {
        if (a.assignmentId`, `    ) external {
        if (a.assignmentId`],
  [
    "a commit is broken by another assignment's result",
    `commit.assignmentId != result.assignmentId || commit`,
    `commit`,
  ],
  ["a commit is broken by another provider's result", ` || commit.providerId != result.providerId) {`, `) {`],
  [
    "a broken commit needs no signature of the commit",
    `address signer = _signerOf(commit.providerId, commitHash(commit), commitSig);`,
    `address signer = REGISTRY.providerOf(commit.providerId).signer;`,
  ],
  [
    "a broken commit needs no signature of the result",
    `        _signerOf(result.providerId, resultHash(result), resultSig);
`,
    ``,
  ],
  ["a commit is held against the result's signer", `        _signerOf(result.providerId, resultHash(result), resultSig);
`, `        signer = _signerOf(result.providerId, resultHash(result), resultSig);
`],
  ["a kept commit is broken", `        if (commitmentOf(result, signer, address(ESCROW)) == commit.commitment) {
            revert NoEvidence(commit.assignmentId, result.assignmentId);
        }
`, ``],
  ["a broken commit is logged as another fault", `Fault.BrokenCommit)`, `Fault.DoubleResult)`],
  ["slashBrokenCommit can be re-entered", `    ) external nonReentrant {
        if (commit.assignmentId`, `    ) external {
        if (commit.assignmentId`],
  ["a longer signature is evidence", `sig.length != 64`, `sig.length < 64`],
  ["a shorter signature fails without a reason", `sig.length != 64`, `sig.length > 64`],
  [
    "anybody's signature is evidence",
    `        if (!REGISTRY.isSigner(providerId, signer)) revert BadSignature(providerId, signer);
`,
    ``,
  ],
  [
    "only the present signer's signature is evidence",
    `!REGISTRY.isSigner(providerId, signer)`,
    `REGISTRY.providerOf(providerId).signer != signer`,
  ],
  [
    "a fault can be punished again",
    `        if (isPunished[providerId][assignmentId]) revert AlreadyPunished(providerId, assignmentId);
`,
    ``,
  ],
  ["a punishment is not remembered", `        isPunished[providerId][assignmentId] = true;
`, ``],
  ["stake that stays is safe", `uint96 staying = _quarterUp(bond.amount);`, `uint96 staying = 0;`],
  ["stake on its way out is safe", `uint96 leaving = _quarterUp(bond.unbonding);`, `uint96 leaving = 0;`],
  ["nothing at stake is a punishment", `        if (amount == 0) revert NothingAtStake(providerId);
`, ``],
  ["punished stake stays", `        bond.amount -= staying;
`, ``],
  ["punished stake on its way out stays", `        bond.unbonding -= leaving;
`, ``],
  ["a reporter gets a ninth", `uint256 reward = amount / 10;`, `uint256 reward = amount / 9;`],
  ["a punishment is not logged", `        emit Slashed(providerId, assignmentId, fault, amount, msg.sender, reward);
`, ``],
  [
    "the sink gets the reporter's part too",
    `TOKEN.safeTransfer(SINK, (amount - reward) * UNIT);`,
    `TOKEN.safeTransfer(SINK, amount * UNIT);`,
  ],
  [
    "the sink gets micro-tokens",
    `TOKEN.safeTransfer(SINK, (amount - reward) * UNIT);`,
    `TOKEN.safeTransfer(SINK, amount - reward);`,
  ],
  ["the sink gets nothing", `        TOKEN.safeTransfer(SINK, (amount - reward) * UNIT);
`, ``],
  ["the reporter gets nothing", `        if (reward != 0) TOKEN.safeTransfer(msg.sender, reward * UNIT);
`, ``],
  [
    "the reporter gets micro-tokens",
    `TOKEN.safeTransfer(msg.sender, reward * UNIT);`,
    `TOKEN.safeTransfer(msg.sender, reward);`,
  ],
  ["a reward of nothing is transferred", `if (reward != 0) TOKEN`, `TOKEN`],
  [
    "the bond's domain is every chain's",
    `keccak256("1"), block.chainid, address(ESCROW))`,
    `keccak256("1"), uint256(1), address(ESCROW))`,
  ],
  ["evidence is signed for the bond", `block.chainid, address(ESCROW))
        );`, `block.chainid, address(this))
        );`],
  [
    "the bond's domain has another name",
    `keccak256("Market Escrow"), keccak256("1")`,
    `keccak256("Market"), keccak256("1")`,
  ],
  ["a quarter is rounded down", `amount / 4 + (amount % 4 == 0 ? 0 : 1);`, `amount / 4;`],
  ["a quarter is always rounded up", `amount / 4 + (amount % 4 == 0 ? 0 : 1);`, `amount / 4 + 1;`],
  ["a third is taken", `amount / 4 + (amount % 4 == 0 ? 0 : 1);`, `amount / 3 + (amount % 3 == 0 ? 0 : 1);`],
  [
    "too large an amount is cut",
    `        if (amount > type(uint96).max) revert AmountTooLarge(amount, type(uint96).max);
`,
    ``,
  ],
];
