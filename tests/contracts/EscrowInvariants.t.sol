// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Budget, BUDGET_OPEN} from "../../contracts/types/Budget.sol";
import {Campaign} from "./support/Campaign.sol";
import {TicketThief} from "./support/TicketThief.sol";
import {IEscrow, IToken} from "./support/IEscrow.sol";
import {MarketModel} from "./support/MarketModel.sol";

/// @notice The invariants of the design, held against any order of honest actions and attacks.
contract EscrowInvariantsTest is Campaign {
    string internal constant EVERYDAY =
        "deposit withdraw openBudget settleHonestly requestClose close claim claimFee give passTime payTickets "
        "settleCosigned ticketAgain reorganise ";
    string internal constant ATTACKS =
        "replay forgeKey flipBit redirect dropPayee duplicate overFee overCap settleLate settleAsRival trespass "
        "settleTwice replayTickets payLegTwice payDeadTicket forgeTicket forgeConsent redirectTicket overFeeTicket "
        "overCapTicket lateTicket nobodysTicket flipTicketBit payByBoth forgeCosign ";

    TicketThief private market;
    IEscrow private escrow;
    IToken private token;

    function setUp() public {
        market = createMarket();
        (escrow, token) = market.parties();
    }

    /// @dev Read by the runner: whom it calls, and with what.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(market);
    }

    function targetSelectors() public view returns (Targets[] memory targets) {
        targets = new Targets[](1);
        targets[0] = Targets(address(market), selectorsOf(actions()));
    }

    /// @dev All of them after every call, in one campaign: the calls are what costs.
    function invariant_The_escrow_owes_holds_and_pays_what_was_signed() public view {
        everythingOwedIsHeldAndAddsUp();
        budgetsAreAsTheSignedRowsSay();
        creditsAreWhatAppliedRowsPay();
        freeBalancesMoveOnlyByTheirBuyers();
    }

    /// @dev Called by the runner at the end of each campaign. One whose calls did not arrive would hold everything; and
    /// from wherever a campaign ended everybody gets out alone (I13).
    function afterInvariant() public {
        uint256 done;
        string[] memory names = actions();
        for (uint256 index = 0; index < names.length; ++index) done += market.successes(names[index]);
        isTrue(done >= 20, "a campaign acts");
        market.everybodyLeaves();
        equal(escrow.totalOwed(), 0, "nothing is owed to anybody");
        equal(token.balanceOf(address(escrow)), market.gifts(), "nothing but gifts is left");
    }

    /// @dev A campaign in which nothing was ever settled or attacked would prove nothing.
    function test_Every_action_and_every_attack_succeeds_sometimes() public {
        string[] memory names = actions();
        uint256 dice = 20260101;
        for (uint256 step = 0; step < 30 * names.length; ++step) {
            dice = uint256(keccak256(abi.encode(dice)));
            act(address(market), names[dice % names.length], dice >> 8);
        }

        for (uint256 index = 0; index < names.length; ++index) {
            isTrue(market.successes(names[index]) > 0, names[index]);
        }
        isTrue(market.successes("accepted, and skipped") > 0, "flipped bits are skipped, not only refused");
        invariant_The_escrow_owes_holds_and_pays_what_was_signed();
    }

    /// @dev The runner likes the ends of the range, and a sum of ours that overflows there would be no finding.
    function test_Every_action_takes_any_number() public {
        string[] memory names = actions();
        for (uint256 index = 0; index < names.length; ++index) {
            act(address(market), names[index], 0);
            act(address(market), names[index], type(uint256).max);
        }
    }

    /// @dev I1 solvency, I7 conservation.
    function everythingOwedIsHeldAndAddsUp() private view {
        uint256 owed = escrow.totalOwed();
        uint256 sum = escrow.feeCredit(1) + escrow.feeCredit(2);
        for (uint256 index = 0; index < 3; ++index) sum += escrow.free(market.buyerAt(index));
        for (uint32 id = 1; id <= 3; ++id) sum += escrow.credit(id);
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

    /// @dev I2 cap, I3 spent only by signed rows, I8 and I9 nothing late or on the side, I11 timers.
    function budgetsAreAsTheSignedRowsSay() private view {
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
    function creditsAreWhatAppliedRowsPay() private view {
        for (uint32 id = 1; id <= 3; ++id) {
            equal(escrow.credit(id) + market.claimedBy(id), market.earned(id), "credit and claims");
        }
        equal(escrow.credit(market.accomplice()), 0, "the accomplice's credit");
        equal(escrow.feeCredit(1) + market.feesClaimed(), market.feesEarned(), "fees");
        equal(escrow.feeCredit(2), 0, "the rival's fees");
    }

    /// @dev I6: nobody but the buyer moves its free balance.
    function freeBalancesMoveOnlyByTheirBuyers() private view {
        for (uint256 index = 0; index < 3; ++index) {
            address buyer = market.buyerAt(index);
            equal(escrow.free(buyer), market.freeOf(buyer), "free");
        }
    }

    function createMarket() internal virtual returns (TicketThief) {
        return new TicketThief();
    }

    function actions() internal pure virtual returns (string[] memory) {
        return words(string.concat(EVERYDAY, ATTACKS, "meddle"));
    }
}
