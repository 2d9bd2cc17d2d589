// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Where a budget stands. Nothing leads back from `Closed`.
uint8 constant BUDGET_NONE = 0;
uint8 constant BUDGET_OPEN = 1;
uint8 constant BUDGET_CLOSED = 2;

/// @notice What a buyer opens. The contract enforces these; the terms behind `termsHash` bind the signer of statements.
struct BudgetLite {
    address buyer;
    address session;
    uint32 operatorId;
    uint80 cap;
    uint40 expiry;
    uint16 maxFeeBps;
    bytes32 termsHash;
    uint256 nonce;
}

/// @dev One slot, written once per statement: amounts in micro-tokens.
struct Money {
    uint80 cap;
    uint80 spent;
    uint40 expiry;
    uint16 maxFeeBps;
    uint32 throughJob;
    uint8 state;
}

/// @dev Two fields in one write: field by field the compiler writes the slot twice, and a statement costs little else.
function recordSpent(Money storage money, uint80 spent, uint32 throughJob) {
    assembly ("memory-safe") {
        // spent stands above cap (80 bits), throughJob above cap, spent, expiry and maxFeeBps (216 bits).
        let others := not(or(shl(80, 0xffffffffffffffffffff), shl(216, 0xffffffff)))
        let changed := or(shl(80, and(spent, 0xffffffffffffffffffff)), shl(216, and(throughJob, 0xffffffff)))
        sstore(money.slot, or(and(sload(money.slot), others), changed))
    }
}

/// @dev One slot, only read while settling.
struct Auth {
    address session;
    uint32 operatorId;
}

/// @notice A budget as a reader sees it.
struct Budget {
    address buyer;
    address session;
    uint32 operatorId;
    uint80 cap;
    uint80 spent;
    uint40 expiry;
    uint16 maxFeeBps;
    uint32 throughJob;
    uint8 state;
}
