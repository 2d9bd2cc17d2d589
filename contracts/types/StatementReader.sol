// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../interfaces/IMarketEscrow.sol";

/// @dev One row of a settle payload; the lines stay in calldata.
struct StatementRow {
    uint32 budgetNo;
    uint32 fromJob;
    uint32 throughJob;
    uint80 fromSpent;
    uint64 fee;
    bytes32 r;
    bytes32 vs;
    bytes32 receiptsRoot;
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
    uint256 private constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

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
    }

    /// @dev Whether the lines are well formed and name known providers, what they pay together, and what they pay each:
    /// amount << 32 | providerId, one for each group.
    function sum(bytes calldata payload, uint256 from, uint256 length, uint32 providerCount)
        internal
        pure
        returns (bool isWellFormed, uint256 total, uint256[] memory paid)
    {
        uint256 end = from + length;
        uint256 groups;
        paid = new uint256[](length / LEAST_GROUP);
        // Offsets are below the payload's length and amounts below 2^48: nothing here can overflow.
        unchecked {
            while (from < end) {
                if (end - from < LEAST_GROUP) return (false, 0, paid);
                uint256 head = wordAt(payload, from);
                uint256 providerId = head >> 232;
                uint256 amounts = from + GROUP_HEAD;
                from = amounts + 5 * (head >> 224 & 0xff);
                if (providerId == 0 || providerId > providerCount || from > end || from == amounts) {
                    return (false, 0, paid);
                }
                uint256 amount = groupSum(payload, amounts, from);
                total += amount;
                paid[groups++] = amount << 32 | providerId;
            }
        }
        assembly ("memory-safe") {
            mstore(paid, groups)
        }
        isWellFormed = true;
    }

    /// @dev Adds what `sum` found to the transient sums of the providers.
    function accumulate(uint256[] memory paid) internal {
        for (uint256 index = 0; index < paid.length; ++index) {
            uint256 slot = PAID_SLOT | uint32(paid[index]);
            uint256 amount = paid[index] >> 32;
            assembly ("memory-safe") {
                tstore(slot, add(tload(slot), amount))
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

    /// @dev Bare ecrecover over an EIP-2098 signature: a session key is never a contract. Zero for any bad signature,
    /// which can never equal a session, since a session is not zero.
    function recover(bytes32 digest, bytes32 r, bytes32 vs) internal pure returns (address) {
        uint256 s = uint256(vs) & type(uint256).max >> 1;
        if (s > HALF_ORDER) return address(0);
        return ecrecover(digest, uint8(27 + (uint256(vs) >> 255)), r, bytes32(s));
    }

    /// @dev Amounts have 40 bits and a group at most 255 of them: the sum cannot overflow. Both bounds are within the
    /// payload, as `sum` has made sure; a checked slice for each job would be most of its cost.
    function groupSum(bytes calldata payload, uint256 from, uint256 end) private pure returns (uint256 amount) {
        assembly ("memory-safe") {
            let last := add(payload.offset, end)
            for { let at := add(payload.offset, from) } lt(at, last) { at := add(at, 5) } {
                amount := add(amount, shr(216, calldataload(at)))
            }
        }
    }

    /// @dev The 32 bytes from an offset on. What lies behind the payload is cut off by whoever reads fewer.
    function wordAt(bytes calldata payload, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(payload.offset, offset))
        }
    }
}
