// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../../contracts/interfaces/IMarketEscrow.sol";
import {CompromisedOperator} from "./CompromisedOperator.sol";
import {LogReader} from "./LogReader.sol";
import {PayloadWriter, Row} from "./PayloadWriter.sol";
import {Ticket, TicketWriter} from "./TicketWriter.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Attacks on the ticket lane and on single co-signatures by whoever holds every operator's keys.
contract TicketThief is CompromisedOperator {
    using LogReader for Vm.Log[];

    function replayTickets(uint256) public onClock movesNothing {
        if (lastTickets.length == 0) return;
        sendTickets(lastTickets);
        ++successes["replayTickets"];
    }

    /// @dev A leg that is ticketed again under another number is the same leg.
    function payLegTwice(uint256 seed) public onClock {
        Ticket memory first = drawTicket(payableBudget(seed), seed);
        Ticket memory second = withJob(first, first.jobNo + within(seed >> 8, 1, 9));
        sendTickets(bytes.concat(TicketWriter.pack(first), TicketWriter.pack(second)));
        bookTicket(first);
        isTicketSkipped(second, 1);
        ++successes["payLegTwice"];
    }

    /// @dev Below the budget's throughJob a ticket is dead, whether the statement paid its job or not.
    function payDeadTicket(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        if (accounts[budgetNo].throughJob == 0) return;
        Ticket memory ticket = drawTicket(budgetNo, seed);
        isTicketSkipped(withJob(ticket, within(seed >> 8, 0, accounts[budgetNo].throughJob - 1)), 1);
        ++successes["payDeadTicket"];
    }

    function forgeTicket(uint256 seed) public onClock {
        Ticket memory ticket = drawTicket(payableBudget(seed), seed);
        signTicket(seed % 2 == 0 ? COSIGN_KEY : FOREIGN_KEY, ticket);
        isTicketSkipped(ticket, 3);
        ++successes["forgeTicket"];
    }

    /// @dev Without the budget's operator a ticket is nothing, even with another operator's consent.
    function forgeConsent(uint256 seed) public onClock {
        Ticket memory ticket = drawTicket(payableBudget(seed), seed);
        cosignTicket(seed % 2 == 0 ? FOREIGN_KEY : SESSION_KEY, ticket);
        isTicketSkipped(ticket, 6);
        ++successes["forgeConsent"];
    }

    function redirectTicket(uint256 seed) public onClock {
        Ticket memory ticket = drawTicket(payableBudget(seed), seed);
        ticket.providerId = ticket.providerId % PROVIDERS + 1;
        cosignTicket(COSIGN_KEY, ticket);
        isTicketSkipped(ticket, 3);
        ++successes["redirectTicket"];
    }

    function overFeeTicket(uint256 seed) public onClock {
        Ticket memory ticket = drawTicket(payableBudget(seed), seed);
        ticket.fee = ticket.maxFee + within(seed >> 8, 1, 50);
        // Half of the buyers were careless and allowed a fee beyond their budget's own limit.
        if (seed % 2 == 0) ticket.maxFee = ticket.fee;
        signTicket(ticket);
        isTicketSkipped(ticket, 4);
        ++successes["overFeeTicket"];
    }

    function overCapTicket(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        Ticket memory ticket = drawTicket(budgetNo, seed);
        uint256 left = accounts[budgetNo].cap - accounts[budgetNo].spent;
        (ticket.amount, ticket.fee) = (left + within(seed >> 8, 1, 1_000_000), 0);
        signTicket(ticket);
        isTicketSkipped(ticket, 4);
        ++successes["overCapTicket"];
    }

    function lateTicket(uint256 seed) public onClock {
        if (seed % 4 != 0) return; // it runs the clock, and every other budget out with it
        uint32 budgetNo = payableBudget(seed);
        Ticket memory ticket = drawTicket(budgetNo, seed);
        pass(accounts[budgetNo].expiry + 24 hours + within(seed >> 8, 1, 1 hours) - block.timestamp);
        isTicketSkipped(ticket, 2);
        ++successes["lateTicket"];
    }

    function nobodysTicket(uint256 seed) public onClock {
        Ticket memory ticket = drawTicket(payableBudget(seed), seed);
        ticket.providerId = seed % 2 == 0 ? 0 : registry.providerCount() + within(seed >> 8, 1, 1_000);
        signTicket(ticket);
        isTicketSkipped(ticket, 5);
        ++successes["nobodysTicket"];
    }

    function flipTicketBit(uint256 seed) public onClock {
        bytes memory packed = TicketWriter.pack(drawTicket(payableBudget(seed), seed));
        uint256 bit = within(seed >> 128, 0, packed.length * 8 - 1);
        packed[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        bytes32 before = balances();
        sendTickets(packed);
        equal(balances(), before, "an attack moved something");
        ++successes["flipTicketBit"];
    }

    /// @dev A job's ticket was paid: the statement that pays the same job as well was signed before and is stale.
    function payByBoth(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        Row memory row = draw(budgetNo, seed).row;
        Ticket memory ticket = drawTicket(budgetNo, seed >> 8);
        sendTickets(TicketWriter.pack(ticket));
        bookTicket(ticket);
        bytes32 before = balances();
        vm.recordLogs();
        settle(everybodysPayload(PayloadWriter.pack(row)));
        isReason(vm.getRecordedLogs(), 1);
        equal(balances(), before, "an attack moved something");
        ++successes["payByBoth"];
    }

    /// @dev The co-signature of another key, or of another row, is none.
    function forgeCosign(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        Row memory row = draw(budgetNo, seed).row;
        bytes memory cosig = seed % 2 == 0 ? cosignedRow(FOREIGN_KEY, row) : cosignedRow(COSIGN_KEY, other(row));
        bytes32 before = balances();
        vm.recordLogs();
        escrow.settleCosigned(everybodysPayload(PayloadWriter.pack(row)), cosig);
        isReason(vm.getRecordedLogs(), 6);
        equal(balances(), before, "an attack moved something");
        ++successes["forgeCosign"];
    }

    /// @dev The rival's owner changes its own keys as it likes: nobody else's budgets take notice.
    function meddle(uint256 seed) public onClock movesNothing {
        vm.prank(STRANGER);
        registry.proposeCosigner(RIVAL, vm.addr(within(seed, 1, 1_000)));
        (, address present,, address pending, uint40 due) = operatorOf(RIVAL);
        isTrue(pending != address(0), "proposed");
        vm.warp(due);
        vm.prank(STRANGER);
        if (seed % 2 == 0 && present != address(0)) registry.revokeCosigner(RIVAL);
        else registry.acceptCosigner(RIVAL);
        pass(0);
        ++successes["meddle"];
    }

    function isTicketSkipped(Ticket memory ticket, uint8 reason) private movesNothing {
        vm.recordLogs();
        sendTickets(TicketWriter.pack(ticket));
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.TicketSkipped.selector);
        equalBytes(log.data, abi.encode(ticket.jobNo, reason), "job and reason");
    }

    function other(Row memory row) private pure returns (Row memory changed) {
        changed = abi.decode(abi.encode(row), (Row));
        changed.receiptsRoot = keccak256("others");
    }

    function operatorOf(uint32 id) private view returns (address, address, address, address, uint40) {
        return abi.decode(abi.encode(registry.operatorOf(id)), (address, address, address, address, uint40));
    }
}
