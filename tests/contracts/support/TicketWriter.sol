// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PayloadWriter} from "./PayloadWriter.sol";

/// @notice One row of the ticket lane as a test writes it: fields are wide here and narrowed, checked, where they are
/// encoded.
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

/// @title The packed rows of the ticket lane, written independently of the reader that they test
library TicketWriter {
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
            bytes.concat(ticket.assignmentId, ticket.inputHash, ticket.resultDigest),
            bytes.concat(ticket.r, ticket.vs, ticket.cosignR, ticket.cosignVs)
        );
    }
}
