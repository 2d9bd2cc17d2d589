// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {IEscrow, IToken} from "./support/IEscrow.sol";
import {LogReader} from "./support/LogReader.sol";
import {ShortAuthorizationToken} from "./support/OddTokens.sol";
import {Signatures} from "./support/Signatures.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice Deposits by a signature for the token: EIP-2612 permits and EIP-3009 authorizations.
contract EscrowDepositsTest is EscrowFixture {
    using LogReader for Vm.Log[];

    uint256 private constant HOLDER_KEY = 0x401DE6;
    bytes32 private constant NONCE = keccak256("nonce");

    struct Signature {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    address private holder;

    function setUp() public override {
        super.setUp();
        holder = vm.addr(HOLDER_KEY);
        token.mint(holder, 1_000);
        token.mint(STRANGER, 1_000);
    }

    // Permits

    function test_A_permit_deposits_without_an_approval() public {
        Signature memory sig = permitOf(HOLDER_KEY, 300, block.timestamp);
        vm.recordLogs();

        depositWithPermit(holder, 300, block.timestamp, sig);

        equal(escrow.free(holder), 300, "free");
        equal(token.balanceOf(holder), 700, "wallet");
        equal(token.allowance(holder, address(escrow)), 0, "nothing is left of the allowance");
        isDeposited(holder, 300);
    }

    function test_A_permit_that_somebody_used_first_does_no_harm() public {
        Signature memory sig = permitOf(HOLDER_KEY, 300, block.timestamp);
        vm.prank(STRANGER);
        token.permit(holder, address(escrow), 300, block.timestamp, sig.v, sig.r, sig.s);

        depositWithPermit(holder, 300, block.timestamp, sig);

        equal(escrow.free(holder), 300, "free");
    }

    function test_An_allowance_is_enough_whatever_the_permit_says() public {
        vm.prank(holder);
        token.approve(address(escrow), 300);

        depositWithPermit(holder, 300, 0, Signature(0, 0, 0));

        equal(escrow.free(holder), 300, "free");
    }

    function test_A_bad_permit_without_an_allowance_is_refused_by_the_token() public {
        bytes memory refusal =
            abi.encodeWithSelector(IToken.ERC20InsufficientAllowance.selector, address(escrow), 0, 300);
        Signature memory sig = permitOf(FOREIGN_KEY, 300, block.timestamp);
        vm.expectRevert(refusal);
        depositWithPermit(holder, 300, block.timestamp, sig);

        sig = permitOf(HOLDER_KEY, 300, block.timestamp - 1);
        vm.expectRevert(refusal);
        depositWithPermit(holder, 300, block.timestamp - 1, sig);

        sig = permitOf(HOLDER_KEY, 299, block.timestamp);
        vm.expectRevert(refusal);
        depositWithPermit(holder, 300, block.timestamp, sig);
    }

    function test_A_stranger_moves_nothing_with_somebody_elses_permit() public {
        Signature memory sig = permitOf(HOLDER_KEY, 300, block.timestamp);
        bytes memory refusal =
            abi.encodeWithSelector(IToken.ERC20InsufficientAllowance.selector, address(escrow), 0, 300);
        vm.expectRevert(refusal);
        depositWithPermit(STRANGER, 300, block.timestamp, sig);

        // Not even once the allowance is there: every deposit takes the sender's own tokens.
        token.permit(holder, address(escrow), 300, block.timestamp, sig.v, sig.r, sig.s);
        vm.expectRevert(refusal);
        depositWithPermit(STRANGER, 300, block.timestamp, sig);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        escrow.deposit(300);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        escrow.depositFor(holder, 300);
        equal(token.balanceOf(holder), 1_000, "wallet");
        equal(escrow.free(holder) + escrow.free(STRANGER), 0, "free");
    }

    function test_A_permit_over_nothing_deposits_nothing() public {
        Signature memory sig = permitOf(HOLDER_KEY, 0, block.timestamp);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        depositWithPermit(holder, 0, block.timestamp, sig);
    }

    // Authorizations

    function test_An_authorization_deposits_for_its_signer_whoever_sends_it() public {
        Signature memory sig = authorizationOf(HOLDER_KEY, 300, NONCE);
        vm.recordLogs();

        depositWithAuthorization(holder, 300, NONCE, sig);

        equal(escrow.free(holder), 300, "free");
        equal(escrow.free(STRANGER), 0, "free of the sender");
        equal(token.balanceOf(holder), 700, "wallet");
        equal(token.balanceOf(STRANGER), 1_000, "sender's wallet");
        equal(escrow.totalOwed(), FUNDS + 300, "owed");
        Vm.Log[] memory logs = isDeposited(holder, 300);
        Vm.Log memory log = logs.single(address(token), IToken.AuthorizationUsed.selector);
        equal(log.topics[1], bytes32(uint256(uint160(holder))), "from");
        equal(log.topics[2], NONCE, "nonce");
        isTrue(token.authorizationState(holder, NONCE), "spent");
    }

    function test_An_authorization_is_good_once() public {
        Signature memory sig = authorizationOf(HOLDER_KEY, 300, NONCE);
        depositWithAuthorization(holder, 300, NONCE, sig);

        vm.expectRevert(abi.encodeWithSelector(IToken.AuthorizationSpent.selector, holder, NONCE));
        depositWithAuthorization(holder, 300, NONCE, sig);
        equal(escrow.free(holder), 300, "free");
    }

    function test_An_authorization_deposits_what_was_signed_for_whom_it_was_signed() public {
        Signature memory sig = authorizationOf(HOLDER_KEY, 300, NONCE);
        vm.expectRevert(notSigned(STRANGER));
        depositWithAuthorization(STRANGER, 300, NONCE, sig);
        vm.expectRevert(notSigned(holder));
        depositWithAuthorization(holder, 301, NONCE, sig);
        vm.expectRevert(notSigned(holder));
        depositWithAuthorization(holder, 300, bytes32(uint256(NONCE) + 1), sig);
        sig = authorizationOf(FOREIGN_KEY, 300, NONCE);
        vm.expectRevert(notSigned(holder));
        depositWithAuthorization(holder, 300, NONCE, sig);

        equal(token.balanceOf(holder), 1_000, "wallet");
    }

    function test_Only_the_escrow_uses_an_authorization_for_the_escrow() public {
        Signature memory sig = authorizationOf(HOLDER_KEY, 300, NONCE);

        vm.expectRevert(abi.encodeWithSelector(IToken.NotReceiver.selector, STRANGER, address(escrow)));
        vm.prank(STRANGER);
        token.receiveWithAuthorization(
            holder, address(escrow), 300, 0, type(uint256).max, NONCE, sig.v, sig.r, sig.s
        );
        vm.expectRevert(notSigned(holder));
        vm.prank(STRANGER);
        token.receiveWithAuthorization(holder, STRANGER, 300, 0, type(uint256).max, NONCE, sig.v, sig.r, sig.s);
    }

    function test_An_authorization_is_good_after_one_time_and_before_another() public {
        uint256 time = block.timestamp;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            HOLDER_KEY,
            Signatures.receiveWithAuthorization(
                Signatures.tokenDomain(address(token)), holder, address(escrow), 300, time + 10, time + 20, NONCE
            )
        );
        uint256[2] memory outside = [time + 10, time + 20];
        for (uint256 index = 0; index < 2; ++index) {
            vm.warp(outside[index]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IToken.AuthorizationOutOfTime.selector, outside[index], time + 10, time + 20
                )
            );
            escrow.depositWithAuthorization(holder, 300, time + 10, time + 20, NONCE, v, r, s);
        }

        vm.warp(time + 19);
        escrow.depositWithAuthorization(holder, 300, time + 10, time + 20, NONCE, v, r, s);
        equal(escrow.free(holder), 300, "free");
    }

    function test_An_authorization_over_more_than_the_wallet_holds_or_over_nothing_is_refused() public {
        Signature memory sig = authorizationOf(HOLDER_KEY, 1_001, NONCE);
        vm.expectRevert(
            abi.encodeWithSelector(IToken.ERC20InsufficientBalance.selector, holder, 1_000, 1_001)
        );
        depositWithAuthorization(holder, 1_001, NONCE, sig);

        sig = authorizationOf(HOLDER_KEY, 0, NONCE);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        depositWithAuthorization(holder, 0, NONCE, sig);
        isTrue(!token.authorizationState(holder, NONCE), "a refused one stays good");
    }

    /// @dev A token that says yes and moves less, or one that moves nothing at all, credits nobody.
    function test_An_authorization_that_does_not_arrive_is_refused() public {
        ShortAuthorizationToken odd = new ShortAuthorizationToken();
        IEscrow short = IEscrow(deploy("MarketEscrow", abi.encode(odd)));
        odd.mint(holder, 1_000);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.TransferMismatch.selector, 300, 299));
        short.depositWithAuthorization(holder, 300, 0, 0, NONCE, 0, 0, 0);
    }

    // The token itself

    function test_The_token_has_six_decimals_and_one_minter() public {
        equal(token.decimals(), 6, "decimals");
        equal(token.MINTER(), address(this), "minter");

        vm.expectRevert(abi.encodeWithSelector(IToken.NotMinter.selector, STRANGER));
        vm.prank(STRANGER);
        token.mint(STRANGER, 1);
    }

    function depositWithPermit(address sender, uint256 amount, uint256 deadline, Signature memory sig) private {
        vm.prank(sender);
        escrow.depositWithPermit(amount, deadline, sig.v, sig.r, sig.s);
    }

    function depositWithAuthorization(address buyer, uint256 amount, bytes32 nonce, Signature memory sig) private {
        vm.prank(STRANGER);
        escrow.depositWithAuthorization(buyer, amount, 0, type(uint256).max, nonce, sig.v, sig.r, sig.s);
    }

    function permitOf(uint256 key, uint256 amount, uint256 deadline) private view returns (Signature memory sig) {
        bytes32 digest = Signatures.permit(
            Signatures.tokenDomain(address(token)), holder, address(escrow), amount, token.nonces(holder), deadline
        );
        (sig.v, sig.r, sig.s) = vm.sign(key, digest);
    }

    function authorizationOf(uint256 key, uint256 amount, bytes32 nonce)
        private
        view
        returns (Signature memory sig)
    {
        bytes32 digest = Signatures.receiveWithAuthorization(
            Signatures.tokenDomain(address(token)), holder, address(escrow), amount, 0, type(uint256).max, nonce
        );
        (sig.v, sig.r, sig.s) = vm.sign(key, digest);
    }

    function notSigned(address from) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IToken.AuthorizationNotSigned.selector, from);
    }

    function isDeposited(address buyer, uint256 amount) private returns (Vm.Log[] memory logs) {
        logs = vm.getRecordedLogs();
        Vm.Log memory log = logs.single(address(escrow), IMarketEscrow.Deposited.selector);
        equal(log.topics[1], bytes32(uint256(uint160(buyer))), "buyer in the log");
        equalBytes(log.data, abi.encode(buyer, amount), "from and amount in the log");
    }
}
