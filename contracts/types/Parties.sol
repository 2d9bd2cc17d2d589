// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Who runs models: `signer` is hot and signs results, `payout` receives claims.
struct Provider {
    address owner;
    address signer;
    address payout;
    uint256 agentId;
}

/// @notice Who runs a matching service over this escrow. Its co-signer moves nothing without a buyer's session.
struct Operator {
    address owner;
    address cosigner;
    address feeTo;
}
