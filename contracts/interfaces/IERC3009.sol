// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The part of EIP-3009 that a receiving contract uses
/// @notice Only the receiver named in the authorization may use it: `transferWithAuthorization` could be sent by anyone
/// who sees it, and the tokens would arrive uncredited.
interface IERC3009 {
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}
