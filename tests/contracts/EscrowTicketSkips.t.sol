// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {BudgetLite} from "../../contracts/types/Budget.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {Signatures} from "./support/Signatures.sol";
import {Ticket, TicketWriter} from "./support/TicketWriter.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice A ticket that cannot apply is skipped with its reason, has changed nothing, and does not stop the others.
contract EscrowTicketSkipsTest is EscrowFixture {
    using LogReader for Vm.Log[];

    uint8 private constant STALE = 1;
    uint8 private constant LATE = 2;
    uint8 private constant SIGNATURE = 3;
    uint8 private constant AMOUNTS = 4;
    uint8 private constant LINES = 5;
    uint8 private constant CONSENT = 6;

    uint32 private budgetNo;
    uint32 private other;
    uint32 private rival;
    uint256 private aside;

    function setUp() public override {
        super.setUp();
        vm.prank(STRANGER);
        rival = registry.registerOperator(vm.addr(FOREIGN_KEY), STRANGER);
        budgetNo = openWith(1_000);
        other = openWith(1_000);
        Row memory row = rowOf(budgetNo, 0, PayloadWriter.group(1, 100));
        row.throughJob = 5;
        settle(payloadOf(1, signed(row)));
    }

    function test_A_ticket_below_the_budgets_through_job_is_dead() public {
        skips(signed(ticketOf(budgetNo, 4, 50, 5)), STALE);
        skips(signed(ticketOf(budgetNo, 0, 50, 5)), STALE);
    }

    function test_A_ticket_applies_once() public {
        Ticket memory ticket = signed(honest());
        escrow.settleTickets(TicketWriter.pack(ticket));

        skips(ticket, STALE);
    }

    function test_A_ticket_of_no_budget_or_of_a_closed_one_is_stale() public {
        skips(signed(ticketOf(99, 5, 50, 5)), STALE);

        vm.warp(block.timestamp + 9 days);
        escrow.close(budgetNo);
        skips(signed(honest()), STALE);
    }

    function test_A_ticket_after_grace_is_too_late() public {
        Ticket memory ticket = signed(honest());
        vm.warp(escrow.budgetOf(budgetNo).expiry + escrow.GRACE() + 1);

        skips(ticket, LATE);
    }

    function test_A_ticket_that_another_key_signed_or_nobody_is_skipped() public {
        skips(signedBy(COSIGN_KEY, COSIGN_KEY, honest()), SIGNATURE);
        skips(signedBy(FOREIGN_KEY, COSIGN_KEY, honest()), SIGNATURE);
        skips(honest(), SIGNATURE);
        Ticket memory ticket = signed(honest());
        ticket.vs ^= bytes32(uint256(1) << 255);
        skips(ticket, SIGNATURE);
    }

    function test_Every_field_of_a_ticket_is_signed_by_the_session() public {
        for (uint256 field = 0; field < 9; ++field) {
            Ticket memory ticket = signed(honest());
            if (field == 0) ticket.jobNo += 1;
            if (field == 1) ticket.legNo += 1;
            if (field == 2) ticket.providerId += 1;
            if (field == 3) ticket.amount -= 1;
            if (field == 4) ticket.maxFee += 1;
            if (field == 5) ticket.deliveredAt += 1;
            if (field == 6) ticket.assignmentId = RECEIPTS;
            if (field == 7) ticket.inputHash = RECEIPTS;
            if (field == 8) ticket.resultDigest = RECEIPTS;
            skips(ticket, SIGNATURE);
        }
        // Another budget of the same session.
        Ticket memory moved = signed(honest());
        moved.budgetNo = openWith(1_000);
        skips(moved, SIGNATURE);
    }

    function test_A_ticket_for_another_chain_or_another_escrow_is_skipped() public {
        Ticket memory ticket = honest();
        bytes32 digest = Signatures.jobTicket(Signatures.domain(address(0xE5C)), ticket);
        (ticket.r, ticket.vs) = Signatures.compact(SESSION_KEY, digest);
        skips(ticket, SIGNATURE);

        uint256 here = block.chainid;
        vm.chainId(here + 1);
        ticket = signed(honest());
        vm.chainId(here);
        skips(ticket, SIGNATURE);
    }

    function test_A_ticket_in_the_upper_half_is_skipped_though_it_recovers_the_session() public {
        BudgetLite memory wanted = budgetWith(500);
        Ticket memory ticket = ticketOf(escrow.budgetCount() + 1, 0, 50, 5);
        signed(ticket);
        (ticket.r, ticket.vs, wanted.session) = Signatures.highS(Signatures.jobTicket(domain(), ticket));
        isTrue(wanted.session != address(0), "the signature recovers an address");
        open(wanted);

        skips(ticket, SIGNATURE);
    }

    function test_A_ticket_that_the_budgets_operator_did_not_co_sign_is_skipped() public {
        skips(signedBy(SESSION_KEY, FOREIGN_KEY, honest()), CONSENT);
        skips(signedBy(SESSION_KEY, SESSION_KEY, honest()), CONSENT);
        Ticket memory ticket = signed(honest());
        (ticket.cosignR, ticket.cosignVs) = (0, 0);
        skips(ticket, CONSENT);
        // The operator's own signature of the ticket itself is no consent to a fee.
        ticket = signed(honest());
        (ticket.cosignR, ticket.cosignVs) = Signatures.compact(COSIGN_KEY, Signatures.jobTicket(domain(), ticket));
        skips(ticket, CONSENT);
    }

    function test_A_co_signature_in_the_upper_half_is_none_though_it_recovers_the_co_signer() public {
        BudgetLite memory wanted = budgetWith(500);
        Ticket memory ticket = signed(ticketOf(escrow.budgetCount() + 1, 0, 50, 5));
        bytes32 digest = Signatures.jobTicket(domain(), ticket);
        address signer;
        (ticket.cosignR, ticket.cosignVs, signer) =
            Signatures.highS(Signatures.cosignTicket(domain(), digest, ticket.fee));
        isTrue(signer != address(0), "the signature recovers an address");
        wanted.operatorId = registry.registerOperator(signer, FEE_TO);
        open(wanted);

        skips(ticket, CONSENT);
    }

    function test_Another_operators_budget_is_not_this_ones_to_co_sign() public {
        BudgetLite memory wanted = budgetWith(500);
        wanted.operatorId = rival;
        uint32 foreign = open(wanted);

        skips(signed(ticketOf(foreign, 0, 50, 5)), CONSENT);

        escrow.settleTickets(TicketWriter.pack(signedBy(SESSION_KEY, FOREIGN_KEY, ticketOf(foreign, 0, 50, 5))));
        equal(escrow.feeCredit(rival), 5, "its own may");
    }

    function test_A_co_signature_is_for_one_ticket_and_one_fee() public {
        Ticket memory ticket = honest();
        ticket.maxFee = 50;
        signed(ticket);
        ticket.fee = 4;
        skips(ticket, CONSENT);
        ticket.fee = 6;
        skips(ticket, CONSENT);

        Ticket memory first = signed(honest());
        Ticket memory second = ticketOf(budgetNo, 8, 50, 5);
        signed(second);
        (second.cosignR, second.cosignVs) = (first.cosignR, first.cosignVs);
        skips(second, CONSENT);
    }

    function test_A_ticket_for_nobody_or_an_unknown_provider_is_skipped() public {
        Ticket memory ticket = honest();
        ticket.providerId = 0;
        skips(signed(ticket), LINES);

        ticket.providerId = 4;
        skips(signed(ticket), LINES);

        ticket.providerId = type(uint24).max;
        skips(signed(ticket), LINES);
    }

    function test_A_fee_over_the_tickets_limit_is_skipped() public {
        Ticket memory ticket = honest();
        ticket.maxFee = 4;

        skips(signed(ticket), AMOUNTS);
    }

    function test_A_fee_over_the_budgets_limit_is_skipped() public {
        skips(signed(ticketOf(budgetNo, 5, 50, 6)), AMOUNTS);
        skips(signed(ticketOf(budgetNo, 5, 9, 1)), AMOUNTS);
    }

    function test_A_ticket_over_the_cap_or_over_nothing_is_skipped() public {
        skips(signed(ticketOf(budgetNo, 5, 901, 0)), AMOUNTS);
        skips(signed(ticketOf(budgetNo, 5, 900, 1)), AMOUNTS);
        skips(signed(ticketOf(budgetNo, 5, type(uint40).max, 0)), AMOUNTS);
        skips(signed(ticketOf(budgetNo, 5, 0, 0)), AMOUNTS);
    }

    function honest() private view returns (Ticket memory) {
        return ticketOf(budgetNo, 5, 50, 5);
    }

    /// @dev Sends the ticket between two that apply; those apply, and everything of the ticket's is what it was.
    function skips(Ticket memory ticket, uint8 reason) private {
        bytes memory unchanged = stateOf(ticket);
        uint256 before = escrow.credit(1);
        if (escrow.available(other) == 0) other = openWith(1_000);
        bytes memory rows = bytes.concat(
            TicketWriter.pack(signed(ticketOf(other, aside++, 1, 0))),
            TicketWriter.pack(ticket),
            TicketWriter.pack(signed(ticketOf(other, aside++, 1, 0)))
        );
        vm.recordLogs();

        escrow.settleTickets(rows);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory log = logs.single(address(escrow), IMarketEscrow.TicketSkipped.selector);
        equal(log.topics[1], bytes32(ticket.budgetNo), "budget of the skipped ticket");
        equalBytes(log.data, abi.encode(ticket.jobNo, reason), "job and reason");
        equal(logs.count(address(escrow), IMarketEscrow.TicketSettled.selector), 2, "settled");
        equalBytes(stateOf(ticket), unchanged, "the skipped ticket's budget, leg and fee");
        equal(escrow.credit(1), before + 2, "the tickets around it");
    }

    function stateOf(Ticket memory ticket) private view returns (bytes memory) {
        uint32 number = uint32(ticket.budgetNo);
        return abi.encode(
            escrow.budgetOf(number),
            escrow.isTicketPaid(number, uint32(ticket.legNo)),
            escrow.feeCredit(OPERATOR),
            escrow.feeCredit(rival),
            escrow.credit(uint32(ticket.providerId == 1 ? 2 : ticket.providerId))
        );
    }
}
