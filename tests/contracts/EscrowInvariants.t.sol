// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Budget, BUDGET_OPEN} from "../../contracts/types/Budget.sol";
import {Checks} from "./support/Checks.sol";
import {CompromisedOperator} from "./support/CompromisedOperator.sol";
import {IEscrow, IToken} from "./support/IEscrow.sol";
import {MarketModel} from "./support/MarketModel.sol";

/// @notice The invariants of the design, held against any order of honest actions and attacks.
contract EscrowInvariantsTest is Checks {
    struct Targets {
        address addr;
        bytes4[] selectors;
    }

    CompromisedOperator private market;
    IEscrow private escrow;
    IToken private token;

    function setUp() public {
        market = new CompromisedOperator();
        (escrow, token) = market.parties();
    }

    /// @dev Read by the runner: whom it calls, and with what.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(market);
    }

    function targetSelectors() public view returns (Targets[] memory targets) {
        targets = new Targets[](1);
        (bytes4[] memory selectors,) = actions();
        targets[0] = Targets(address(market), selectors);
    }

    /// @dev I1 solvency, I7 conservation.
    function invariant_Everything_owed_is_held_and_adds_up() public view {
        uint256 owed = escrow.totalOwed();
        uint256 sum = escrow.feeCredit(1) + escrow.feeCredit(2);
        for (uint256 index = 0; index < 3; ++index) sum += escrow.free(market.buyerAt(index));
        for (uint32 id = 1; id <= escrow.REGISTRY().providerCount(); ++id) sum += escrow.credit(id);
        for (uint32 number = 1; number <= escrow.budgetCount(); ++number) {
            Budget memory budget = escrow.budgetOf(number);
            if (budget.state == BUDGET_OPEN) sum += budget.cap - budget.spent;
        }
        equal(owed, sum, "owed is the sum of what each is owed");
        equal(token.balanceOf(address(escrow)), owed + market.gifts(), "held is owed and given");
        uint256 paid = market.withdrawn() + market.feesClaimed();
        for (uint256 id = 1; id <= 3; ++id) paid += market.claimedBy(id);
        equal(market.deposited(), paid + owed, "deposits are what was paid out and what is owed");
        isTrue(escrow.solvent(), "solvent");
    }

    /// @dev I2 cap, I3 spent only by signed statements, I8 and I9 nothing late or on the side, I11 timers.
    function invariant_Budgets_are_as_the_signed_statements_say() public view {
        equal(escrow.budgetCount(), market.opened(), "budgets");
        for (uint32 number = 1; number <= escrow.budgetCount(); ++number) {
            Budget memory budget = escrow.budgetOf(number);
            MarketModel.Account memory account = market.accountOf(number);
            isTrue(budget.spent <= budget.cap, "spent is within the cap");
            equal(budget.cap, account.cap, "cap");
            equal(budget.spent, account.spent, "spent");
            equal(budget.throughJob, account.throughJob, "through");
            equal(budget.expiry, account.expiry, "expiry");
            isTrue((budget.state == BUDGET_OPEN) == account.isOpen, "open");
        }
    }

    /// @dev I4 credits, I5 fees; I10 too, for a sum left behind would be credited to somebody.
    function invariant_Credits_are_the_lines_of_applied_statements() public view {
        for (uint32 id = 1; id <= 3; ++id) {
            equal(escrow.credit(id) + market.claimedBy(id), market.earned(id), "credit and claims");
        }
        for (uint32 id = 4; id <= escrow.REGISTRY().providerCount(); ++id) equal(escrow.credit(id), 0, "an accomplice's credit");
        equal(escrow.feeCredit(1) + market.feesClaimed(), market.feesEarned(), "fees");
        equal(escrow.feeCredit(2), 0, "the rival's fees");
    }

    /// @dev I6: nobody but the buyer moves its free balance.
    function invariant_Free_balances_move_only_by_their_buyers() public view {
        for (uint256 index = 0; index < 3; ++index) {
            address buyer = market.buyerAt(index);
            equal(escrow.free(buyer), market.freeOf(buyer), "free");
        }
    }

    /// @dev Called by the runner at the end of each campaign: one whose calls did not arrive would hold everything.
    function afterInvariant() public view {
        (, string[] memory names) = actions();
        uint256 done;
        for (uint256 index = 0; index < names.length; ++index) done += market.successes(names[index]);
        isTrue(done >= 20, "a campaign acts");
    }

    /// @dev A campaign in which nothing was ever settled or attacked would prove nothing.
    function test_Every_action_and_every_attack_succeeds_sometimes() public {
        (bytes4[] memory selectors, string[] memory names) = actions();
        uint256 dice = 20260101;
        for (uint256 step = 0; step < 30 * selectors.length; ++step) {
            dice = uint256(keccak256(abi.encode(dice)));
            (bool isDone, bytes memory refusal) =
                address(market).call(abi.encodeWithSelector(selectors[dice % selectors.length], dice >> 8));
            if (!isDone) rethrow(refusal);
        }

        for (uint256 index = 0; index < names.length; ++index) {
            isTrue(market.successes(names[index]) > 0, names[index]);
        }
        isTrue(market.successes("accepted, and skipped") > 0, "flipped bits are skipped, not only refused");
        invariant_Everything_owed_is_held_and_adds_up();
        invariant_Budgets_are_as_the_signed_statements_say();
        invariant_Credits_are_the_lines_of_applied_statements();
        invariant_Free_balances_move_only_by_their_buyers();
    }

    function actions() private pure returns (bytes4[] memory selectors, string[] memory names) {
        names = new string[](22);
        (names[0], names[1], names[2]) = ("deposit", "withdraw", "openBudget");
        (names[3], names[4], names[5]) = ("settleHonestly", "requestClose", "close");
        (names[6], names[7], names[8], names[9]) = ("claim", "claimFee", "give", "passTime");
        (names[10], names[11], names[12], names[13]) = ("replay", "forgeKey", "flipBit", "redirect");
        (names[14], names[15], names[16], names[17]) = ("dropPayee", "duplicate", "overFee", "overCap");
        (names[18], names[19], names[20], names[21]) = ("settleLate", "settleAsRival", "trespass", "settleTwice");
        selectors = new bytes4[](names.length);
        for (uint256 index = 0; index < names.length; ++index) {
            selectors[index] = bytes4(keccak256(abi.encodePacked(names[index], "(uint256)")));
        }
    }

    function rethrow(bytes memory refusal) private pure {
        assembly ("memory-safe") {
            revert(add(refusal, 32), mload(refusal))
        }
    }
}
