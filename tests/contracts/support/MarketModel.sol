// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BudgetLite} from "../../../contracts/types/Budget.sol";
import {EscrowFixture} from "./EscrowFixture.sol";
import {IEscrow, IToken} from "./IEscrow.sol";
import {PayloadWriter, Row} from "./PayloadWriter.sol";
import {vm} from "./Vm.sol";

/// @notice Honest buyers, providers and an operator, and a second book of everything that they did. The book is kept
/// from what was signed and asked for, never read back from the escrow, so that the two can be held against each other.
abstract contract MarketModel is EscrowFixture {
    uint256 internal constant BUYERS = 3;
    uint256 internal constant PROVIDERS = 3;
    uint32 internal constant RIVAL = 2;

    struct Account {
        uint256 spent;
        uint256 throughJob;
        uint256 cap;
        uint256 expiry;
        address buyer;
        bool isOpen;
    }

    /// @dev A statement together with what it pays each provider.
    struct Drawn {
        Row row;
        uint256[3] amounts;
    }

    mapping(string action => uint256) public successes;
    mapping(address buyer => uint256) public freeOf;
    mapping(uint256 providerId => uint256) public earned;
    mapping(uint256 providerId => uint256) public claimedBy;
    mapping(uint32 budgetNo => Account) internal accounts;
    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public feesEarned;
    uint256 public feesClaimed;
    uint256 public gifts;
    uint32 public opened;
    bytes internal lastApplied;
    uint32 public accomplice;
    uint256 private clock;

    /// @dev The runner forgets a warped clock between two calls; the market does not.
    modifier onClock() {
        vm.warp(clock);
        _;
    }

    constructor() {
        EscrowFixture.setUp();
        vm.prank(STRANGER);
        registry.registerOperator(vm.addr(FOREIGN_KEY), STRANGER);
        accomplice = registry.registerProvider(STRANGER, STRANGER, STRANGER, 0);
        clock = block.timestamp;
        (deposited, freeOf[buyerAt(0)]) = (FUNDS, FUNDS);
    }

    function deposit(uint256 seed) public onClock {
        address buyer = buyerAt(seed);
        uint256 amount = within(seed >> 8, 1, 1_000_000_000);
        fund(buyer, amount);
        freeOf[buyer] += amount;
        deposited += amount;
        ++successes["deposit"];
    }

    function withdraw(uint256 seed) public onClock {
        address buyer = buyerAt(seed);
        if (freeOf[buyer] == 0) return;
        uint256 amount = within(seed >> 8, 1, freeOf[buyer]);
        vm.prank(buyer);
        escrow.withdraw(amount);
        freeOf[buyer] -= amount;
        withdrawn += amount;
        ++successes["withdraw"];
    }

    function openBudget(uint256 seed) public onClock {
        openFor(buyerAt(seed), seed >> 8);
        ++successes["openBudget"];
    }

    function settleHonestly(uint256 seed) public onClock {
        uint256 rows = within(seed, 1, 3);
        bytes memory packed;
        for (uint256 index = 0; index < rows; ++index) {
            Drawn memory drawn = draw(payableBudget(uint256(keccak256(abi.encode(seed, index)))), seed >> (8 * index));
            packed = bytes.concat(packed, PayloadWriter.pack(drawn.row));
            book(drawn);
        }
        lastApplied = everybodysPayload(packed);
        settle(lastApplied);
        ++successes["settleHonestly"];
    }

    function requestClose(uint256 seed) public onClock {
        if (opened == 0) return;
        uint32 budgetNo = budgetAt(seed);
        Account storage account = accounts[budgetNo];
        if (!account.isOpen) return;
        vm.prank(account.buyer);
        escrow.requestClose(budgetNo);
        if (block.timestamp + 24 hours < account.expiry) account.expiry = block.timestamp + 24 hours;
        ++successes["requestClose"];
    }

    function close(uint256 seed) public onClock {
        if (opened == 0) return;
        uint32 budgetNo = budgetAt(seed);
        Account storage account = accounts[budgetNo];
        if (!account.isOpen || block.timestamp <= account.expiry + 24 hours) return;
        escrow.close(budgetNo);
        account.isOpen = false;
        freeOf[account.buyer] += account.cap - account.spent;
        ++successes["close"];
    }

    function claim(uint256 seed) public onClock {
        uint32 id = uint32(within(seed, 1, PROVIDERS));
        uint256 amount = earned[id] - claimedBy[id];
        if (amount == 0) return;
        escrow.claim(id);
        claimedBy[id] += amount;
        ++successes["claim"];
    }

    function claimFee(uint256) public onClock {
        if (feesEarned == feesClaimed) return;
        escrow.claimFee(OPERATOR);
        feesClaimed = feesEarned;
        ++successes["claimFee"];
    }

    function give(uint256 seed) public onClock {
        uint256 amount = within(seed, 1, 1_000);
        token.mint(address(escrow), amount);
        gifts += amount;
        ++successes["give"];
    }

    function passTime(uint256 seed) public onClock {
        pass(within(seed, 1, 20 hours));
        ++successes["passTime"];
    }

    /// @dev Without the operator: each buyer asks for the end of its budgets, waits CLOSE_DELAY + GRACE and takes all
    /// that was free or locked; each provider claims at once.
    function everybodyLeaves() external onClock {
        for (uint32 id = 1; id <= PROVIDERS; ++id) {
            uint256 credit = earned[id] - claimedBy[id];
            uint256 had = token.balanceOf(payoutOf(id));
            if (credit != 0) escrow.claim(id);
            equal(token.balanceOf(payoutOf(id)) - had, credit, "a provider is paid at once");
        }
        for (uint32 number = 1; number <= opened; ++number) {
            if (!accounts[number].isOpen) continue;
            vm.prank(accounts[number].buyer);
            escrow.requestClose(number);
        }
        pass(48 hours + 1);
        for (uint32 number = 1; number <= opened; ++number) {
            Account storage account = accounts[number];
            if (!account.isOpen) continue;
            vm.prank(account.buyer);
            escrow.close(number);
            freeOf[account.buyer] += account.cap - account.spent;
        }
        for (uint256 index = 0; index < BUYERS; ++index) leave(buyerAt(index));
        if (feesEarned != feesClaimed) escrow.claimFee(OPERATOR);
    }

    function leave(address buyer) private {
        uint256 had = token.balanceOf(buyer);
        uint256 owed = freeOf[buyer];
        vm.prank(buyer);
        if (owed != 0) escrow.withdraw(owed);
        equal(token.balanceOf(buyer) - had, owed, "a buyer takes everything out alone");
    }

    function parties() external view returns (IEscrow, IToken) {
        return (escrow, token);
    }

    function accountOf(uint32 budgetNo) external view returns (Account memory) {
        return accounts[budgetNo];
    }

    function buyerAt(uint256 seed) public pure returns (address) {
        return address(uint160(uint160(BUYER) + seed % BUYERS));
    }

    function pass(uint256 time) internal {
        clock += time;
        vm.warp(clock);
    }

    /// @dev A budget with at least 100 to spend that is not over; the seed's, or a new one.
    function payableBudget(uint256 seed) internal returns (uint32 budgetNo) {
        for (uint32 index = 0; index < opened; ++index) {
            budgetNo = budgetAt(seed % opened + index);
            Account storage account = accounts[budgetNo];
            bool isOver = !account.isOpen || block.timestamp > account.expiry + 24 hours;
            if (!isOver && account.cap - account.spent >= 100) return budgetNo;
        }
        return openFor(buyerAt(seed), seed >> 8);
    }

    function openFor(address buyer, uint256 seed) internal returns (uint32 budgetNo) {
        uint256 cap = within(seed, 100, 100_000_000);
        if (freeOf[buyer] < cap) {
            fund(buyer, cap);
            freeOf[buyer] += cap;
            deposited += cap;
        }
        BudgetLite memory wanted = budgetWith(cap);
        wanted.buyer = buyer;
        wanted.expiry = uint40(block.timestamp + within(seed >> 32, 1 hours, 30 days));
        wanted.maxFeeBps = uint16(within(seed >> 64, 0, 1000));
        budgetNo = open(wanted);
        freeOf[buyer] -= cap;
        accounts[budgetNo] = Account(0, 0, cap, wanted.expiry, buyer, true);
        ++opened;
    }

    /// @dev A signed statement over up to three providers that keeps to the budget's cap and fee.
    function draw(uint32 budgetNo, uint256 seed) internal view returns (Drawn memory drawn) {
        Account storage account = accounts[budgetNo];
        uint256 left = account.cap - account.spent;
        uint256 fee = fillLines(drawn, left / 4 > type(uint40).max ? type(uint40).max : left / 4, seed);
        fee = fee * escrow.budgetOf(budgetNo).maxFeeBps / 10_000;
        Row memory row = drawn.row;
        row.budgetNo = budgetNo;
        (row.fromJob, row.fromSpent) = (account.throughJob, account.spent);
        row.throughJob = account.throughJob + within(seed >> 16, 1, 9);
        row.fee = within(seed >> 24, 0, fee);
        row.receiptsRoot = keccak256(abi.encode(seed));
        signed(row);
    }

    function book(Drawn memory drawn) internal {
        Account storage account = accounts[uint32(drawn.row.budgetNo)];
        uint256 total;
        for (uint256 id = 1; id <= PROVIDERS; ++id) {
            earned[id] += drawn.amounts[id - 1];
            total += drawn.amounts[id - 1];
        }
        account.spent += total + drawn.row.fee;
        account.throughJob = drawn.row.throughJob;
        feesEarned += drawn.row.fee;
    }

    function everybodysPayload(bytes memory rows) internal pure returns (bytes memory) {
        return PayloadWriter.payload(ANCHOR, list(1, 2, 3), rows);
    }

    function budgetAt(uint256 seed) internal view returns (uint32) {
        return uint32(1 + seed % opened);
    }

    /// @dev Each provider's line with one or two jobs; the first always pays. Returns the total.
    function fillLines(Drawn memory drawn, uint256 most, uint256 seed) private pure returns (uint256 total) {
        bytes memory lines;
        for (uint256 id = 1; id <= PROVIDERS; ++id) {
            uint256 part = uint256(keccak256(abi.encode(seed, id)));
            if (id > 1 && part % 3 == 0) continue;
            uint256[] memory amounts = new uint256[](within(part >> 8, 1, 2));
            for (uint256 job = 0; job < amounts.length; ++job) {
                amounts[job] = within(part >> (64 * job + 16), 1, most / amounts.length);
                drawn.amounts[id - 1] += amounts[job];
            }
            lines = bytes.concat(lines, PayloadWriter.group(id, amounts));
            total += drawn.amounts[id - 1];
        }
        drawn.row.lines = lines;
    }
}
