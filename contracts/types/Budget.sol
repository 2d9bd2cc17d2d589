// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Where a budget stands. Nothing leads back from `Closed`.
uint8 constant BUDGET_NONE = 0;
uint8 constant BUDGET_OPEN = 1;
uint8 constant BUDGET_CLOSED = 2;

/// @dev What the buyer's wallet shows. The contract gets the hash of the terms and checks the rest.
bytes32 constant BUDGET_TYPE = keccak256(
    "Budget(address buyer,address session,uint32 operatorId,uint80 cap,uint40 expiry,uint16 maxFeeBps,Terms terms,"
    "uint256 nonce)Terms(bytes32 modelId,uint96 maxPricePerMTokIn,uint96 maxPricePerMTokOut,uint32 maxJobs,"
    "uint96 maxPerJob,bytes32 providerSetRoot,uint96 minProviderBond,uint8 redundancy,uint8 quorum,"
    "uint32 maxLatencyMs,uint40 jobDeadline)"
);

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

/// @dev One slot, read and written once per statement; amounts in micro-tokens. From the lowest bit on:
/// cap 80 | spent 80 | expiry 40 | maxFeeBps 16 | throughJob 32 | state 8
type Money is uint256;

using MoneyFields for Money global;

library MoneyFields {
    uint256 private constant U80 = type(uint80).max;
    uint256 private constant EXPIRY = uint256(type(uint40).max) << 160;
    uint256 private constant SPENT_AND_THROUGH = (U80 << 80) | (uint256(type(uint32).max) << 216);

    function opened(uint80 cap_, uint40 expiry_, uint16 maxFeeBps_) internal pure returns (Money) {
        return Money.wrap(
            uint256(cap_) | uint256(expiry_) << 160 | uint256(maxFeeBps_) << 200 | uint256(BUDGET_OPEN) << 248
        );
    }

    function cap(Money money) internal pure returns (uint256) {
        return Money.unwrap(money) & U80;
    }

    function spent(Money money) internal pure returns (uint256) {
        return Money.unwrap(money) >> 80 & U80;
    }

    /// @dev Unix seconds. Statements and tickets apply until GRACE after it.
    function expiry(Money money) internal pure returns (uint256) {
        return Money.unwrap(money) >> 160 & type(uint40).max;
    }

    function maxFeeBps(Money money) internal pure returns (uint256) {
        return Money.unwrap(money) >> 200 & type(uint16).max;
    }

    /// @dev Jobs below it are paid or void.
    function throughJob(Money money) internal pure returns (uint256) {
        return Money.unwrap(money) >> 216 & type(uint32).max;
    }

    function state(Money money) internal pure returns (uint256) {
        return Money.unwrap(money) >> 248;
    }

    /// @dev The caller has made sure that `spent_` has 80 bits and `throughJob_` 32: it is at most the cap, and was
    /// read from a field of that width.
    function withSpent(Money money, uint256 spent_, uint256 throughJob_) internal pure returns (Money) {
        return Money.wrap(Money.unwrap(money) & ~SPENT_AND_THROUGH | spent_ << 80 | throughJob_ << 216);
    }

    function withExpiry(Money money, uint40 expiry_) internal pure returns (Money) {
        return Money.wrap(Money.unwrap(money) & ~EXPIRY | uint256(expiry_) << 160);
    }

    /// @dev From open to closed, for good.
    function closed(Money money) internal pure returns (Money) {
        return Money.wrap(Money.unwrap(money) & type(uint248).max | uint256(BUDGET_CLOSED) << 248);
    }
}

/// @dev What a budget has spent once it has paid `amount` and `fee`; 0 if it may not pay that. The only place where the
/// cap and the limit of the fee are held against a payment.
function spentAfter(uint256 cap, uint256 spent, uint256 maxFeeBps, uint256 amount, uint256 fee) pure returns (uint256) {
    uint256 sum = spent + amount + fee;
    return amount == 0 || sum > cap || fee * 10_000 > amount * maxFeeBps ? 0 : sum;
}

/// @dev Which operator consents, and for budgets opened until when. Operator 0: each row brings its own co-signature.
struct Consent {
    uint32 operatorId;
    uint40 until;
}

/// @dev One slot, only read while settling. `openedAt` decides whether a former co-signer still consents.
struct Auth {
    address session;
    uint32 operatorId;
    uint40 openedAt;
}

/// @notice A budget as a reader sees it.
struct Budget {
    address buyer;
    address session;
    uint256 operatorId;
    uint256 cap;
    uint256 spent;
    uint256 expiry;
    uint256 maxFeeBps;
    uint256 throughJob;
    uint256 state;
}
