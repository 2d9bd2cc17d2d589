// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Who runs models: `signer` is hot and signs results, `payout` receives claims. Until `payoutAt` a proposed
/// payout address waits; zero when none does.
struct Provider {
    address owner;
    address signer;
    address payout;
    address pendingPayout;
    uint40 payoutAt;
}

/// @notice Who runs a matching service over this escrow. Its co-signer moves nothing without a buyer's session. Until
/// `cosignerAt` a proposed co-signer waits; zero when none does.
struct Operator {
    address owner;
    address cosigner;
    address feeTo;
    address pendingCosigner;
    uint40 cosignerAt;
}
