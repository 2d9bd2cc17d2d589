// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes of Hardhat's Solidity test runner that these tests use.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 key) external pure returns (address);

    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function prank(address caller) external;

    function warp(uint256 timestamp) external;

    function chainId(uint256 id) external;

    function etch(address where, bytes calldata code) external;

    function load(address where, bytes32 slot) external view returns (bytes32);

    function store(address where, bytes32 slot, bytes32 value) external;

    function record() external;

    function accesses(address where) external returns (bytes32[] memory reads, bytes32[] memory writes);

    function assume(bool isWanted) external pure;

    function expectRevert(bytes calldata reason) external;

    function recordLogs() external;

    function snapshotState() external returns (uint256 id);

    function revertToState(uint256 id) external returns (bool isDone);

    function getRecordedLogs() external returns (Log[] memory);

    function getCode(string calldata artifact) external view returns (bytes memory);

    function readFile(string calldata path) external view returns (string memory);

    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);

    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);

    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);

    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);

    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
}

/// @dev keccak256("hevm cheat code"), where the runner answers.
Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
