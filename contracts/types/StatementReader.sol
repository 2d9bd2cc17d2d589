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
/// @notice bytes32 anchor | u16 nP | nP x u24 providerId | { u32 budgetNo | u32 fromJob | u32 throughJob |
/// u80 fromSpent | u64 fee | u24 linesLength | r | vs | receiptsRoot | lines }*,
/// lines = { u24 providerId | u8 nJobs | nJobs x u40 }*
library StatementReader {
    uint256 private constant PROVIDERS_FROM = 34;
    uint256 private constant ROW_HEAD = 129;
    uint256 private constant GROUP_HEAD = 4;
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
        bytes calldata head = payload[offset:offset + ROW_HEAD];
        row.budgetNo = uint32(bytes4(head[0:4]));
        row.fromJob = uint32(bytes4(head[4:8]));
        row.throughJob = uint32(bytes4(head[8:12]));
        row.fromSpent = uint80(bytes10(head[12:22]));
        row.fee = uint64(bytes8(head[22:30]));
        row.linesLength = uint24(bytes3(head[30:33]));
        row.r = bytes32(head[33:65]);
        row.vs = bytes32(head[65:97]);
        row.receiptsRoot = bytes32(head[97:129]);
        row.linesFrom = offset + ROW_HEAD;
        end = row.linesFrom + row.linesLength;
        if (payload.length < end) revert IMarketEscrow.Malformed(offset);
    }

    /// @dev Whether the lines are well formed and name known providers, and what they pay together.
    function sum(bytes calldata payload, uint256 from, uint256 length, uint32 providerCount)
        internal
        pure
        returns (bool isWellFormed, uint256 total)
    {
        uint256 end = from + length;
        while (from < end) {
            if (end - from < GROUP_HEAD) return (false, 0);
            uint32 providerId = uint32(uint24(bytes3(payload[from:from + 3])));
            uint256 groupEnd = from + GROUP_HEAD + 5 * uint256(uint8(payload[from + 3]));
            if (providerId == 0 || providerId > providerCount || groupEnd > end || groupEnd == from + GROUP_HEAD) {
                return (false, 0);
            }
            total += groupSum(payload, from + GROUP_HEAD, groupEnd);
            from = groupEnd;
        }
        isWellFormed = true;
    }

    /// @dev Adds well-formed lines to the transient sums of their providers.
    function accumulate(bytes calldata payload, uint256 from, uint256 length) internal {
        uint256 end = from + length;
        while (from < end) {
            uint32 providerId = uint32(uint24(bytes3(payload[from:from + 3])));
            uint256 groupEnd = from + GROUP_HEAD + 5 * uint256(uint8(payload[from + 3]));
            uint256 amount = groupSum(payload, from + GROUP_HEAD, groupEnd);
            uint256 slot = PAID_SLOT | providerId;
            assembly ("memory-safe") {
                tstore(slot, add(tload(slot), amount))
            }
            from = groupEnd;
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

    /// @dev Amounts have 40 bits and a group at most 255 of them: the sum cannot overflow.
    function groupSum(bytes calldata payload, uint256 from, uint256 end) private pure returns (uint256 amount) {
        for (; from < end; from += 5) {
            amount += uint40(bytes5(payload[from:from + 5]));
        }
    }
}
