// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Assertions that show both sides when they fail.
abstract contract Checks {
    error Unequal(uint256 actual, uint256 expected, string what);
    error UnequalAddress(address actual, address expected, string what);
    error UnequalBytes32(bytes32 actual, bytes32 expected, string what);
    error UnequalBytes(bytes actual, bytes expected, string what);
    error Untrue(string claim);

    function equal(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert Unequal(actual, expected, what);
    }

    function equal(address actual, address expected, string memory what) internal pure {
        if (actual != expected) revert UnequalAddress(actual, expected, what);
    }

    function equal(bytes32 actual, bytes32 expected, string memory what) internal pure {
        if (actual != expected) revert UnequalBytes32(actual, expected, what);
    }

    function equalBytes(bytes memory actual, bytes memory expected, string memory what) internal pure {
        if (keccak256(actual) != keccak256(expected)) revert UnequalBytes(actual, expected, what);
    }

    function isTrue(bool claim, string memory what) internal pure {
        if (!claim) revert Untrue(what);
    }

    /// @dev A value in [low, high] that depends on the seed.
    function within(uint256 seed, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + seed % (high - low + 1);
    }
}
