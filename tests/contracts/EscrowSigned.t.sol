// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {BudgetLite, BUDGET_CLOSED} from "../../contracts/types/Budget.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {Signatures} from "./support/Signatures.sol";
import {Vm, vm} from "./support/Vm.sol";
import {Wallet, Yes} from "./support/Wallets.sol";

/// @notice What a buyer signs and anybody may send: withdrawals, budgets and closes.
contract EscrowSignedTest is EscrowFixture {
    using LogReader for Vm.Log[];

    uint256 private constant HOLDER_KEY = 0x401DE6;

    struct Withdrawal {
        address buyer;
        uint256 amount;
        uint256 nonce;
        uint256 deadline;
    }

    address private holder;
    address private wallet;

    function setUp() public override {
        super.setUp();
        holder = vm.addr(HOLDER_KEY);
        wallet = address(new Wallet(holder));
        fund(holder, 1_000);
        fund(wallet, 1_000);
    }

    function test_The_escrow_says_under_which_domain_to_sign() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        ) = escrow.eip712Domain();

        // ERC-5267: name, version, chain and contract are in use, in the lowest four bits.
        equal(uint8(fields), 15, "fields");
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                chainId,
                verifyingContract
            )
        );
        equal(separator, domain(), "separator");
        equal(salt, 0, "salt");
        equal(extensions.length, 0, "extensions");
    }

    // Withdrawals

    function test_A_signed_withdrawal_pays_the_buyer_whoever_sends_it() public {
        Withdrawal memory wanted = Withdrawal(holder, 300, 7, block.timestamp);
        vm.recordLogs();

        send(wanted, signatureOf(wanted));

        equal(token.balanceOf(holder), 300, "wallet");
        equal(token.balanceOf(STRANGER), 0, "sender");
        equal(escrow.free(holder), 700, "free");
        equal(escrow.totalOwed(), FUNDS + 1_700, "owed");
        isTrue(escrow.isNonceUsed(holder, 7), "nonce");
        isTrue(!escrow.isNonceUsed(holder, 8) && !escrow.isNonceUsed(wallet, 7), "no other nonce");
        Vm.Log memory log = single(IMarketEscrow.Withdrawn.selector);
        equal(log.topics[1], bytes32(uint256(uint160(holder))), "buyer");
        equalBytes(log.data, abi.encode(300), "amount");
    }

    function test_A_wallet_that_is_a_contract_withdraws_by_its_own_kind_of_signature() public {
        Withdrawal memory wanted = Withdrawal(wallet, 300, 7, block.timestamp);
        bytes memory sig = walletSignature(HOLDER_KEY, digestOf(wanted));

        send(wanted, sig);

        equal(token.balanceOf(wallet), 300, "wallet");
        wanted.nonce = 8;
        expectBadSignature(wallet);
        send(wanted, sig);
        expectBadSignature(wallet);
        send(wanted, walletSignature(FOREIGN_KEY, digestOf(wanted)));
        // The key's own signature is not the wallet's: the wallet says what is.
        vm.expectRevert(bytes(""));
        this.askWallet(digestOf(wanted), signatureOf(wanted));
        expectBadSignature(wallet);
        send(wanted, signatureOf(wanted));
    }

    function test_A_contract_that_answers_anything_has_not_signed() public {
        address yes = address(new Yes());
        token.mint(address(this), 10);
        token.approve(address(escrow), 10);
        escrow.depositFor(yes, 10);

        Withdrawal memory wanted = Withdrawal(yes, 1, 0, block.timestamp);
        expectBadSignature(yes);
        send(wanted, signatureOf(wanted));
    }

    function test_A_signed_withdrawal_is_good_once() public {
        Withdrawal memory wanted = Withdrawal(holder, 300, 7, block.timestamp);
        bytes memory sig = signatureOf(wanted);
        send(wanted, sig);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, holder, 7));
        send(wanted, sig);
        equal(escrow.free(holder), 700, "free");
    }

    function test_A_signed_withdrawal_is_good_until_its_deadline() public {
        Withdrawal memory wanted = Withdrawal(holder, 300, 7, block.timestamp + 60);
        bytes memory sig = signatureOf(wanted);
        vm.warp(wanted.deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IMarketEscrow.TooLate.selector, wanted.deadline + 1, wanted.deadline)
        );
        send(wanted, sig);

        vm.warp(wanted.deadline);
        send(wanted, sig);
        equal(token.balanceOf(holder), 300, "in the last second");
    }

    function test_A_cancelled_nonce_makes_what_was_signed_with_it_void() public {
        Withdrawal memory wanted = Withdrawal(holder, 300, 7, block.timestamp);
        bytes memory sig = signatureOf(wanted);
        vm.recordLogs();
        vm.prank(holder);
        escrow.cancelNonce(7);
        Vm.Log memory log = single(IMarketEscrow.NonceCancelled.selector);
        equal(log.topics[1], bytes32(uint256(uint160(holder))), "buyer in the log");
        equalBytes(log.data, abi.encode(7), "nonce in the log");

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, holder, 7));
        send(wanted, sig);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, holder, 7));
        vm.prank(holder);
        escrow.cancelNonce(7);
    }

    function test_Nobody_cancels_somebody_elses_nonce() public {
        Withdrawal memory wanted = Withdrawal(holder, 300, 7, block.timestamp);
        vm.prank(STRANGER);
        escrow.cancelNonce(7);

        send(wanted, signatureOf(wanted));

        equal(token.balanceOf(holder), 300, "wallet");
    }

    function test_Every_field_of_a_withdrawal_is_signed() public {
        Withdrawal memory wanted = Withdrawal(holder, 300, 7, block.timestamp + 60);
        bytes memory sig = signatureOf(wanted);
        expectBadSignature(holder);
        send(Withdrawal(holder, 301, 7, wanted.deadline), sig);
        expectBadSignature(holder);
        send(Withdrawal(holder, 300, 8, wanted.deadline), sig);
        expectBadSignature(holder);
        send(Withdrawal(holder, 300, 7, wanted.deadline + 1), sig);
        expectBadSignature(BUYER);
        send(Withdrawal(BUYER, 300, 7, wanted.deadline), sig);
        expectBadSignature(address(0));
        send(Withdrawal(address(0), 300, 7, wanted.deadline), sig);

        isTrue(!escrow.isNonceUsed(holder, 7) && !escrow.isNonceUsed(holder, 8), "a refusal uses no nonce");
        send(wanted, sig);
    }

    function test_A_withdrawal_that_somebody_else_signed_or_nobody_is_refused() public {
        Withdrawal memory wanted = Withdrawal(holder, 300, 7, block.timestamp);
        bytes memory sig = signatureOf(wanted);
        expectBadSignature(holder);
        send(wanted, Signatures.wide(FOREIGN_KEY, digestOf(wanted)));
        expectBadSignature(holder);
        send(wanted, "");
        expectBadSignature(holder);
        send(wanted, bytes.concat(sig, hex"00"));
        expectBadSignature(holder);
        send(wanted, new bytes(65));
        // The compact form is for bare keys alone, and the upper half for nobody.
        expectBadSignature(holder);
        send(wanted, compactBy(HOLDER_KEY, digestOf(wanted)));
        expectBadSignature(holder);
        send(wanted, mirrored(sig));

        send(wanted, sig);
    }

    function test_A_withdrawal_signed_for_another_chain_or_escrow_is_refused() public {
        Withdrawal memory wanted = Withdrawal(holder, 300, 7, block.timestamp);
        bytes32 elsewhere =
            Signatures.withdraw(Signatures.domain(address(0xE5C)), holder, 300, 7, block.timestamp);
        expectBadSignature(holder);
        send(wanted, Signatures.wide(HOLDER_KEY, elsewhere));

        bytes memory sig = signatureOf(wanted);
        vm.chainId(block.chainid + 1);
        expectBadSignature(holder);
        send(wanted, sig);
    }

    function test_A_signed_withdrawal_takes_no_more_than_is_free_and_not_nothing() public {
        Withdrawal memory wanted = Withdrawal(holder, 1_001, 7, block.timestamp);
        bytes memory sig = signatureOf(wanted);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.InsufficientFree.selector, holder, 1_001, 1_000));
        send(wanted, sig);
        isTrue(!escrow.isNonceUsed(holder, 7), "the nonce stays good");

        wanted.amount = 0;
        sig = signatureOf(wanted);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAmount.selector));
        send(wanted, sig);
    }

    // Budgets

    function test_A_signed_budget_opens_whoever_sends_it() public {
        BudgetLite memory wanted = budgetOf(holder, 600);
        vm.recordLogs();

        uint32 budgetNo = sendBudget(wanted, signatureOf(wanted));

        equal(escrow.budgetOf(budgetNo).buyer, holder, "buyer");
        equal(escrow.free(holder), 400, "free");
        equal(escrow.available(budgetNo), 600, "available");
        Vm.Log memory log = single(IMarketEscrow.BudgetOpened.selector);
        equal(log.topics[2], bytes32(uint256(uint160(holder))), "buyer in the log");
        equalBytes(
            log.data,
            abi.encode(wanted.session, OPERATOR, 600, wanted.expiry, wanted.maxFeeBps, TERMS),
            "the rest of the log"
        );
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, holder, wanted.nonce));
        sendBudget(wanted, signatureOf(wanted));
    }

    function test_A_wallet_that_is_a_contract_opens_by_its_own_kind_of_signature() public {
        BudgetLite memory wanted = budgetOf(wallet, 600);
        bytes memory sig = walletSignature(HOLDER_KEY, Signatures.budget(domain(), wanted));

        equal(escrow.budgetOf(sendBudget(wanted, sig)).buyer, wallet, "buyer");

        wanted = budgetOf(wallet, 300);
        expectBadSignature(wallet);
        sendBudget(wanted, sig);
    }

    function test_Every_field_of_a_budget_is_signed() public {
        BudgetLite memory wanted = budgetOf(holder, 600);
        bytes memory sig = signatureOf(wanted);
        for (uint256 field = 1; field < 8; ++field) {
            expectBadSignature(holder);
            sendBudget(changed(wanted, field), sig);
        }
        expectBadSignature(BUYER);
        sendBudget(changed(wanted, 0), sig);

        sendBudget(wanted, sig);
    }

    function test_A_budget_that_somebody_else_signed_or_elsewhere_is_refused() public {
        BudgetLite memory wanted = budgetOf(holder, 600);
        expectBadSignature(holder);
        sendBudget(wanted, Signatures.wide(SESSION_KEY, Signatures.budget(domain(), wanted)));
        expectBadSignature(holder);
        sendBudget(
            wanted, Signatures.wide(HOLDER_KEY, Signatures.budget(Signatures.domain(address(0xE5C)), wanted))
        );
        bytes memory sig = signatureOf(wanted);
        vm.chainId(block.chainid + 1);
        expectBadSignature(holder);
        sendBudget(wanted, sig);
    }

    function test_Budgets_and_withdrawals_share_the_buyers_nonces() public {
        BudgetLite memory wanted = budgetOf(holder, 600);
        sendBudget(wanted, signatureOf(wanted));
        Withdrawal memory out = Withdrawal(holder, 1, wanted.nonce, block.timestamp);
        bytes memory sig = signatureOf(out);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, holder, wanted.nonce));
        send(out, sig);

        BudgetLite memory next = budgetOf(holder, 1);
        sig = signatureOf(next);
        vm.prank(holder);
        escrow.cancelNonce(next.nonce);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, holder, next.nonce));
        sendBudget(next, sig);
    }

    function test_A_signed_budget_keeps_to_the_rules_of_every_budget() public {
        BudgetLite memory wanted = budgetOf(holder, 1_001);
        bytes memory sig = signatureOf(wanted);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.InsufficientFree.selector, holder, 1_001, 1_000));
        sendBudget(wanted, sig);
    }

    // Closes

    function test_A_signed_close_brings_the_end_near_whoever_sends_it_and_never_far() public {
        uint32 budgetNo = opened();
        uint256 end = block.timestamp + 24 hours;
        bytes memory sig = closeSignature(HOLDER_KEY, budgetNo);
        vm.recordLogs();

        sendClose(budgetNo, sig);

        equal(escrow.budgetOf(budgetNo).expiry, end, "sooner");
        Vm.Log memory log = single(IMarketEscrow.BudgetClosing.selector);
        equal(log.topics[1], bytes32(uint256(budgetNo)), "number in the log");
        equalBytes(log.data, abi.encode(end), "expiry in the log");
        vm.warp(block.timestamp + 1 hours);
        sendClose(budgetNo, sig);
        equal(escrow.budgetOf(budgetNo).expiry, end, "a second time changes nothing");
    }

    function test_A_wallet_that_is_a_contract_closes_by_its_own_kind_of_signature() public {
        BudgetLite memory wanted = budgetOf(wallet, 600);
        uint32 budgetNo = open(wanted);

        sendClose(budgetNo, walletSignature(HOLDER_KEY, Signatures.requestClose(domain(), budgetNo)));

        equal(escrow.budgetOf(budgetNo).expiry, block.timestamp + 24 hours, "sooner");
    }

    function test_A_close_that_somebody_else_signed_or_for_another_budget_or_elsewhere_is_refused() public {
        uint32 budgetNo = opened();
        uint32 second = opened();
        expectBadSignature(holder);
        sendClose(budgetNo, closeSignature(SESSION_KEY, budgetNo));
        expectBadSignature(holder);
        sendClose(budgetNo, closeSignature(HOLDER_KEY, second));
        expectBadSignature(holder);
        sendClose(
            budgetNo,
            Signatures.wide(HOLDER_KEY, Signatures.requestClose(Signatures.domain(address(0xE5C)), budgetNo))
        );
        // The signer of no budget is nobody, whom a broken signature recovers.
        expectBadSignature(address(0));
        sendClose(99, new bytes(65));
        bytes memory sig = closeSignature(HOLDER_KEY, budgetNo);
        vm.chainId(block.chainid + 1);
        expectBadSignature(holder);
        sendClose(budgetNo, sig);
    }

    function test_A_signed_close_of_a_closed_budget_is_refused() public {
        uint32 budgetNo = opened();
        vm.warp(block.timestamp + 9 days);
        escrow.close(budgetNo);
        bytes memory sig = closeSignature(HOLDER_KEY, budgetNo);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.BadBudget.selector, budgetNo, BUDGET_CLOSED));
        sendClose(budgetNo, sig);
    }

    function askWallet(bytes32 hash, bytes calldata sig) external view returns (bytes4) {
        return Wallet(wallet).isValidSignature(hash, sig);
    }

    function opened() private returns (uint32) {
        return open(budgetOf(holder, 100));
    }

    function budgetOf(address buyer, uint256 cap) private returns (BudgetLite memory wanted) {
        wanted = budgetWith(cap);
        wanted.buyer = buyer;
    }

    function changed(BudgetLite memory wanted, uint256 field) private pure returns (BudgetLite memory other) {
        other = abi.decode(abi.encode(wanted), (BudgetLite));
        if (field == 0) other.buyer = BUYER;
        if (field == 1) other.session = STRANGER;
        if (field == 2) other.operatorId = OPERATOR + 1;
        if (field == 3) other.cap += 1;
        if (field == 4) other.expiry += 1;
        if (field == 5) other.maxFeeBps -= 1;
        if (field == 6) other.termsHash = RECEIPTS;
        if (field == 7) other.nonce += 1;
    }

    function send(Withdrawal memory wanted, bytes memory sig) private {
        vm.prank(STRANGER);
        escrow.withdrawWithSig(wanted.buyer, wanted.amount, wanted.nonce, wanted.deadline, sig);
    }

    function sendBudget(BudgetLite memory wanted, bytes memory sig) private returns (uint32) {
        vm.prank(STRANGER);
        return escrow.openBudgetWithSig(wanted, sig);
    }

    function sendClose(uint32 budgetNo, bytes memory sig) private {
        vm.prank(STRANGER);
        escrow.requestCloseWithSig(budgetNo, sig);
    }

    function digestOf(Withdrawal memory wanted) private view returns (bytes32) {
        return Signatures.withdraw(domain(), wanted.buyer, wanted.amount, wanted.nonce, wanted.deadline);
    }

    function signatureOf(Withdrawal memory wanted) private view returns (bytes memory) {
        return Signatures.wide(HOLDER_KEY, digestOf(wanted));
    }

    function signatureOf(BudgetLite memory wanted) private view returns (bytes memory) {
        return Signatures.wide(HOLDER_KEY, Signatures.budget(domain(), wanted));
    }

    function closeSignature(uint256 key, uint32 budgetNo) private view returns (bytes memory) {
        return Signatures.wide(key, Signatures.requestClose(domain(), budgetNo));
    }

    function walletSignature(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encode(v, r, s);
    }

    /// @dev The same signature with s in the upper half, which ecrecover takes too.
    function mirrored(bytes memory sig) private pure returns (bytes memory) {
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes32 r;
        uint256 s;
        assembly ("memory-safe") {
            r := mload(add(sig, 32))
            s := mload(add(sig, 64))
        }
        return abi.encodePacked(r, order - s, uint8(sig[64]) == 27 ? uint8(28) : uint8(27));
    }

    function single(bytes32 topic) private returns (Vm.Log memory) {
        return vm.getRecordedLogs().single(address(escrow), topic);
    }

    function expectBadSignature(address owner) private {
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.BadSignature.selector, owner));
    }
}
