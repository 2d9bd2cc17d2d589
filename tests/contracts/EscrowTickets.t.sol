// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {Budget, BudgetLite} from "../../contracts/types/Budget.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {Ticket, TicketWriter} from "./support/TicketWriter.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice What the ticket lane pays, and that it pays it once.
contract EscrowTicketsTest is EscrowFixture {
    using LogReader for Vm.Log[];

    uint32 private budgetNo;

    function setUp() public override {
        super.setUp();
        budgetNo = openWith(10_000);
    }

    function test_A_ticket_pays_its_provider_and_its_fee_exactly() public {
        send(signed(ticketOf(budgetNo, 4, 700, 60)));

        Budget memory budget = escrow.budgetOf(budgetNo);
        equal(budget.spent, 760, "spent");
        equal(budget.throughJob, 0, "through is as it was");
        equal(budget.cap, 10_000, "cap is as it was");
        equal(escrow.available(budgetNo), 9_240, "available");
        equal(escrow.credit(1), 700, "credit");
        equal(escrow.feeCredit(OPERATOR), 60, "fee credit");
        equal(escrow.totalOwed(), FUNDS, "owed is as it was");
        isTrue(escrow.isTicketPaid(budgetNo, 4), "paid");
        isTrue(!escrow.isTicketPaid(budgetNo, 3) && !escrow.isTicketPaid(budgetNo, 5), "no other leg");
        isTrue(!escrow.isTicketPaid(budgetNo + 1, 4), "no other budget");
    }

    function test_Tickets_log_everything_that_rebuilds_the_balances_and_nothing_twice() public {
        Ticket memory ticket = ticketOf(budgetNo, 4, 700, 60);
        (ticket.legNo, ticket.providerId, ticket.maxFee) = (2, 3, 65);
        bytes memory rows = TicketWriter.pack(signed(ticket));
        bytes32 acc = keccak256(abi.encode(bytes32(0), keccak256(rows)));
        vm.recordLogs();

        sendRows(rows);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory log = logs.single(address(escrow), IMarketEscrow.TicketSettled.selector);
        equal(log.topics[1], bytes32(uint256(budgetNo)), "budget");
        equalBytes(log.data, abi.encode(4, 3, OPERATOR, ticket.assignmentId, 700, 60), "the rest of the ticket");
        log = logs.single(address(escrow), IMarketEscrow.TicketsSettled.selector);
        equalBytes(log.data, abi.encode(acc, rows), "chain and rows");
        equal(escrow.acc(), acc, "stored chain");
        equal(logs.length, 2, "no credit is logged a second time");
    }

    function test_One_chain_runs_over_statements_and_tickets() public {
        settle(payloadOf(1, signed(rowOf(budgetNo, 0, PayloadWriter.group(1, 10)))));
        bytes32 acc = escrow.acc();
        bytes memory rows = TicketWriter.pack(signed(ticketOf(budgetNo, 4, 700, 60)));
        sendRows(rows);
        acc = keccak256(abi.encode(acc, keccak256(rows)));
        equal(escrow.acc(), acc, "after the ticket");
        sendRows("");
        acc = keccak256(abi.encode(acc, keccak256("")));
        equal(escrow.acc(), acc, "after no ticket");
        bytes memory payload = payloadOf(1, signed(rowOf(budgetNo, 0, PayloadWriter.group(1, 10))));
        settle(payload);
        equal(escrow.acc(), keccak256(abi.encode(acc, keccak256(payload))), "after the statement");
    }

    function test_A_ticket_without_a_fee_credits_no_operator() public {
        Ticket memory ticket = ticketOf(budgetNo, 0, 700, 0);

        send(signed(ticket));

        equal(escrow.credit(1), 700, "credit");
        equal(escrow.feeCredit(OPERATOR), 0, "fee credit");
    }

    function test_The_operator_may_take_less_than_the_buyer_allows() public {
        Ticket memory ticket = ticketOf(budgetNo, 0, 700, 10);
        ticket.maxFee = type(uint40).max;

        send(signed(ticket));

        equal(escrow.feeCredit(OPERATOR), 10, "fee credit");
    }

    function test_Tickets_of_several_budgets_and_operators_are_paid_in_one_call() public {
        vm.prank(STRANGER);
        uint32 rival = registry.registerOperator(vm.addr(FOREIGN_KEY), STRANGER);
        BudgetLite memory wanted = budgetWith(500);
        wanted.operatorId = rival;
        uint32 second = open(wanted);
        uint32 third = openWith(500);
        Ticket memory ofThird = ticketOf(third, 0, 40, 4);
        ofThird.providerId = 2;
        vm.recordLogs();

        sendRows(
            bytes.concat(
                TicketWriter.pack(signed(ticketOf(budgetNo, 0, 10, 1))),
                TicketWriter.pack(signedBy(SESSION_KEY, FOREIGN_KEY, ticketOf(second, 0, 20, 2))),
                TicketWriter.pack(signed(ofThird)),
                TicketWriter.pack(signed(ticketOf(budgetNo, 1, 30, 3)))
            )
        );

        equal(escrow.credit(1), 60, "provider 1");
        equal(escrow.credit(2), 40, "provider 2");
        equal(escrow.feeCredit(OPERATOR), 8, "operator");
        equal(escrow.feeCredit(rival), 2, "rival");
        equal(escrow.budgetOf(budgetNo).spent, 44, "first budget");
        equal(escrow.budgetOf(second).spent, 22, "second budget");
        equal(escrow.budgetOf(third).spent, 44, "third budget");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        equal(logs.count(address(escrow), IMarketEscrow.TicketSettled.selector), 4, "settled");
        equal(logs.length, 5, "and nothing else but the rows");
    }

    function test_A_leg_is_paid_once_whatever_job_numbers_it_gets() public {
        Ticket memory first = signed(ticketOf(budgetNo, 4, 700, 60));
        Ticket memory again = ticketOf(budgetNo, 9, 700, 60);
        again.legNo = 4;
        signed(again);

        vm.recordLogs();
        sendRows(bytes.concat(TicketWriter.pack(first), TicketWriter.pack(again)));
        isSkipped(9);
        vm.recordLogs();
        send(again);
        isSkipped(9);
        vm.recordLogs();
        send(first);
        isSkipped(4);

        equal(escrow.credit(1), 700, "credit");
        equal(escrow.budgetOf(budgetNo).spent, 760, "spent");
    }

    function test_Legs_are_marked_across_words() public {
        uint32[9] memory legs = [0, 1, 255, 256, 257, 511, 512, 65_536, type(uint32).max];
        for (uint256 index = 0; index < legs.length; ++index) {
            isTrue(!escrow.isTicketPaid(budgetNo, legs[index]), "not yet");
            send(signed(ticketOf(budgetNo, legs[index], 10, 0)));
            isTrue(escrow.isTicketPaid(budgetNo, legs[index]), "paid");
            equal(escrow.credit(1), 10 * (index + 1), "credit");
        }
        for (uint256 index = 0; index < legs.length; ++index) {
            send(signed(ticketOf(budgetNo, legs[index], 10, 0)));
        }
        equal(escrow.credit(1), 10 * legs.length, "none is paid twice");
        isTrue(!escrow.isTicketPaid(budgetNo, 254) && !escrow.isTicketPaid(budgetNo, 513), "no neighbour");
    }

    function test_Another_budgets_leg_of_the_same_number_is_another_leg() public {
        uint32 other = openWith(1_000);
        send(signed(ticketOf(budgetNo, 4, 10, 0)));
        send(signed(ticketOf(other, 4, 20, 0)));

        equal(escrow.credit(1), 30, "credit");
    }

    function test_A_ticket_makes_the_statement_stale_and_the_next_one_applies() public {
        Row memory row = signed(rowOf(budgetNo, 5, PayloadWriter.group(1, 50)));
        send(signed(ticketOf(budgetNo, 0, 50, 5)));
        vm.recordLogs();

        settle(payloadOf(1, row));

        Vm.Log memory log =
            vm.getRecordedLogs().single(address(escrow), IMarketEscrow.StatementSkipped.selector);
        equalBytes(log.data, abi.encode(1), "stale");
        equal(escrow.credit(1), 50, "the job is paid once");
        settle(payloadOf(2, signed(rowOf(budgetNo, 5, PayloadWriter.group(2, 50)))));
        equal(escrow.credit(2), 50, "signed again from what the ticket left");
        equal(escrow.budgetOf(budgetNo).spent, 110, "spent");
    }

    function test_A_statement_overtakes_a_ticket_and_the_ticket_is_signed_again() public {
        Ticket memory ticket = signed(ticketOf(budgetNo, 2, 700, 60));
        Row memory row = rowOf(budgetNo, 0, PayloadWriter.group(2, 50));
        row.throughJob = 3;
        settle(payloadOf(2, signed(row)));
        vm.recordLogs();
        send(ticket);
        isSkipped(2);
        equal(escrow.credit(1), 0, "dead below throughJob");
        isTrue(!escrow.isTicketPaid(budgetNo, 2), "the leg is not paid");

        ticket.jobNo = 3;
        send(signed(ticket));

        equal(escrow.credit(1), 700, "the same leg under the first number that is not dead");
        isTrue(escrow.isTicketPaid(budgetNo, 2), "the leg is paid");
    }

    function test_A_ticket_applies_up_to_the_last_second_of_grace() public {
        Ticket memory ticket = signed(ticketOf(budgetNo, 0, 700, 60));
        vm.warp(escrow.budgetOf(budgetNo).expiry + escrow.GRACE());

        send(ticket);

        equal(escrow.credit(1), 700, "credit");
    }

    function test_A_budget_can_be_spent_to_the_cap_by_tickets_and_statements_together() public {
        send(signed(ticketOf(budgetNo, 5, 4_000, 400)));
        settle(payloadOf(1, signed(rowOf(budgetNo, 0, PayloadWriter.group(1, 5_000)))));

        send(signed(ticketOf(budgetNo, 6, 550, 50)));

        equal(escrow.available(budgetNo), 0, "available");
        equal(escrow.credit(1), 9_550, "credit");
        vm.warp(block.timestamp + 9 days);
        escrow.close(budgetNo);
        equal(escrow.free(BUYER), FUNDS - 10_000, "nothing comes back");
        escrow.claim(1);
        escrow.claimFee(OPERATOR);
        equal(escrow.totalOwed(), FUNDS - 10_000, "owed");
    }

    function test_Rows_of_another_length_are_malformed() public {
        bytes memory rows = TicketWriter.pack(signed(ticketOf(budgetNo, 0, 700, 60)));
        equal(rows.length, 259, "a row");
        expectMalformed(bytes.concat(rows, hex"00"), 260);
        expectMalformed(new bytes(1), 1);
        expectMalformed(new bytes(258), 258);
        expectMalformed(bytes.concat(rows, new bytes(258)), 517);

        sendRows(rows);
        equal(escrow.credit(1), 700, "credit");
    }

    /// @dev What keeps a ticket cheap: the budget, the word of its leg, the credit, the fee and the chain.
    function test_A_settled_ticket_writes_only_slots_that_are_in_use() public {
        Ticket memory second = signed(ticketOf(budgetNo, 1, 10, 1));
        Ticket memory third = signed(ticketOf(budgetNo, 255, 10, 1));
        vm.record();
        send(signed(ticketOf(budgetNo, 0, 10, 1)));
        (, bytes32[] memory first) = vm.accesses(address(escrow));
        equal(first.length, 5, "writes");
        for (uint256 index = 0; index < 5; ++index) {
            isTrue(vm.load(address(escrow), first[index]) != 0, "in use");
            for (uint256 other = 0; other < index; ++other) isTrue(first[index] != first[other], "written once");
        }
        vm.record();

        sendRows(bytes.concat(TicketWriter.pack(second), TicketWriter.pack(third)));

        (, bytes32[] memory next) = vm.accesses(address(escrow));
        equal(next.length, 9, "writes of two tickets");
        for (uint256 index = 0; index < next.length; ++index) isTrue(isAmong(next[index], first), "no new slot");
    }

    /// @dev Any numbers in their full width: what was signed is what is read, or the signature would not fit.
    function testFuzz_Every_field_of_a_ticket_is_read_as_it_was_signed(
        uint32 jobNo,
        uint32 legNo,
        uint40 deliveredAt,
        uint40[3] memory amounts,
        bytes32[3] memory words
    ) public {
        uint256 amount = within(amounts[0], 1, type(uint40).max);
        uint256 fee = within(amounts[1], 0, amount / 10);
        fund(BUYER, amount + fee);
        Ticket memory ticket = ticketOf(openWith(amount + fee), jobNo, amount, fee);
        ticket.legNo = legNo;
        ticket.deliveredAt = deliveredAt;
        ticket.providerId = within(amounts[2], 1, 3);
        ticket.maxFee = within(amounts[2], fee, type(uint40).max);
        (ticket.assignmentId, ticket.inputHash, ticket.resultDigest) = (words[0], words[1], words[2]);

        send(signed(ticket));

        equal(escrow.credit(uint32(ticket.providerId)), amount, "credit");
        equal(escrow.feeCredit(OPERATOR), fee, "fee");
        isTrue(escrow.isTicketPaid(uint32(ticket.budgetNo), legNo), "paid");
    }

    /// @dev Of any legs in any order each is paid once.
    function testFuzz_Each_leg_is_paid_once(uint32[12] memory legs, uint8 spread) public {
        bytes memory rows;
        uint256 expected;
        for (uint256 index = 0; index < legs.length; ++index) {
            // A small spread makes the same leg come again, a large one reaches many words.
            legs[index] = uint32(legs[index] % (uint256(1) << (2 + spread % 31)));
            Ticket memory ticket = ticketOf(budgetNo, index, 10, 0);
            ticket.legNo = legs[index];
            rows = bytes.concat(rows, TicketWriter.pack(signed(ticket)));
            bool isNew = true;
            for (uint256 other = 0; other < index; ++other) isNew = isNew && legs[other] != legs[index];
            if (isNew) expected += 10;
        }

        sendRows(rows);

        equal(escrow.credit(1), expected, "credit");
        for (uint256 index = 0; index < legs.length; ++index) {
            isTrue(escrow.isTicketPaid(budgetNo, legs[index]), "each is marked");
        }
    }

    function testFuzz_No_bit_of_a_signed_ticket_can_be_changed(uint256 seed) public {
        bytes memory rows = TicketWriter.pack(signed(ticketOf(budgetNo, 4, 700, 60)));
        uint256 bit = within(seed, 0, rows.length * 8 - 1);
        rows[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));

        sendRows(rows);

        equal(escrow.budgetOf(budgetNo).spent, 0, "spent");
        equal(escrow.credit(1) + escrow.feeCredit(OPERATOR), 0, "credits");
    }

    /// @dev The rule of the amounts, in full width: a ticket applies if and only if it keeps all four bounds.
    function testFuzz_Cap_and_fees_bind_exactly(
        uint80 cap,
        uint16 bps,
        uint40 amount,
        uint40[2] memory fees,
        uint8 mode
    ) public {
        cap = uint80(within(cap, 1, uint256(1) << (6 + mode % 40)));
        amount = uint40(amount % (uint256(1) << (6 + mode % 35)));
        fund(BUYER, cap);
        BudgetLite memory wanted = budgetWith(cap);
        wanted.maxFeeBps = uint16(within(bps, 0, 1000));
        uint256 limit = uint256(amount) * wanted.maxFeeBps / 10_000;
        Ticket memory ticket = ticketOf(open(wanted), 0, amount, within(fees[0], 0, limit + 2));
        ticket.maxFee = mode % 3 == 0 ? within(fees[1], 0, ticket.fee + 1) : ticket.fee;
        bool isPayable = amount > 0 && ticket.fee <= ticket.maxFee && amount + ticket.fee <= cap
            && ticket.fee * 10_000 <= uint256(amount) * wanted.maxFeeBps;

        send(signed(ticket));

        equal(escrow.budgetOf(uint32(ticket.budgetNo)).spent, isPayable ? amount + ticket.fee : 0, "spent");
        equal(escrow.credit(1), isPayable ? amount : 0, "credit");
        equal(escrow.feeCredit(OPERATOR), isPayable ? ticket.fee : 0, "fee");
        isTrue(escrow.isTicketPaid(uint32(ticket.budgetNo), 0) == isPayable, "marked if and only if paid");
    }

    function send(Ticket memory ticket) private {
        sendRows(TicketWriter.pack(ticket));
    }

    function sendRows(bytes memory rows) private {
        vm.prank(STRANGER);
        escrow.settleTickets(rows);
    }

    function expectMalformed(bytes memory rows, uint256 offset) private {
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.Malformed.selector, offset));
        escrow.settleTickets(rows);
    }

    function isSkipped(uint256 jobNo) private {
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.TicketSkipped.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(budgetNo, jobNo, 1), "budget, job and reason");
    }

    function isAmong(bytes32 slot, bytes32[] memory slots) private pure returns (bool) {
        for (uint256 index = 0; index < slots.length; ++index) if (slots[index] == slot) return true;
        return false;
    }
}
