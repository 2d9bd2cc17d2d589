// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {IEscrow} from "./support/IEscrow.sol";
import {CallingToken, FalseToken, OddToken, SilentToken} from "./support/OddTokens.sol";
import {PayloadWriter} from "./support/PayloadWriter.sol";
import {vm} from "./support/Vm.sol";

contract OddTokensTest is EscrowFixture {
    function test_A_token_has_six_to_eighteen_decimals() public {
        equal(escrowOf(address(new OddToken(6, 0))).UNIT(), 1, "six");
        equal(escrowOf(address(new OddToken(18, 0))).UNIT(), 1e12, "eighteen");

        expectBadDecimals(5);
        expectBadDecimals(19);
    }

    function test_Eighteen_decimals_are_scaled_only_where_tokens_move() public {
        OddToken odd = new OddToken(18, 0);
        IEscrow scaled = escrowOf(address(odd));
        odd.mint(address(this), 5e12);

        scaled.deposit(5e12);
        equal(scaled.free(address(this)), 5, "micro-tokens");
        isTrue(scaled.solvent(), "solvent");
        scaled.withdraw(2);

        equal(odd.balanceOf(address(this)), 2e12, "base units");
        equal(scaled.totalOwed(), 3, "owed");
        isTrue(scaled.solvent(), "still solvent");
    }

    function test_A_deposit_that_is_no_multiple_of_the_unit_is_refused() public {
        OddToken odd = new OddToken(18, 0);
        IEscrow scaled = escrowOf(address(odd));
        odd.mint(address(this), 2e12);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NotMultipleOfUnit.selector, 1e12 + 1, 1e12));
        scaled.deposit(1e12 + 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        scaled.deposit(1e12 - 1);
        equal(odd.balanceOf(address(this)), 2e12, "nothing moved");
    }

    function test_A_token_that_takes_a_fee_is_refused() public {
        OddToken odd = new OddToken(6, 1);
        IEscrow short = escrowOf(address(odd));
        odd.mint(address(this), 100);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.TransferMismatch.selector, 100, 99));
        short.deposit(100);
    }

    function test_A_token_that_says_no_is_refused() public {
        FalseToken odd = new FalseToken();
        IEscrow refused = escrowOf(address(odd));

        vm.expectRevert(abi.encodeWithSelector(IEscrow.SafeERC20FailedOperation.selector, address(odd)));
        refused.deposit(100);
    }

    function test_A_token_that_answers_nothing_works() public {
        SilentToken odd = new SilentToken();
        IEscrow silent = escrowOf(address(odd));
        odd.mint(address(this), 100);

        silent.deposit(100);
        silent.withdraw(40);

        equal(odd.balanceOf(address(this)), 40, "wallet");
        equal(silent.free(address(this)), 60, "free");
    }

    function test_A_token_that_calls_back_cannot_enter_again() public {
        CallingToken odd = new CallingToken();
        escrow = escrowOf(address(odd));
        registry = escrow.REGISTRY();
        registry.registerOperator(vm.addr(COSIGN_KEY), FEE_TO);
        registry.registerProvider(STRANGER, STRANGER, STRANGER, 0);
        odd.mint(BUYER, 10_000);
        vm.prank(BUYER);
        escrow.deposit(5_000);
        bytes memory payload = payloadOf(1, signed(rowOf(openWith(1_000), 5, PayloadWriter.group(1, 500))));
        bytes memory cosig = cosigned(payload);
        escrow.settle(OPERATOR, payload, cosig);

        isShutFor(odd, abi.encodeCall(IMarketEscrow.withdraw, (1)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.deposit, (1)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.depositFor, (BUYER, 1)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.claim, (1)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.claimFee, (OPERATOR)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.settle, (OPERATOR, payload, cosig)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.settleCosigned, (payload, cosig)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.settleTickets, ("")));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.depositWithPermit, (1, 0, 0, 0, 0)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.depositWithAuthorization, (BUYER, 1, 0, 0, 0, 0, 0, 0)));
        isShutFor(odd, abi.encodeCall(IMarketEscrow.withdrawWithSig, (BUYER, 1, 0, block.timestamp, "")));

        equal(escrow.credit(1), 500, "credit");
        isTrue(escrow.solvent(), "solvent");
    }

    /// @dev Tries the call from within a deposit and from within a withdrawal.
    function isShutFor(CallingToken odd, bytes memory call) private {
        odd.callBack(call);
        vm.prank(BUYER);
        escrow.deposit(10);
        isReentrancyRefused(odd);
        vm.prank(BUYER);
        escrow.withdraw(10);
        isReentrancyRefused(odd);
    }

    function isReentrancyRefused(CallingToken odd) private view {
        isTrue(!odd.isCallAccepted(), "the callback is refused");
        equalBytes(
            odd.answer(), abi.encodeWithSelector(IEscrow.ReentrancyGuardReentrantCall.selector), "by the guard"
        );
    }

    function expectBadDecimals(uint8 decimals) private {
        isNotCreated(
            "MarketEscrow",
            abi.encode(new OddToken(decimals, 0)),
            abi.encodeWithSelector(IMarketEscrow.BadDecimals.selector, decimals)
        );
    }

    function escrowOf(address odd) private returns (IEscrow) {
        return IEscrow(deploy("MarketEscrow", abi.encode(odd)));
    }
}
