// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checks} from "./Checks.sol";

/// @notice What stateful tests share: handlers by name, each of which takes one number to draw from.
abstract contract Campaign is Checks {
    struct Targets {
        address addr;
        bytes4[] selectors;
    }

    function selectorsOf(string[] memory names) internal pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](names.length);
        for (uint256 index = 0; index < names.length; ++index) selectors[index] = selectorOf(names[index]);
    }

    function selectorOf(string memory name) internal pure returns (bytes4) {
        return bytes4(keccak256(abi.encodePacked(name, "(uint256)")));
    }

    /// @dev The words of a text, which one blank parts from each other.
    function words(string memory text) internal pure returns (string[] memory parts) {
        bytes memory letters = bytes(text);
        uint256 blanks;
        for (uint256 index = 0; index < letters.length; ++index) if (letters[index] == " ") ++blanks;
        parts = new string[](blanks + 1);
        uint256 from;
        uint256 part;
        for (uint256 index = 0; index <= letters.length; ++index) {
            if (index < letters.length && letters[index] != " ") continue;
            bytes memory word = new bytes(index - from);
            for (uint256 letter = 0; letter < word.length; ++letter) word[letter] = letters[from + letter];
            parts[part++] = string(word);
            from = index + 1;
        }
    }

    /// @dev One action, which may find nothing to do but never reverts.
    function act(address actor, string memory name, uint256 seed) internal {
        (bool isDone, bytes memory refusal) = actor.call(abi.encodeWithSelector(selectorOf(name), seed));
        if (isDone) return;
        assembly ("memory-safe") {
            revert(add(refusal, 32), mload(refusal))
        }
    }
}
