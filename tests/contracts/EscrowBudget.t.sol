// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {Budget, BudgetLite, BUDGET_CLOSED, BUDGET_NONE, BUDGET_OPEN} from "../../contracts/types/Budget.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter} from "./support/PayloadWriter.sol";
import {Vm, vm} from "./support/Vm.sol";

contract EscrowBudgetTest is EscrowFixture {
    using LogReader for Vm.Log[];

    function test_A_budget_locks_free_balance_and_keeps_what_was_agreed() public {
        BudgetLite memory wanted = budgetWith(600);
        vm.recordLogs();

        uint32 budgetNo = open(wanted);

        equal(budgetNo, 1, "number");
        equal(escrow.free(BUYER), FUNDS - 600, "free");
        equal(escrow.totalOwed(), FUNDS, "owed");
        equal(escrow.available(budgetNo), 600, "available");
        equalBytes(abi.encode(escrow.budgetOf(budgetNo)), abi.encode(opened(wanted)), "budget");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.BudgetOpened.selector);
        equal(log.topics[1], bytes32(uint256(1)), "number in the log");
        equal(log.topics[2], bytes32(uint256(uint160(BUYER))), "buyer in the log");
        equalBytes(
            log.data,
            abi.encode(wanted.session, OPERATOR, 600, wanted.expiry, wanted.maxFeeBps, TERMS),
            "the rest of the log"
        );
    }

    function test_Only_the_buyer_opens_its_budget() public {
        BudgetLite memory wanted = budgetWith(600);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NotOwner.selector, STRANGER, BUYER));
        vm.prank(STRANGER);
        escrow.openBudget(wanted);
    }

    function test_A_budget_needs_a_session_a_cap_and_an_operator() public {
        BudgetLite memory wanted = budgetWith(600);
        wanted.session = address(0);
        expectRefusal(wanted, abi.encodeWithSelector(IMarketEscrow.ZeroAddress.selector));

        wanted = budgetWith(0);
        expectRefusal(wanted, abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));

        wanted = budgetWith(600);
        wanted.operatorId = 0;
        expectRefusal(wanted, abi.encodeWithSelector(IMarketEscrow.UnknownOperator.selector, 0));

        wanted.operatorId = OPERATOR + 1;
        expectRefusal(wanted, abi.encodeWithSelector(IMarketEscrow.UnknownOperator.selector, OPERATOR + 1));
    }

    function test_A_budget_cannot_allow_more_than_the_highest_fee() public {
        BudgetLite memory wanted = budgetWith(600);
        wanted.maxFeeBps = 1001;

        expectRefusal(wanted, abi.encodeWithSelector(IMarketEscrow.BadFee.selector, 1001, 1000));
    }

    function test_A_budget_ends_after_now_and_within_thirty_days() public {
        BudgetLite memory wanted = budgetWith(600);
        wanted.expiry = uint40(block.timestamp);
        expectRefusal(wanted, badExpiry(wanted.expiry));

        wanted.expiry = uint40(block.timestamp + 30 days + 1);
        expectRefusal(wanted, badExpiry(wanted.expiry));

        wanted.expiry = uint40(block.timestamp + 1);
        open(wanted);
        wanted = budgetWith(600);
        wanted.expiry = uint40(block.timestamp + 30 days);
        open(wanted);
    }

    function test_A_budget_cannot_lock_more_than_is_free() public {
        expectRefusal(
            budgetWith(FUNDS + 1),
            abi.encodeWithSelector(IMarketEscrow.InsufficientFree.selector, BUYER, FUNDS + 1, FUNDS)
        );

        openWith(FUNDS);
        equal(escrow.free(BUYER), 0, "free");
    }

    function test_A_nonce_opens_one_budget() public {
        BudgetLite memory wanted = budgetWith(1);
        open(wanted);
        expectRefusal(wanted, abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, BUYER, wanted.nonce));

        // A bit of another word, the same bit of the next word, and another buyer's are not used.
        wanted.nonce += 256;
        open(wanted);
        wanted.nonce = type(uint256).max;
        open(wanted);
        expectRefusal(wanted, abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, BUYER, wanted.nonce));
        fund(STRANGER, 1);
        wanted.buyer = STRANGER;
        open(wanted);
    }

    function test_A_refused_budget_does_not_use_its_nonce() public {
        BudgetLite memory wanted = budgetWith(FUNDS + 1);
        expectRefusal(
            wanted, abi.encodeWithSelector(IMarketEscrow.InsufficientFree.selector, BUYER, FUNDS + 1, FUNDS)
        );

        wanted.cap = 1;
        open(wanted);
    }

    function test_The_buyer_brings_the_end_near_and_never_far() public {
        uint32 budgetNo = openWith(600);
        uint256 end = block.timestamp + 1 days;
        vm.recordLogs();

        vm.prank(BUYER);
        escrow.requestClose(budgetNo);

        equal(escrow.budgetOf(budgetNo).expiry, end, "sooner");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.BudgetClosing.selector);
        equal(log.topics[1], bytes32(uint256(budgetNo)), "number in the log");
        equalBytes(log.data, abi.encode(end), "expiry in the log");
        vm.warp(block.timestamp + 1 hours);
        vm.prank(BUYER);
        escrow.requestClose(budgetNo);
        equal(escrow.budgetOf(budgetNo).expiry, end, "as it was");
    }

    function test_Nobody_else_brings_the_end_near() public {
        uint32 budgetNo = openWith(600);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NotOwner.selector, STRANGER, BUYER));
        vm.prank(STRANGER);
        escrow.requestClose(budgetNo);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NotOwner.selector, BUYER, address(0)));
        vm.prank(BUYER);
        escrow.requestClose(budgetNo + 1);
    }

    function test_What_is_left_returns_once_grace_is_over() public {
        uint32 budgetNo = openWith(600);
        settle(payloadOf(1, signed(rowOf(budgetNo, 10, PayloadWriter.group(1, 100)))));
        uint256 over = escrow.budgetOf(budgetNo).expiry + escrow.GRACE();
        vm.warp(over);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.TooEarly.selector, over, over + 1));
        escrow.close(budgetNo);
        vm.warp(over + 1);
        vm.recordLogs();

        vm.prank(STRANGER);
        escrow.close(budgetNo);

        equal(escrow.free(BUYER), FUNDS - 110, "free");
        equal(escrow.totalOwed(), FUNDS, "owed");
        equal(escrow.available(budgetNo), 0, "available");
        equal(escrow.budgetOf(budgetNo).state, BUDGET_CLOSED, "state");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.BudgetClosed.selector);
        equal(log.topics[1], bytes32(uint256(budgetNo)), "number in the log");
        equalBytes(log.data, abi.encode(490), "refund in the log");
    }

    function test_A_budget_closes_once() public {
        uint32 budgetNo = openWith(600);
        vm.warp(block.timestamp + 9 days);
        escrow.close(budgetNo);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.BadBudget.selector, budgetNo, BUDGET_CLOSED));
        escrow.close(budgetNo);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.BadBudget.selector, budgetNo, BUDGET_CLOSED));
        vm.prank(BUYER);
        escrow.requestClose(budgetNo);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.BadBudget.selector, budgetNo + 1, BUDGET_NONE));
        escrow.close(budgetNo + 1);
    }

    function test_The_buyer_is_out_two_days_after_it_asks_without_anybody() public {
        uint32 budgetNo = openWith(FUNDS);
        vm.prank(BUYER);
        escrow.requestClose(budgetNo);

        vm.warp(block.timestamp + 48 hours + 1);
        escrow.close(budgetNo);
        vm.prank(BUYER);
        escrow.withdraw(FUNDS);

        equal(token.balanceOf(BUYER), FUNDS, "wallet");
    }

    function test_A_budget_that_is_over_can_pay_nothing_closed_or_not() public {
        uint32 budgetNo = openWith(600);
        vm.warp(escrow.budgetOf(budgetNo).expiry + escrow.GRACE());
        equal(escrow.available(budgetNo), 600, "in the last second");

        vm.warp(block.timestamp + 1);

        equal(escrow.available(budgetNo), 0, "after it");
        equal(escrow.available(budgetNo + 1), 0, "of no budget");
    }

    function opened(BudgetLite memory wanted) private pure returns (Budget memory) {
        return Budget({
            buyer: wanted.buyer,
            session: wanted.session,
            operatorId: wanted.operatorId,
            cap: wanted.cap,
            spent: 0,
            expiry: wanted.expiry,
            maxFeeBps: wanted.maxFeeBps,
            throughJob: 0,
            state: BUDGET_OPEN
        });
    }

    function expectRefusal(BudgetLite memory wanted, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(wanted.buyer);
        escrow.openBudget(wanted);
    }

    function badExpiry(uint40 expiry) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IMarketEscrow.BadExpiry.selector, expiry, block.timestamp + 1, block.timestamp + 30 days
        );
    }
}
