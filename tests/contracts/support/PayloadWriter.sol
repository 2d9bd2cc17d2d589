// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One row as a test writes it: fields are wide here and narrowed, checked, where they are encoded.
struct Row {
    uint256 budgetNo;
    uint256 fromJob;
    uint256 throughJob;
    uint256 fromSpent;
    uint256 fee;
    bytes32 receiptsRoot;
    bytes lines;
    bytes32 r;
    bytes32 vs;
}

/// @title The packed settle payload, written independently of the reader that it tests
library PayloadWriter {
    /// @dev A silent cut would turn an over-cap attack into a small valid payment, and its test into a hollow one.
    error FieldOverflow(uint256 value, uint256 bits);

    function group(uint256 providerId, uint256[] memory amounts) internal pure returns (bytes memory packed) {
        packed = abi.encodePacked(uint24(narrow(providerId, 24)), uint8(narrow(amounts.length, 8)));
        for (uint256 index = 0; index < amounts.length; ++index) {
            packed = bytes.concat(packed, bytes5(uint40(narrow(amounts[index], 40))));
        }
    }

    function group(uint256 providerId, uint256 amount) internal pure returns (bytes memory) {
        uint256[] memory amounts = new uint256[](1);
        amounts[0] = amount;
        return group(providerId, amounts);
    }

    function pack(Row memory row) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(
                uint32(narrow(row.budgetNo, 32)),
                uint32(narrow(row.fromJob, 32)),
                uint32(narrow(row.throughJob, 32)),
                uint80(narrow(row.fromSpent, 80)),
                uint64(narrow(row.fee, 64)),
                uint24(narrow(row.lines.length, 24))
            ),
            row.r,
            row.vs,
            row.receiptsRoot,
            row.lines
        );
    }

    function payload(bytes32 anchor, uint256[] memory providers, bytes memory rows)
        internal
        pure
        returns (bytes memory packed)
    {
        packed = abi.encodePacked(anchor, uint16(narrow(providers.length, 16)));
        for (uint256 index = 0; index < providers.length; ++index) {
            packed = bytes.concat(packed, bytes3(uint24(narrow(providers[index], 24))));
        }
        packed = bytes.concat(packed, rows);
    }

    function narrow(uint256 value, uint256 bits) internal pure returns (uint256) {
        if (value >> bits != 0) revert FieldOverflow(value, bits);
        return value;
    }
}
