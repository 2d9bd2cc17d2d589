// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../../contracts/interfaces/IMarketEscrow.sol";
import {MarketModel} from "./MarketModel.sol";
import {PayloadWriter, Row} from "./PayloadWriter.sol";
import {Signatures} from "./Signatures.sol";
import {Ticket, TicketWriter} from "./TicketWriter.sol";
import {vm} from "./Vm.sol";

/// @notice The two other ways to be paid: single tickets, and statements that were co-signed one by one.
abstract contract LaneModel is MarketModel {
    mapping(uint32 budgetNo => uint256) internal legs;
    uint256 public ticketsPaid;
    bytes internal lastTickets;

    /// @dev One to three tickets of any budgets and providers in one call.
    function payTickets(uint256 seed) public onClock {
        bytes memory rows;
        for (uint256 index = 0; index < within(seed, 1, 3); ++index) {
            uint256 part = uint256(keccak256(abi.encode(seed, index)));
            Ticket memory ticket = drawTicket(payableBudget(part), part);
            rows = bytes.concat(rows, TicketWriter.pack(ticket));
            bookTicket(ticket);
        }
        sendTickets(rows);
        lastTickets = rows;
        ++successes["payTickets"];
    }

    /// @dev One to three statements, each with a co-signature of its own, sent by a provider.
    function settleCosigned(uint256 seed) public onClock {
        bytes memory packed;
        bytes memory cosigs;
        for (uint256 index = 0; index < within(seed, 1, 3); ++index) {
            uint256 part = uint256(keccak256(abi.encode(seed, index)));
            Drawn memory drawn = draw(payableBudget(part), part);
            packed = bytes.concat(packed, PayloadWriter.pack(drawn.row));
            cosigs = bytes.concat(cosigs, cosignedRow(COSIGN_KEY, drawn.row));
            book(drawn);
        }
        vm.prank(payoutOf(1));
        escrow.settleCosigned(everybodysPayload(packed), cosigs);
        ++successes["settleCosigned"];
    }

    /// @dev Jobs end out of order: a later one is paid by statement while an earlier one is still open. That one is
    /// ticketed again before, and so its first ticket dies with the statement and its second one pays it.
    function ticketAgain(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        Ticket memory first = drawTicket(budgetNo, seed);
        Drawn memory drawn = draw(budgetNo, seed >> 8);
        drawn.row.throughJob = first.jobNo + 1;
        signed(drawn.row);
        Ticket memory second = withJob(first, drawn.row.throughJob);
        settle(everybodysPayload(PayloadWriter.pack(drawn.row)));
        book(drawn);
        sendTickets(bytes.concat(TicketWriter.pack(first), TicketWriter.pack(second), TicketWriter.pack(first)));
        bookTicket(second);
        ++successes["ticketAgain"];
    }

    /// @dev A statement is on its way when a ticket of the same budget lands first: it has become stale, and the buyer
    /// signs the rest again. Then a reorganisation lets the statement land first after all, and the ticket is dead.
    function reorganise(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        Drawn memory drawn = draw(budgetNo, seed);
        Ticket memory ticket = drawTicket(budgetNo, seed >> 8);
        ticket.jobNo = accounts[budgetNo].throughJob;
        signTicket(ticket);
        bytes memory payload = everybodysPayload(PayloadWriter.pack(drawn.row));
        bytes memory rows = TicketWriter.pack(ticket);

        uint256 fork = vm.snapshotState();
        sendTickets(rows);
        settle(payload);
        equal(
            escrow.budgetOf(budgetNo).spent,
            accounts[budgetNo].spent + ticket.amount + ticket.fee,
            "the ticket alone was paid"
        );
        equal(escrow.budgetOf(budgetNo).throughJob, accounts[budgetNo].throughJob, "the statement was not applied");
        isTrue(vm.revertToState(fork), "the reorganisation");

        settle(payload);
        sendTickets(rows);
        book(drawn);
        ++successes["reorganise"];
    }

    /// @dev A signed ticket of a new leg, within a quarter of what the budget has left.
    function drawTicket(uint32 budgetNo, uint256 seed) internal returns (Ticket memory ticket) {
        Account storage account = accounts[budgetNo];
        uint256 most = (account.cap - account.spent) / 4;
        ticket.budgetNo = budgetNo;
        ticket.legNo = legs[budgetNo]++;
        ticket.jobNo = account.throughJob + within(seed >> 40, 0, 5);
        ticket.providerId = within(seed >> 48, 1, PROVIDERS);
        ticket.amount = within(seed >> 56, 1, most > type(uint40).max ? type(uint40).max : most);
        ticket.maxFee = ticket.amount * escrow.budgetOf(budgetNo).maxFeeBps / 10_000;
        ticket.fee = within(seed >> 96, 0, ticket.maxFee);
        ticket.deliveredAt = block.timestamp;
        ticket.assignmentId = keccak256(abi.encode(budgetNo, ticket.legNo));
        (ticket.inputHash, ticket.resultDigest) = (keccak256(abi.encode(seed)), keccak256(abi.encode(seed, 1)));
        signTicket(ticket);
    }

    function withJob(Ticket memory from, uint256 jobNo) internal view returns (Ticket memory ticket) {
        ticket = abi.decode(abi.encode(from), (Ticket));
        ticket.jobNo = jobNo;
        signTicket(ticket);
    }

    function signTicket(Ticket memory ticket) internal view {
        signTicket(SESSION_KEY, ticket);
    }

    function signTicket(uint256 key, Ticket memory ticket) internal view {
        bytes32 domain = Signatures.domain(address(escrow));
        bytes32 digest = Signatures.jobTicket(domain, ticket);
        (ticket.r, ticket.vs) = Signatures.compact(key, digest);
        cosignTicket(COSIGN_KEY, ticket);
    }

    function cosignTicket(uint256 key, Ticket memory ticket) internal view {
        bytes32 domain = Signatures.domain(address(escrow));
        bytes32 digest = Signatures.cosignTicket(domain, Signatures.jobTicket(domain, ticket), ticket.fee);
        (ticket.cosignR, ticket.cosignVs) = Signatures.compact(key, digest);
    }

    function cosignedRow(uint256 key, Row memory row) internal view returns (bytes memory) {
        bytes32 domain = Signatures.domain(address(escrow));
        return compactBy(key, Signatures.cosign(domain, Signatures.statement(domain, row)));
    }

    function sendTickets(bytes memory rows) internal {
        vm.prank(STRANGER);
        escrow.settleTickets(rows);
    }

    function bookTicket(Ticket memory ticket) internal {
        accounts[uint32(ticket.budgetNo)].spent += ticket.amount + ticket.fee;
        earned[ticket.providerId] += ticket.amount;
        feesEarned += ticket.fee;
        ++ticketsPaid;
    }
}
