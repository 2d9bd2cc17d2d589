// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {spentAfter} from "../../../contracts/types/Budget.sol";

/// @title The escrow's books, as one step of a proof by induction
/// @notice One buyer with one of its budgets, one provider and one operator stand for those that a call touches; what
/// is owed to all the others is `rest`, which no call moves. So the step holds for any number of them. Each function
/// moves what the function of the same name of MarketEscrow moves, and leaves out what moves nothing: who may call,
/// signatures, times. What a budget may pay is decided by the shipped `spentAfter`.
/// The checker (BMC) takes any state in which `holds()` is true, and any arguments, and proves that it is true after
/// the step. The state in which nothing was paid in yet is all zeros, for which it is true.
contract Ledger {
    uint256 private free;
    uint256 private cap;
    uint256 private spent;
    uint256 private maxFeeBps;
    bool private isOpen;
    uint256 private credit;
    uint256 private feeCredit;
    uint256 private rest;
    uint256 private totalOwed;
    uint256 private held;
    uint256 private deposited;
    uint256 private paidOut;

    /// @dev I2 cap, I1 solvency, I7 conservation; and that fee limits are at most MAX_FEE_BPS, as openBudget checks.
    function holds() private view returns (bool) {
        uint256 locked = isOpen ? cap - spent : 0;
        return spent <= cap && totalOwed == free + locked + credit + feeCredit + rest && held >= totalOwed
            && deposited == paidOut + totalOwed && maxFeeBps <= 1000;
    }

    modifier step() {
        // The checker's sums are checked as the contract's are: a state whose sums do not fit does not exist.
        require(holds());
        _;
        assert(holds());
    }

    function deposit(uint256 amount) external step {
        held += amount;
        free += amount;
        totalOwed += amount;
        deposited += amount;
    }

    function withdraw(uint256 amount) external step {
        require(amount <= free);
        free -= amount;
        payOut(amount);
    }

    function openBudget(uint256 newCap, uint256 newFeeBps) external step {
        require(!isOpen && newCap != 0 && newFeeBps <= 1000 && newCap <= free);
        free -= newCap;
        (cap, spent, maxFeeBps, isOpen) = (newCap, 0, newFeeBps, true);
    }

    /// @dev A statement's row, or a ticket: what each of them moves is the same.
    function settle(uint256 amount, uint256 fee) external step {
        require(isOpen);
        uint256 later = spentAfter(cap, spent, maxFeeBps, amount, fee);
        if (later == 0) return;
        assert(later == spent + amount + fee); // I3: by what was signed
        assert(later > spent); // I3: it only rises
        assert(fee * 10_000 <= amount * maxFeeBps); // I5
        spent = later;
        credit += amount;
        feeCredit += fee;
    }

    function close() external step {
        require(isOpen);
        isOpen = false;
        free += cap - spent;
    }

    function claim() external step {
        uint256 amount = credit;
        credit = 0;
        payOut(amount);
    }

    function claimFee() external step {
        uint256 amount = feeCredit;
        feeCredit = 0;
        payOut(amount);
    }

    /// @dev Tokens that somebody sends without a deposit.
    function give(uint256 amount) external step {
        held += amount;
    }

    function payOut(uint256 amount) private {
        totalOwed -= amount;
        held -= amount;
        paidOut += amount;
    }
}
