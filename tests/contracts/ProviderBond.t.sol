// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProviderBond} from "../../contracts/interfaces/IProviderBond.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {IBond, IEscrow} from "./support/IEscrow.sol";
import {LogReader} from "./support/LogReader.sol";
import {OddToken} from "./support/OddTokens.sol";
import {Vm, vm} from "./support/Vm.sol";

contract ProviderBondTest is EscrowFixture {
    using LogReader for Vm.Log[];

    address private constant OWNER = address(0xA001);

    IBond private bond;

    function setUp() public override {
        super.setUp();
        bond = IBond(deploy("ProviderBond", abi.encode(token, escrow)));
        token.mint(STRANGER, 1_000);
        vm.prank(STRANGER);
        token.approve(address(bond), 1_000);
    }

    function test_Anyone_adds_stake_for_a_provider() public {
        vm.recordLogs();

        stake(400);

        isBond(400, 0, 0);
        equal(token.balanceOf(address(bond)), 400, "held");
        Vm.Log memory log = vm.getRecordedLogs().single(address(bond), IProviderBond.Staked.selector);
        equal(log.topics[1], bytes32(uint256(1)), "provider");
        equalBytes(log.data, abi.encode(STRANGER, 400), "from and amount");
    }

    function test_Stake_of_nothing_or_for_nobody_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.ZeroAmount.selector));
        bond.stake(1, 0);

        vm.expectRevert(abi.encodeWithSelector(IProviderBond.UnknownProvider.selector, 0));
        bond.stake(0, 1);

        vm.expectRevert(abi.encodeWithSelector(IProviderBond.UnknownProvider.selector, 4));
        bond.stake(4, 1);
    }

    function test_Stake_waits_forty_five_days_and_then_returns_to_the_owner() public {
        stake(400);
        uint256 from = block.timestamp + 45 days;
        vm.recordLogs();
        request(300);
        Vm.Log memory log = vm.getRecordedLogs().single(address(bond), IProviderBond.UnstakeRequested.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(1, 300, from), "request in the log");
        isBond(100, 300, from);
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.StillLocked.selector, from - 1, from));
        bond.unstake(1);
        vm.warp(from);

        vm.prank(STRANGER);
        bond.unstake(1);

        equal(token.balanceOf(OWNER), 300, "owner's wallet");
        isBond(100, 0, from);
        log = vm.getRecordedLogs().single(address(bond), IProviderBond.Unstaked.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(1, OWNER, 300), "payment in the log");
    }

    function test_A_further_request_restarts_the_wait_for_all_of_it() public {
        stake(400);
        request(100);
        vm.warp(block.timestamp + 44 days);

        request(50);

        isBond(250, 150, block.timestamp + 45 days);
        uint256 from = block.timestamp + 45 days;
        vm.warp(block.timestamp + 2 days);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.StillLocked.selector, block.timestamp, from));
        bond.unstake(1);
    }

    function test_Only_the_owner_asks_for_stake_back() public {
        stake(400);

        vm.expectRevert(abi.encodeWithSelector(IProviderBond.NotOwner.selector, STRANGER, OWNER));
        vm.prank(STRANGER);
        bond.requestUnstake(1, 1);

        vm.expectRevert(abi.encodeWithSelector(IProviderBond.NotOwner.selector, OWNER, address(0)));
        vm.prank(OWNER);
        bond.requestUnstake(4, 1);
    }

    function test_No_more_than_is_staked_comes_back() public {
        stake(400);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.ZeroAmount.selector));
        request(0);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.InsufficientBond.selector, 1, 401, 400));
        request(401);
        request(400);

        vm.expectRevert(abi.encodeWithSelector(IProviderBond.InsufficientBond.selector, 1, 1, 0));
        request(1);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.InsufficientBond.selector, 2, 1, 0));
        vm.prank(address(0xA002));
        bond.requestUnstake(2, 1);
    }

    function test_Nothing_comes_back_without_a_request_or_twice() public {
        stake(400);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.ZeroAmount.selector));
        bond.unstake(1);
        request(400);
        vm.warp(block.timestamp + 45 days);
        bond.unstake(1);

        vm.expectRevert(abi.encodeWithSelector(IProviderBond.ZeroAmount.selector));
        bond.unstake(1);
    }

    function test_A_bond_takes_only_its_escrows_token() public {
        OddToken other = new OddToken(6, 0);
        isNotCreated(
            "ProviderBond",
            abi.encode(other, escrow),
            abi.encodeWithSelector(IProviderBond.WrongToken.selector, address(other), address(token))
        );
    }

    function test_A_bond_is_kept_in_micro_tokens_of_a_token_with_more_decimals() public {
        OddToken odd = new OddToken(18, 0);
        IBond scaled = bondOver(odd);
        odd.mint(STRANGER, 7e12);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.NotMultipleOfUnit.selector, 7e12 - 1, 1e12));
        scaled.stake(1, 7e12 - 1);

        vm.prank(STRANGER);
        scaled.stake(1, 7e12);
        vm.prank(OWNER);
        scaled.requestUnstake(1, 7);
        vm.warp(block.timestamp + 45 days);
        scaled.unstake(1);

        equal(odd.balanceOf(OWNER), 7e12, "base units");
    }

    function test_Stake_that_does_not_arrive_or_does_not_fit_is_refused() public {
        OddToken odd = new OddToken(6, 1);
        IBond short = bondOver(odd);
        odd.mint(address(this), 100);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.TransferMismatch.selector, 100, 99));
        short.stake(1, 100);

        odd = new OddToken(6, 0);
        IBond wide = bondOver(odd);
        odd.mint(address(this), 1 << 96);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderBond.AmountTooLarge.selector, 1 << 96, type(uint96).max)
        );
        wide.stake(1, 1 << 96);
    }

    /// @dev Whatever is asked for and when: the bonds are covered, and nothing leaves before its time.
    function testFuzz_A_bond_is_always_covered(uint96[8] memory amounts, uint32[8] memory waits) public {
        for (uint256 step = 0; step < 8; ++step) {
            if (amounts[step] % 2 == 0) stakeSome(within(amounts[step], 1, 100));
            (uint96 staked,,) = bond.bondOf(1);
            if (staked != 0) request(within(amounts[step] >> 8, 1, staked));
            vm.warp(block.timestamp + waits[step] % 60 days);
            (, uint96 unbonding, uint40 unlockAt) = bond.bondOf(1);
            uint256 paid = token.balanceOf(OWNER);
            (bool isPaid,) = address(bond).call(abi.encodeCall(IProviderBond.unstake, (1)));
            isTrue(isPaid == (unbonding != 0 && block.timestamp >= unlockAt), "paid when and only when it is time");
            equal(token.balanceOf(OWNER), paid + (isPaid ? unbonding : 0), "paid in full");
            (staked, unbonding,) = bond.bondOf(1);
            equal(token.balanceOf(address(bond)), uint256(staked) + unbonding, "covered");
        }
    }

    function stakeSome(uint256 amount) private {
        if (token.balanceOf(STRANGER) >= amount) stake(amount);
    }

    function bondOver(OddToken odd) private returns (IBond) {
        address oddEscrow = deploy("MarketEscrow", abi.encode(odd));
        IEscrow(oddEscrow).REGISTRY().registerProvider(OWNER, OWNER, OWNER, 0);
        return IBond(deploy("ProviderBond", abi.encode(odd, oddEscrow)));
    }

    function stake(uint256 amount) private {
        vm.prank(STRANGER);
        bond.stake(1, amount);
    }

    function request(uint256 amount) private {
        vm.prank(OWNER);
        bond.requestUnstake(1, amount);
    }

    function isBond(uint256 amount, uint256 unbonding, uint256 unlockAt) private view {
        (uint96 staked, uint96 leaving, uint40 from) = bond.bondOf(1);
        equal(staked, amount, "staked");
        equal(leaving, unbonding, "unbonding");
        equal(from, unlockAt, "unlock");
    }
}
