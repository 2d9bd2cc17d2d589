// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Money} from "../../../contracts/types/Budget.sol";
import {recover as recoverSigner} from "../../../contracts/types/CompactSignature.sol";
import {
    Result,
    ResultCommit,
    commitHash as hashCommit,
    commitmentOf as commitmentTo,
    resultHash as hashResult
} from "../../../contracts/types/Evidence.sol";
import {StatementReader, StatementRow} from "../../../contracts/types/StatementReader.sol";
import {TicketReader, TicketRow} from "../../../contracts/types/TicketReader.sol";

/// @notice The functions that the escrow has inlined, callable.
contract ReaderHarness {
    function withSpent(Money money, uint80 spent, uint32 throughJob) external pure returns (Money) {
        return money.withSpent(spent, throughJob);
    }

    function withExpiry(Money money, uint40 expiry) external pure returns (Money) {
        return money.withExpiry(expiry);
    }

    function closed(Money money) external pure returns (Money) {
        return money.closed();
    }

    function header(bytes calldata payload) external pure returns (uint256 offset, uint256 providers) {
        return StatementReader.header(payload);
    }

    function providerAt(bytes calldata payload, uint256 index) external pure returns (uint32) {
        return StatementReader.providerAt(payload, index);
    }

    function next(bytes calldata payload, uint256 offset) external pure returns (StatementRow memory row, uint256 end) {
        return StatementReader.next(payload, offset);
    }

    /// @dev The EIP-712 struct hash of the statement at an offset of a payload.
    function statementHash(bytes calldata payload, uint256 offset) external pure returns (bytes32) {
        (StatementRow memory row,) = StatementReader.next(payload, offset);
        return StatementReader.structHash(row);
    }

    function ticket(bytes calldata rows, uint256 offset) external pure returns (TicketRow memory) {
        return TicketReader.read(rows, offset);
    }

    /// @dev The EIP-712 struct hash of the ticket at an offset of the rows.
    function ticketHash(bytes calldata rows, uint256 offset) external pure returns (bytes32) {
        return TicketReader.structHash(TicketReader.read(rows, offset));
    }

    function resultHash(Result calldata result) external pure returns (bytes32) {
        return hashResult(result);
    }

    function commitHash(ResultCommit calldata commit) external pure returns (bytes32) {
        return hashCommit(commit);
    }

    function commitmentOf(Result calldata result, address signer, address escrow) external view returns (bytes32) {
        return commitmentTo(result, signer, escrow);
    }

    function sum(bytes calldata lines, uint32 providerCount) external pure returns (bool isWellFormed, uint256 total) {
        (isWellFormed, total,) = StatementReader.sum(lines, 0, lines.length, providerCount);
    }

    /// @dev What was collected for each provider up to the count, and whether taking it cleared it.
    function collect(bytes calldata lines, uint32 providerCount) external returns (uint256[] memory amounts) {
        (,, uint256[] memory paid) = StatementReader.sum(lines, 0, lines.length, providerCount);
        StatementReader.accumulate(paid);
        amounts = new uint256[](providerCount + 1);
        for (uint32 id = 0; id <= providerCount; ++id) {
            amounts[id] = StatementReader.take(id);
            require(StatementReader.take(id) == 0, "taken once");
        }
    }

    function recover(bytes32 digest, bytes32 r, bytes32 vs) external pure returns (address) {
        return recoverSigner(digest, r, vs);
    }
}
