// What can be broken in MarketRegistry.sol.
export const registry = [
  ["changes wait an hour too short", `CHANGE_DELAY = 24 hours`, `CHANGE_DELAY = 23 hours`],
  ["a provider may have no owner", `owner == address(0) || signer`, `signer`],
  ["a provider may have no signer", `signer == address(0) || payout == address(0)`, `payout == address(0)`],
  ["a provider may have no payout address", ` || payout == address(0)) revert`, `) revert`],
  ["providers are numbered from nothing on", `providerId = ++providerCount;`, `providerId = providerCount++;`],
  [
    "a provider's number may be too wide for a line",
    `        if (providerId > type(uint24).max) revert TooManyProviders(type(uint24).max);
`,
    ``,
  ],
  ["the last number of a line is refused", `providerId > type(uint24).max)`, `providerId >= type(uint24).max)`],
  ["a provider is the caller's", `= (owner, signer, payout);`, `= (msg.sender, signer, payout);`],
  ["a provider is paid at its owner's address", `= (owner, signer, payout);`, `= (owner, signer, owner);`],
  ["a provider's first signer is unknown to evidence", `        isSigner[providerId][signer] = true;
        emit ProviderRegistered`, `        emit ProviderRegistered`],
  ["a registered provider is not logged", `        emit ProviderRegistered(providerId, owner, signer, payout, agentId);
`, ``],
  ["anyone changes a signer", `        _only(provider.owner);
        if (signer == address(0))`, `        if (signer == address(0))`],
  ["a signer may be changed to nobody", `        if (signer == address(0)) revert ZeroAddress();
        provider.signer`, `        provider.signer`],
  ["a changed signer is not stored", `        provider.signer = signer;
`, ``],
  ["a changed signer is unknown to evidence", `        isSigner[providerId][signer] = true;
        emit SignerSet`, `        emit SignerSet`],
  ["a former signer is forgotten", `        provider.signer = signer;
`, `        isSigner[providerId][provider.signer] = false;
        provider.signer = signer;
`],
  ["a changed signer is not logged", `        emit SignerSet(providerId, signer);
`, ``],
  ["anyone proposes a payout address", `        _only(provider.owner);
        if (payout`, `        if (payout`],
  ["a payout address may be nobody's", `        if (payout == address(0)) revert ZeroAddress();
        uint40`, `        uint40`],
  ["a payout address waits for nothing", `uint40 from = uint40(block.timestamp) + CHANGE_DELAY;
        (provider`, `uint40 from = uint40(block.timestamp);
        (provider`],
  ["a proposed payout address is used at once", `        emit PayoutProposed`, `        provider.payout = payout;
        emit PayoutProposed`],
  ["a proposed payout address is not logged", `        emit PayoutProposed(providerId, payout, from);
`, ``],
  ["anyone accepts a payout address", `        _only(provider.owner);
        _checkDue(provider.payoutAt);`, `        _checkDue(provider.payoutAt);`],
  ["a payout address is accepted at any time", `        _checkDue(provider.payoutAt);
`, ``],
  ["an accepted payout address is not stored", `= (payout, address(0), 0);`, `= (provider.payout, address(0), 0);`],
  [
    "an accepted payout address can be accepted again",
    `(provider.payout, provider.pendingPayout, provider.payoutAt) = (payout, address(0), 0);`,
    `provider.payout = payout;`,
  ],
  ["an accepted payout address is not logged", `        emit PayoutSet(providerId, payout);
`, ``],
  ["an operator may have no co-signer", `cosigner == address(0) || feeTo`, `feeTo`],
  ["an operator may have no fee address", ` || feeTo == address(0)) revert`, `) revert`],
  ["operators are numbered from nothing on", `operatorId = ++operatorCount;`, `operatorId = operatorCount++;`],
  ["an operator is its co-signer's", `= (msg.sender, cosigner, feeTo);`, `= (cosigner, cosigner, feeTo);`],
  ["fees go to the operator's caller", `= (msg.sender, cosigner, feeTo);`, `= (msg.sender, cosigner, msg.sender);`],
  ["a first co-signer does not consent", `        cosignsUntil[operatorId][cosigner] = type(uint40).max;
        emit OperatorRegistered`, `        emit OperatorRegistered`],
  ["a registered operator is not logged", `        emit OperatorRegistered(operatorId, msg.sender, cosigner, feeTo);
`, ``],
  ["anyone proposes a co-signer", `        _only(operator.owner);
        if (cosigner`, `        if (cosigner`],
  ["a co-signer may be nobody", `        if (cosigner == address(0)) revert ZeroAddress();
        uint40`, `        uint40`],
  ["a co-signer waits for nothing", `uint40 from = uint40(block.timestamp) + CHANGE_DELAY;
        (operator`, `uint40 from = uint40(block.timestamp);
        (operator`],
  [
    "a proposed co-signer consents at once",
    `        emit CosignerProposed`,
    `        cosignsUntil[operatorId][cosigner] = type(uint40).max;
        emit CosignerProposed`,
  ],
  ["a proposed co-signer is not logged", `        emit CosignerProposed(operatorId, cosigner, from);
`, ``],
  ["anyone accepts a co-signer", `        _only(operator.owner);
        _checkDue(operator.cosignerAt);`, `        _checkDue(operator.cosignerAt);`],
  ["a co-signer is accepted at any time", `        _checkDue(operator.cosignerAt);
`, ``],
  ["the former co-signer goes on consenting", `        _retire(operatorId, operator.cosigner);
`, ``],
  ["an accepted co-signer does not consent", `        cosignsUntil[operatorId][cosigner] = type(uint40).max;
        (operator.cosigner`, `        (operator.cosigner`],
  ["a co-signer that is accepted anew is retired", `        _retire(operatorId, operator.cosigner);
        cosignsUntil[operatorId][cosigner] = type(uint40).max;
`, `        cosignsUntil[operatorId][cosigner] = type(uint40).max;
        _retire(operatorId, operator.cosigner);
`],
  ["an accepted co-signer is not stored", `= (cosigner, address(0), 0);`, `= (operator.cosigner, address(0), 0);`],
  [
    "an accepted co-signer can be accepted again",
    `(operator.cosigner, operator.pendingCosigner, operator.cosignerAt) = (cosigner, address(0), 0);`,
    `operator.cosigner = cosigner;`,
  ],
  ["an accepted co-signer is not logged", `        emit CosignerSet(operatorId, cosigner);
`, ``],
  ["anyone revokes a co-signer", `        _only(operator.owner);
        address cosigner = operator.cosigner;`, `        address cosigner = operator.cosigner;`],
  ["nobody can be revoked", `        if (cosigner == address(0)) revert NoCosigner(operatorId);
`, ``],
  ["a revoked co-signer goes on consenting", `        _retire(operatorId, cosigner);
        operator.cosigner = address(0);`, `        operator.cosigner = address(0);`],
  ["a revoked co-signer stays named", `        operator.cosigner = address(0);
`, ``],
  ["a revoked co-signer is not logged", `        emit CosignerRevoked(operatorId, cosigner);
`, ``],
  [
    "a provider is paid at its pending address",
    `return _providers[providerId].payout;`,
    `return _providers[providerId].pendingPayout;`,
  ],
  ["the registry takes anyone for an owner", `        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
`, ``],
  ["what was not proposed is due", `        if (from == 0) revert NothingProposed();
`, ``],
  ["a change is due at any time", `        if (block.timestamp < from) revert TooEarly(block.timestamp, from);
`, ``],
  ["a change is due a second late", `block.timestamp < from)`, `block.timestamp <= from)`],
  ["a retired co-signer's past is lost", `= uint40(block.timestamp);
    }
}`, `= 0;
    }
}`],
  ["a missing co-signer is retired", `        if (cosigner != address(0)) cosignsUntil`, `        cosignsUntil`],
];
