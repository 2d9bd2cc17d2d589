// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

uint256 constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

/// @dev Bare ecrecover over an EIP-2098 signature: session keys, co-signers and providers' signers are never contracts.
/// Zero for any bad signature; no role is ever held by zero.
function recover(bytes32 digest, bytes32 r, bytes32 vs) pure returns (address) {
    uint256 s = uint256(vs) & type(uint256).max >> 1;
    if (s > HALF_ORDER) return address(0);
    return ecrecover(digest, uint8(27 + (uint256(vs) >> 255)), r, bytes32(s));
}
