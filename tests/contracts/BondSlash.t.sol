// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProviderBond} from "../../contracts/interfaces/IProviderBond.sol";
import {Fault, Result, ResultCommit} from "../../contracts/types/Evidence.sol";
import {BondFixture} from "./support/BondFixture.sol";
import {IBond, IEscrow} from "./support/IEscrow.sol";
import {LogReader} from "./support/LogReader.sol";
import {OddToken} from "./support/OddTokens.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice How much a fault costs, how often, and where it goes.
contract BondSlashTest is BondFixture {
    using LogReader for Vm.Log[];

    function test_An_assignment_is_punished_once_whatever_the_evidence() public {
        (Result memory a, Result memory b) = twoResults();
        slash(a, b);
        isTrue(bond.isPunished(provider, ASSIGNMENT), "punished");
        isTrue(!bond.isPunished(other, ASSIGNMENT), "nobody else");
        expectPunished();
        slash(a, b);
        expectPunished();
        slash(b, a);
        ResultCommit memory commit = promised(a, SIGNER_KEY);
        ResultCommit memory second = promised(b, SIGNER_KEY);
        expectPunished();
        slash(commit, second);
        expectPunished();
        slash(commit, b);
        isBond(750, 0);

        (a.assignmentId, b.assignmentId) = (RECEIPTS, RECEIPTS);
        slash(a, b);
        isBond(562, 0);
    }

    function test_Stake_on_its_way_out_is_slashed_too() public {
        request(399);
        (Result memory a, Result memory b) = twoResults();
        vm.recordLogs();

        slash(a, b);

        // 601 / 4 = 150.25 and 399 / 4 = 99.75, each up: 151 + 100.
        isBond(450, 299);
        isLogged(Fault.DoubleResult, 251, 25);
        vm.warp(block.timestamp + 45 days);
        bond.unstake(provider);
        equal(token.balanceOf(OWNER), 299, "what is left comes back");
    }

    function test_Asking_for_all_of_it_back_does_not_save_it() public {
        request(1_000);
        (Result memory a, Result memory b) = twoResults();
        vm.warp(block.timestamp + 45 days);

        slash(a, b);

        isBond(0, 750);
    }

    function test_With_nothing_at_stake_there_is_nothing_to_take() public {
        request(1_000);
        vm.warp(block.timestamp + 45 days);
        bond.unstake(provider);
        (Result memory a, Result memory b) = twoResults();

        vm.expectRevert(abi.encodeWithSelector(IProviderBond.NothingAtStake.selector, provider));
        slash(a, b);
        isTrue(!bond.isPunished(provider, ASSIGNMENT), "and nothing is forgiven");

        bond.stake(provider, 4);
        slash(a, b);
        isBond(3, 0);
    }

    /// @dev Any stake in two parts: each pays a quarter up, a tenth down of the sum is the reporter's, nothing is lost.
    function testFuzz_A_quarter_up_and_a_tenth_down(uint96 amount, uint96 leaving) public {
        uint256 more = within(amount, 0, 900_000);
        if (more != 0) bond.stake(provider, more);
        leaving = uint96(within(leaving, 0, 1_000 + more));
        if (leaving != 0) request(leaving);
        uint256 staying = 1_000 + more - leaving;
        uint256 cost = (staying + 3) / 4 + (uint256(leaving) + 3) / 4;
        (Result memory a, Result memory b) = twoResults();

        slash(a, b);

        isBond(staying - (staying + 3) / 4, leaving - (uint256(leaving) + 3) / 4);
        equal(token.balanceOf(STRANGER), cost / 10, "reporter");
        equal(token.balanceOf(bond.SINK()), cost - cost / 10, "sink");
        equal(token.balanceOf(address(bond)), 1_000 + more - cost, "held");
    }

    function test_The_last_unit_goes_too_and_a_reward_of_nothing_is_not_paid() public {
        request(999);
        vm.warp(block.timestamp + 45 days);
        bond.unstake(provider);
        (Result memory a, Result memory b) = twoResults();
        vm.recordLogs();

        slash(a, b);

        isBond(0, 0);
        equal(token.balanceOf(bond.SINK()), 1, "sink");
        equal(token.balanceOf(STRANGER), 0, "reporter");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        equal(logs.length, 2, "one transfer and the fault");
        equalBytes(
            logs.single(address(bond), IProviderBond.Slashed.selector).data,
            abi.encode(ASSIGNMENT, Fault.DoubleResult, 1, STRANGER, 0),
            "log"
        );
    }

    function test_A_token_with_more_decimals_is_slashed_in_its_own_units() public {
        OddToken odd = new OddToken(18, 0);
        escrow = IEscrow(deploy("MarketEscrow", abi.encode(odd)));
        bond = IBond(deploy("ProviderBond", abi.encode(odd, escrow)));
        provider = escrow.REGISTRY().registerProvider(OWNER, vm.addr(SIGNER_KEY), OWNER, 0);
        odd.mint(address(this), 1_000e12);
        bond.stake(provider, 1_000e12);
        (Result memory a, Result memory b) = twoResults();
        vm.recordLogs();

        slash(a, b);

        isBond(750, 0);
        isLogged(Fault.DoubleResult, 250, 25);
        equal(odd.balanceOf(bond.SINK()), 225e12, "sink");
        equal(odd.balanceOf(STRANGER), 25e12, "reporter");
    }
}
