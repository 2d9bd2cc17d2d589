// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../interfaces/IMarketEscrow.sol";

bytes32 constant STATEMENT_TYPE = keccak256(
    "Statement(uint256 budgetNo,uint32 fromJob,uint32 throughJob,uint256 fromSpent,uint256 fee,"
    "bytes32 receiptsRoot,bytes lines)"
);

/// @dev One row of a settle payload; the lines stay in calldata. The first eight words are what EIP-712 hashes.
struct StatementRow {
    bytes32 typeHash;
    uint32 budgetNo;
    uint32 fromJob;
    uint32 throughJob;
    uint80 fromSpent;
    uint64 fee;
    bytes32 receiptsRoot;
    bytes32 linesHash;
    bytes32 r;
    bytes32 vs;
    uint256 linesFrom;
    uint256 linesLength;
}

/// @title The packed settle payload
/// @notice bytes32 anchor | u16 nP | nP x u24 providerId |
/// { u32 budgetNo | u32 fromJob | u32 throughJob | u80 fromSpent | u64 fee | u24 linesLength | r | vs | receiptsRoot |
/// lines }*, lines = { u24 providerId | u8 nJobs | nJobs x u40 }*
library StatementReader {
    uint256 private constant PROVIDERS_FROM = 34;
    uint256 private constant ROW_HEAD = 129;
    uint256 private constant GROUP_HEAD = 4;
    uint256 private constant LEAST_GROUP = 9;

    /// @dev Transient slots of providers start here, away from the reentrancy guard's.
    uint256 private constant PAID_SLOT = uint256(keccak256("marketplace.escrow.paid")) & ~uint256(type(uint32).max);

    function header(bytes calldata payload) internal pure returns (uint256 offset, uint256 providers) {
        if (payload.length < PROVIDERS_FROM) revert IMarketEscrow.Malformed(payload.length);
        providers = uint16(bytes2(payload[32:34]));
        offset = PROVIDERS_FROM + 3 * providers;
        if (payload.length < offset) revert IMarketEscrow.Malformed(payload.length);
    }

    function providerOffset(uint256 index) internal pure returns (uint256) {
        return PROVIDERS_FROM + 3 * index;
    }

    function providerAt(bytes calldata payload, uint256 index) internal pure returns (uint32) {
        uint256 from = providerOffset(index);
        return uint32(uint24(bytes3(payload[from:from + 3])));
    }

    function next(bytes calldata payload, uint256 offset)
        internal
        pure
        returns (StatementRow memory row, uint256 end)
    {
        if (payload.length < offset + ROW_HEAD) revert IMarketEscrow.Malformed(offset);
        uint256 numbers = wordAt(payload, offset);
        row.typeHash = STATEMENT_TYPE;
        row.budgetNo = uint32(numbers >> 224);
        row.fromJob = uint32(numbers >> 192);
        row.throughJob = uint32(numbers >> 160);
        row.fromSpent = uint80(numbers >> 80);
        row.fee = uint64(numbers >> 16);
        row.linesLength = wordAt(payload, offset + 30) >> 232;
        row.r = bytes32(wordAt(payload, offset + 33));
        row.vs = bytes32(wordAt(payload, offset + 65));
        row.receiptsRoot = bytes32(wordAt(payload, offset + 97));
        row.linesFrom = offset + ROW_HEAD;
        end = row.linesFrom + row.linesLength;
        if (payload.length < end) revert IMarketEscrow.Malformed(offset);
        row.linesHash = keccak256(payload[row.linesFrom:end]);
    }

    function structHash(StatementRow memory row) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(row, 256)
        }
    }

    /// @dev Whether the lines are well formed and name known providers, what they pay together, and what they pay each:
    /// amount << 32 | providerId, one for each group.
    ///
    /// Six amounts are added at a time, for a checked slice for each would be most of a job's cost: they stand in lanes
    /// of 40 bits, and every other one is moved beside its neighbour, so that three sums of 80 bits run side by side.
    /// 255 amounts of 40 bits cannot fill 80. Offsets stay below the payload's length plus one group, and a total below
    /// 2^64, so that nothing here can overflow.
    function sum(bytes calldata payload, uint256 from, uint256 length, uint32 providerCount)
        internal
        pure
        returns (bool isWellFormed, uint256 total, uint256[] memory paid)
    {
        paid = new uint256[](length / LEAST_GROUP);
        assembly ("memory-safe") {
            let lanes := 0xffffffffff0000000000ffffffffff0000000000ffffffffff
            let lane := 0xffffffffffffffffffff
            let at := add(payload.offset, from)
            let end := add(at, length)
            // Room in `paid` for as many groups of the least length as the lines are long.
            let last := paid
            isWellFormed := 1
            for {} lt(at, end) {} {
                let head := calldataload(at)
                let providerId := shr(232, head)
                let jobs := and(shr(224, head), 0xff)
                at := add(at, GROUP_HEAD)
                let following := add(at, mul(5, jobs))
                // A group without jobs, of provider 0 or an unknown one, or longer than the lines.
                if or(or(iszero(jobs), gt(following, end)), or(iszero(providerId), gt(providerId, providerCount))) {
                    isWellFormed := 0
                    total := 0
                    break
                }
                let sums := 0
                for {} gt(jobs, 6) { jobs := sub(jobs, 6) } {
                    let word := shr(16, calldataload(at))
                    sums := add(sums, add(and(word, lanes), and(shr(40, word), lanes)))
                    at := add(at, 30)
                }
                // One to six amounts: what the word holds beyond them is shifted out.
                let rest := shr(sub(256, mul(40, jobs)), calldataload(at))
                sums := add(sums, add(and(rest, lanes), and(shr(40, rest), lanes)))
                let amount := add(add(and(sums, lane), and(shr(80, sums), lane)), shr(160, sums))
                at := following
                total := add(total, amount)
                last := add(last, 32)
                mstore(last, or(shl(32, amount), providerId))
            }
            mstore(paid, shr(5, sub(last, paid)))
        }
    }

    /// @dev Adds what `sum` found to the transient sums of the providers.
    function accumulate(uint256[] memory paid) internal {
        uint256 paidSlot = PAID_SLOT;
        assembly ("memory-safe") {
            let last := add(paid, shl(5, mload(paid)))
            for { let at := paid } lt(at, last) {} {
                at := add(at, 32)
                let one := mload(at)
                let slot := or(paidSlot, and(one, 0xffffffff))
                tstore(slot, add(tload(slot), shr(32, one)))
            }
        }
    }

    /// @dev What was collected for a provider; it is nothing afterwards.
    function take(uint32 providerId) internal returns (uint256 amount) {
        uint256 slot = PAID_SLOT | providerId;
        assembly ("memory-safe") {
            amount := tload(slot)
            tstore(slot, 0)
        }
    }

    /// @dev The 32 bytes from an offset on. What lies behind the payload is cut off by whoever reads fewer.
    function wordAt(bytes calldata payload, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(payload.offset, offset))
        }
    }
}
