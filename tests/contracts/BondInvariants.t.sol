// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BondModel} from "./support/BondModel.sol";
import {Campaign} from "./support/Campaign.sol";
import {CompromisedProviders} from "./support/CompromisedProviders.sol";
import {IBond, IToken} from "./support/IEscrow.sol";

/// @notice B1 to B4 of the design, held against any order of honest actions and attacks with every provider's keys.
contract BondInvariantsTest is Campaign {
    address private constant SINK = 0x000000000000000000000000000000000000dEaD;

    CompromisedProviders private providers;
    IBond private bond;
    IToken private token;

    function setUp() public {
        providers = new CompromisedProviders();
        (bond, token) = providers.parties();
    }

    /// @dev Read by the runner: whom it calls, and with what.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(providers);
    }

    function targetSelectors() public view returns (Targets[] memory targets) {
        targets = new Targets[](1);
        targets[0] = Targets(address(providers), selectorsOf(actions()));
    }

    /// @dev B1 slashed only for two conflicting signatures, B2 each fault once, B4 unbonding stays at stake: the book
    /// knows no other way to lose. B3 what is at stake is held, to the last unit.
    function invariant_Stake_is_lost_by_conflicting_signatures_alone() public view {
        uint256 held;
        for (uint256 index = 0; index < 3; ++index) {
            BondModel.Stake memory expected = providers.stakeAt(index);
            (uint96 amount, uint96 unbonding, uint40 unlockAt) = bond.bondOf(expected.id);
            equal(amount, expected.amount, "at stake");
            equal(unbonding, expected.unbonding, "on its way out");
            equal(unlockAt, expected.unlockAt, "until");
            held += expected.amount + expected.unbonding;
        }
        equal(token.balanceOf(address(bond)), held, "held is what is at stake");
        equal(token.balanceOf(SINK), providers.burned(), "burned");
        equal(providers.staked(), held + providers.burned() + providers.rewarded() + providers.paidOut(), "all of it");
    }

    /// @dev Called by the runner at the end of each campaign: one whose calls did not arrive would hold everything.
    function afterInvariant() public view {
        string[] memory names = actions();
        uint256 done;
        for (uint256 index = 0; index < names.length; ++index) done += providers.successes(names[index]);
        isTrue(done >= 20, "a campaign acts");
    }

    function test_Every_action_and_every_attack_on_the_bond_succeeds_sometimes() public {
        string[] memory names = actions();
        uint256 dice = 20260102;
        for (uint256 step = 0; step < 30 * names.length; ++step) {
            dice = uint256(keccak256(abi.encode(dice)));
            act(address(providers), names[dice % names.length], dice >> 8);
        }

        for (uint256 index = 0; index < names.length; ++index) {
            isTrue(providers.successes(names[index]) > 0, names[index]);
        }
        isTrue(providers.rewarded() > 0 && providers.burned() > 0 && providers.paidOut() > 0, "money moved each way");
        invariant_Stake_is_lost_by_conflicting_signatures_alone();
    }

    /// @dev The runner likes the ends of the range, and a sum of ours that overflows there would be no finding.
    function test_Every_action_takes_any_number_on_the_bond() public {
        string[] memory names = actions();
        for (uint256 index = 0; index < names.length; ++index) {
            act(address(providers), names[index], 0);
            act(address(providers), names[index], type(uint256).max);
        }
    }

    function actions() private pure returns (string[] memory) {
        return words(
            "stake requestUnstake unstake passTime changeSigner equivocate promiseTwice breakPromise fleeAndBeSlashed "
            "sayItAgain compareUnlike frame leaveEarly startAnothersExit"
        );
    }
}
