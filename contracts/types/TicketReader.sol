// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

bytes32 constant TICKET_TYPE = keccak256(
    "JobTicket(uint256 budgetNo,uint32 jobNo,uint32 legNo,uint32 providerId,uint40 amount,uint40 maxFee,"
    "uint40 deliveredAt,bytes32 assignmentId,bytes32 inputHash,bytes32 resultDigest)"
);

/// @dev One row of the ticket lane: what the session signed, the fee that the operator takes, both signatures. The
/// first eleven words are what EIP-712 hashes.
struct TicketRow {
    bytes32 typeHash;
    uint32 budgetNo;
    uint32 jobNo;
    uint32 legNo;
    uint32 providerId;
    uint40 amount;
    uint40 maxFee;
    uint40 deliveredAt;
    bytes32 assignmentId;
    bytes32 inputHash;
    bytes32 resultDigest;
    bytes32 r;
    bytes32 vs;
    bytes32 cosignR;
    bytes32 cosignVs;
    uint40 fee;
}

/// @title The packed rows of the ticket lane, 259 bytes each
/// @notice u32 budgetNo | u32 jobNo | u32 legNo | u24 providerId | u40 amount | u40 maxFee | u40 deliveredAt |
/// u40 fee | assignmentId | inputHash | resultDigest | r | vs | cosignR | cosignVs
library TicketReader {
    uint256 internal constant ROW = 259;

    /// @dev `offset` is a multiple of ROW below the length, and the length is one too: the caller has made sure.
    function read(bytes calldata rows, uint256 offset) internal pure returns (TicketRow memory row) {
        uint256 numbers = wordAt(rows, offset);
        row.typeHash = TICKET_TYPE;
        row.budgetNo = uint32(numbers >> 224);
        row.jobNo = uint32(numbers >> 192);
        row.legNo = uint32(numbers >> 160);
        row.providerId = uint24(numbers >> 136);
        row.amount = uint40(numbers >> 96);
        row.maxFee = uint40(numbers >> 56);
        row.deliveredAt = uint40(numbers >> 16);
        row.fee = uint40(wordAt(rows, offset + 30) >> 216);
        assembly ("memory-safe") {
            // assignmentId and the six words after it stand in the same order in both places.
            calldatacopy(add(row, 256), add(rows.offset, add(offset, 35)), 224)
        }
    }

    function structHash(TicketRow memory row) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(row, 352)
        }
    }

    function wordAt(bytes calldata rows, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(rows.offset, offset))
        }
    }
}
