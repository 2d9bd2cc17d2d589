// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PayloadWriter} from "./PayloadWriter.sol";

/// @notice One row of the ticket lane as a test writes it: fields are wide here and narrowed, checked, where encoded.
struct Ticket {
    uint256 budgetNo;
    uint256 jobNo;
    uint256 legNo;
    uint256 providerId;
    uint256 amount;
    uint256 maxFee;
    uint256 deliveredAt;
    uint256 fee;
    bytes32 assignmentId;
    bytes32 inputHash;
    bytes32 resultDigest;
    bytes32 r;
    bytes32 vs;
    bytes32 cosignR;
    bytes32 cosignVs;
}

/// @title The packed rows of the ticket lane and their digests, written from the design and not from the contract
library Tickets {
    using PayloadWriter for uint256;

    function pack(Ticket memory ticket) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(
                uint32(ticket.budgetNo.narrow(32)),
                uint32(ticket.jobNo.narrow(32)),
                uint32(ticket.legNo.narrow(32)),
                uint24(ticket.providerId.narrow(24)),
                uint40(ticket.amount.narrow(40)),
                uint40(ticket.maxFee.narrow(40)),
                uint40(ticket.deliveredAt.narrow(40)),
                uint40(ticket.fee.narrow(40))
            ),
            ticket.assignmentId,
            ticket.inputHash,
            ticket.resultDigest,
            ticket.r,
            ticket.vs,
            ticket.cosignR,
            ticket.cosignVs
        );
    }

    function digest(bytes32 domainHash, Ticket memory ticket) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "JobTicket(uint256 budgetNo,uint32 jobNo,uint32 legNo,uint32 providerId,uint40 amount,uint40 maxFee,"
            "uint40 deliveredAt,bytes32 assignmentId,bytes32 inputHash,bytes32 resultDigest)"
        );
        bytes memory numbers = abi.encode(
            ticket.budgetNo,
            ticket.jobNo,
            ticket.legNo,
            ticket.providerId,
            ticket.amount,
            ticket.maxFee,
            ticket.deliveredAt
        );
        bytes memory words = abi.encode(ticket.assignmentId, ticket.inputHash, ticket.resultDigest);
        return typed(domainHash, keccak256(bytes.concat(typeHash, numbers, words)));
    }

    function cosignDigest(bytes32 domainHash, bytes32 ticketDigest, uint256 fee) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("CosignTicket(bytes32 ticketDigest,uint40 fee)");
        return typed(domainHash, keccak256(abi.encode(typeHash, ticketDigest, fee)));
    }

    function cosignStatementDigest(bytes32 domainHash, bytes32 statementDigest) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("Cosign(bytes32 statementDigest)");
        return typed(domainHash, keccak256(abi.encode(typeHash, statementDigest)));
    }

    function typed(bytes32 domainHash, bytes32 hash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", domainHash, hash));
    }
}
