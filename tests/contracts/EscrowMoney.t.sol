// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter} from "./support/PayloadWriter.sol";
import {Vm, vm} from "./support/Vm.sol";

contract EscrowMoneyTest is EscrowFixture {
    using LogReader for Vm.Log[];

    function test_A_deposit_is_free_at_once_and_owed() public view {
        equal(escrow.free(BUYER), FUNDS, "free");
        equal(escrow.totalOwed(), FUNDS, "owed");
        equal(token.balanceOf(address(escrow)), FUNDS, "held");
        isTrue(escrow.solvent(), "solvent");
    }

    function test_A_deposit_for_somebody_is_theirs_and_comes_from_the_caller() public {
        token.mint(STRANGER, 7);
        vm.prank(STRANGER);
        token.approve(address(escrow), 7);
        vm.recordLogs();

        vm.prank(STRANGER);
        escrow.depositFor(BUYER, 7);

        equal(escrow.free(BUYER), FUNDS + 7, "free of the buyer");
        equal(escrow.free(STRANGER), 0, "free of the payer");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.Deposited.selector);
        equal(log.topics[1], bytes32(uint256(uint160(BUYER))), "buyer");
        equalBytes(log.data, abi.encode(STRANGER, 7), "from and amount");
    }

    function test_A_deposit_of_nothing_or_for_nobody_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        escrow.deposit(0);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        escrow.depositFor(BUYER, 0);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAddress.selector));
        escrow.depositFor(address(0), 1);
    }

    function test_A_withdrawal_pays_the_caller_at_once() public {
        vm.recordLogs();

        vm.prank(BUYER);
        escrow.withdraw(FUNDS - 1);

        equal(token.balanceOf(BUYER), FUNDS - 1, "wallet");
        equal(escrow.free(BUYER), 1, "free");
        equal(escrow.totalOwed(), 1, "owed");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.Withdrawn.selector);
        equal(log.topics[1], bytes32(uint256(uint160(BUYER))), "buyer");
        equalBytes(log.data, abi.encode(FUNDS - 1), "amount");
    }

    function test_A_withdrawal_of_nothing_or_of_more_than_is_free_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        vm.prank(BUYER);
        escrow.withdraw(0);

        vm.expectRevert(
            abi.encodeWithSelector(IMarketEscrow.InsufficientFree.selector, BUYER, FUNDS + 1, FUNDS)
        );
        vm.prank(BUYER);
        escrow.withdraw(FUNDS + 1);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.InsufficientFree.selector, STRANGER, 1, 0));
        vm.prank(STRANGER);
        escrow.withdraw(1);
    }

    function test_What_is_locked_cannot_be_withdrawn() public {
        openWith(600);

        vm.expectRevert(
            abi.encodeWithSelector(IMarketEscrow.InsufficientFree.selector, BUYER, FUNDS, FUNDS - 600)
        );
        vm.prank(BUYER);
        escrow.withdraw(FUNDS);
    }

    function test_A_gift_to_the_escrow_is_owed_to_nobody() public {
        token.mint(address(escrow), 5);

        equal(escrow.totalOwed(), FUNDS, "owed");
        equal(escrow.free(BUYER), FUNDS, "free");
        isTrue(escrow.solvent(), "solvent");
    }

    function test_A_claim_pays_the_payout_address_whoever_asks() public {
        settleOne();
        vm.recordLogs();

        vm.prank(STRANGER);
        escrow.claim(2);

        equal(token.balanceOf(payoutOf(2)), 500, "payout");
        equal(token.balanceOf(STRANGER), 0, "caller");
        equal(escrow.credit(2), 0, "credit");
        equal(escrow.totalOwed(), FUNDS - 500, "owed");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.Claimed.selector);
        equal(log.topics[1], bytes32(uint256(2)), "provider");
        equalBytes(log.data, abi.encode(payoutOf(2), 500), "to and amount");
    }

    function test_A_fee_claim_pays_the_fee_address_whoever_asks() public {
        settleOne();
        vm.recordLogs();

        vm.prank(STRANGER);
        escrow.claimFee(OPERATOR);

        equal(token.balanceOf(FEE_TO), 50, "fee address");
        equal(escrow.feeCredit(OPERATOR), 0, "fee credit");
        equal(escrow.totalOwed(), FUNDS - 50, "owed");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.FeeClaimed.selector);
        equal(log.topics[1], bytes32(uint256(OPERATOR)), "operator");
        equalBytes(log.data, abi.encode(FEE_TO, 50), "to and amount");
    }

    function test_There_is_nothing_to_claim_twice() public {
        settleOne();
        escrow.claim(2);
        escrow.claimFee(OPERATOR);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        escrow.claim(2);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        escrow.claimFee(OPERATOR);
    }

    function test_There_is_nothing_to_claim_for_nobody() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        escrow.claim(0);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        escrow.claimFee(99);
    }

    function settleOne() private {
        uint32 budgetNo = openWith(1_000);
        settle(payloadOf(2, signed(rowOf(budgetNo, 50, PayloadWriter.group(2, 500)))));
    }
}
