// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @title Finds recorded events
library LogReader {
    error NotSingle(bytes32 topic, uint256 found);

    function count(Vm.Log[] memory logs, address emitter, bytes32 topic) internal pure returns (uint256 found) {
        for (uint256 index = 0; index < logs.length; ++index) {
            if (logs[index].emitter == emitter && logs[index].topics[0] == topic) ++found;
        }
    }

    /// @dev The only event of its kind; there must be exactly one.
    function single(Vm.Log[] memory logs, address emitter, bytes32 topic) internal pure returns (Vm.Log memory log) {
        uint256 found = count(logs, emitter, topic);
        if (found != 1) revert NotSingle(topic, found);
        for (uint256 index = 0; index < logs.length; ++index) {
            if (logs[index].emitter == emitter && logs[index].topics[0] == topic) log = logs[index];
        }
    }
}
