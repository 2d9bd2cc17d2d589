// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProviderBond} from "../../contracts/interfaces/IProviderBond.sol";
import {Fault, Result, ResultCommit} from "../../contracts/types/Evidence.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {IBond, IEscrow} from "./support/IEscrow.sol";
import {LogReader} from "./support/LogReader.sol";
import {OddToken} from "./support/OddTokens.sol";
import {Signatures} from "./support/Signatures.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice What costs stake, what does not, and how much.
contract BondSlashTest is EscrowFixture {
    using LogReader for Vm.Log[];

    uint256 private constant SIGNER_KEY = 0x51C4E6;
    uint256 private constant NEXT_KEY = 0x2E47;
    uint256 private constant OTHER_KEY = 0x07E6;
    address private constant OWNER = address(0xA004);
    bytes32 private constant ASSIGNMENT = keccak256("assignment");

    IBond private bond;
    uint32 private provider;
    uint32 private other;

    function setUp() public override {
        super.setUp();
        bond = IBond(deploy("ProviderBond", abi.encode(token, escrow)));
        provider = registry.registerProvider(OWNER, vm.addr(SIGNER_KEY), OWNER, 0);
        other = registry.registerProvider(OWNER, vm.addr(OTHER_KEY), OWNER, 0);
        token.mint(address(this), 1_000_000);
        token.approve(address(bond), 1_000_000);
        bond.stake(provider, 1_000);
    }

    // The three kinds of evidence

    function test_Two_results_for_one_assignment_cost_a_quarter() public {
        Result memory a = honest();
        Result memory b = honest();
        b.resultDigest = keccak256("another result");
        vm.recordLogs();

        slash(a, b);

        isSlashed(Fault.DoubleResult, 250, 25);
    }

    function test_Results_that_differ_in_a_token_count_alone_are_two() public {
        Result memory a = honest();
        Result memory b = honest();
        b.tokensIn += 1;
        vm.recordLogs();
        slash(a, b);
        isSlashed(Fault.DoubleResult, 250, 25);

        (a.assignmentId, b.assignmentId) = (RECEIPTS, RECEIPTS);
        (b.tokensIn, b.tokensOut) = (a.tokensIn, a.tokensOut - 1);
        slash(a, b);
        isBond(562, 0);
    }

    function test_Two_commits_for_one_assignment_cost_a_quarter() public {
        ResultCommit memory a = promised(honest(), SIGNER_KEY);
        ResultCommit memory b = promised(honest(), SIGNER_KEY);
        b.commitment = keccak256("another promise");
        vm.recordLogs();

        slash(a, b);

        isSlashed(Fault.DoubleCommit, 250, 25);
    }

    function test_A_result_that_does_not_open_its_commit_costs_a_quarter() public {
        Result memory revealed = honest();
        ResultCommit memory commit = promised(revealed, SIGNER_KEY);
        revealed.resultDigest = keccak256("another result");
        vm.recordLogs();

        slash(commit, revealed);

        isSlashed(Fault.BrokenCommit, 250, 25);
    }

    /// @dev Each word that the commitment covers, one at a time.
    function test_A_commit_is_broken_by_any_word_that_it_covers() public {
        for (uint256 word = 0; word < 4; ++word) {
            Result memory revealed = honest();
            revealed.assignmentId = keccak256(abi.encode(word));
            ResultCommit memory commit = promised(revealed, SIGNER_KEY);
            if (word == 0) revealed.inputHash = RECEIPTS;
            if (word == 1) revealed.resultDigest = RECEIPTS;
            if (word == 2) revealed.evidenceRoot = RECEIPTS;
            if (word == 3) revealed.salt = RECEIPTS;
            slash(commit, revealed);
            isTrue(bond.isPunished(provider, revealed.assignmentId), "punished");
        }
        isBond(uint256(1_000) - 250 - 188 - 141 - 106, 0);
    }

    // What is no evidence

    function test_A_result_that_opens_its_commit_is_no_fault() public {
        Result memory revealed = honest();
        expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
        slash(promised(revealed, SIGNER_KEY), revealed);

        // What the commitment does not cover may be stated when it is known.
        ResultCommit memory commit = promised(revealed, SIGNER_KEY);
        (revealed.tokensIn, revealed.tokensOut) = (1, 2);
        (revealed.startedAt, revealed.finishedAt, revealed.price) = (3, 4, 5);
        expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
        slash(commit, revealed);
        isBond(1_000, 0);
    }

    function test_The_same_result_with_other_times_price_salt_or_root_is_no_fault() public {
        Result memory a = honest();
        for (uint256 field = 0; field < 6; ++field) {
            Result memory b = honest();
            if (field == 0) b.startedAt += 1;
            if (field == 1) b.finishedAt += 1;
            if (field == 2) b.price += 1;
            if (field == 3) b.salt = RECEIPTS;
            if (field == 4) b.evidenceRoot = RECEIPTS;
            // The last one is the same result to the last bit.
            expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
            slash(a, b);
        }
        isBond(1_000, 0);
    }

    function test_The_same_commit_twice_is_no_fault() public {
        ResultCommit memory commit = promised(honest(), SIGNER_KEY);

        expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
        slash(commit, commit);
    }

    function test_Results_for_another_assignment_or_input_or_of_another_provider_are_no_fault() public {
        Result memory a = honest();
        Result memory b = honest();
        b.resultDigest = RECEIPTS;
        b.assignmentId = keccak256("another assignment");
        expectNoEvidence(ASSIGNMENT, b.assignmentId);
        slash(a, b);

        (b.assignmentId, b.inputHash) = (ASSIGNMENT, RECEIPTS);
        expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
        slash(a, b);

        (b.inputHash, b.providerId) = (a.inputHash, other);
        bytes memory sig = signatureOf(OTHER_KEY, b);
        expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
        bond.slashDoubleResult(a, signatureOf(SIGNER_KEY, a), b, sig);
    }

    function test_Commits_for_another_assignment_or_of_another_provider_are_no_fault() public {
        ResultCommit memory a = promised(honest(), SIGNER_KEY);
        ResultCommit memory b = promised(honest(), SIGNER_KEY);
        (b.commitment, b.assignmentId) = (RECEIPTS, keccak256("another assignment"));
        expectNoEvidence(ASSIGNMENT, b.assignmentId);
        slash(a, b);

        (b.assignmentId, b.providerId) = (ASSIGNMENT, other);
        bytes memory sig = signatureOf(OTHER_KEY, b);
        expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
        bond.slashDoubleCommit(a, signatureOf(SIGNER_KEY, a), b, sig);
    }

    function test_A_commit_and_a_result_of_two_assignments_or_providers_are_no_fault() public {
        Result memory revealed = honest();
        ResultCommit memory commit = promised(revealed, SIGNER_KEY);
        revealed.assignmentId = keccak256("another assignment");
        expectNoEvidence(ASSIGNMENT, revealed.assignmentId);
        slash(commit, revealed);

        (revealed.assignmentId, revealed.providerId) = (ASSIGNMENT, other);
        bytes memory sig = signatureOf(OTHER_KEY, revealed);
        expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
        bond.slashBrokenCommit(commit, signatureOf(SIGNER_KEY, commit), revealed, sig);
    }

    function test_What_was_signed_for_another_chain_or_escrow_is_no_evidence() public {
        (Result memory a, Result memory b) = twoResults();
        bytes32 elsewhere = Signatures.domain(address(0xE5C));
        bytes memory sigA = compactBy(SIGNER_KEY, Signatures.result(elsewhere, a));
        isRefused(a, sigA, b, compactBy(SIGNER_KEY, Signatures.result(elsewhere, b)));
        // The bond's own address is not the domain either.
        isRefused(
            a,
            signatureOf(SIGNER_KEY, a),
            b,
            compactBy(SIGNER_KEY, Signatures.result(Signatures.domain(address(bond)), b))
        );
        (sigA, elsewhere) = (signatureOf(SIGNER_KEY, a), domain());
        bytes memory sigB = signatureOf(SIGNER_KEY, b);
        vm.chainId(block.chainid + 1);
        isRefused(a, sigA, b, sigB);
    }

    function test_A_commitment_made_for_another_chain_or_escrow_does_not_open_here() public {
        Result memory revealed = honest();
        ResultCommit memory commit = promised(revealed, SIGNER_KEY);
        commit.commitment =
            Signatures.commitment(revealed, vm.addr(SIGNER_KEY), block.chainid + 1, address(escrow));
        slash(commit, revealed);
        isBond(750, 0);

        revealed.assignmentId = commit.assignmentId = RECEIPTS;
        commit.commitment =
            Signatures.commitment(revealed, vm.addr(SIGNER_KEY), block.chainid, address(0xE5C));
        slash(commit, revealed);
        isBond(562, 0);
    }

    // Who signs

    function test_A_former_signers_word_counts() public {
        (Result memory a, Result memory b) = twoResults();
        changeSigner(NEXT_KEY);

        slash(a, b);

        isBond(750, 0);
    }

    function test_Two_signers_of_one_provider_are_one_provider() public {
        (Result memory a, Result memory b) = twoResults();
        changeSigner(NEXT_KEY);

        bond.slashDoubleResult(a, signatureOf(SIGNER_KEY, a), b, signatureOf(NEXT_KEY, b));

        isBond(750, 0);
    }

    /// @dev The commitment names the key that made it; the result may be signed by the next one.
    function test_A_signer_changed_between_commit_and_result_breaks_nothing() public {
        Result memory revealed = honest();
        ResultCommit memory commit = promised(revealed, SIGNER_KEY);
        changeSigner(NEXT_KEY);
        bytes memory commitSig = signatureOf(SIGNER_KEY, commit);
        bytes memory resultSig = signatureOf(NEXT_KEY, revealed);
        expectNoEvidence(ASSIGNMENT, ASSIGNMENT);
        bond.slashBrokenCommit(commit, commitSig, revealed, resultSig);

        revealed.resultDigest = RECEIPTS;
        bond.slashBrokenCommit(commit, commitSig, revealed, signatureOf(NEXT_KEY, revealed));
        isBond(750, 0);
    }

    function test_Nobody_elses_signature_counts() public {
        (Result memory a, Result memory b) = twoResults();
        bytes memory good = signatureOf(SIGNER_KEY, a);
        uint256[3] memory keys = [FOREIGN_KEY, OTHER_KEY, COSIGN_KEY];
        for (uint256 index = 0; index < 3; ++index) {
            bytes memory bad = signatureOf(keys[index], b);
            expectBadSignature(vm.addr(keys[index]));
            bond.slashDoubleResult(a, good, b, bad);
            bad = signatureOf(keys[index], a);
            expectBadSignature(vm.addr(keys[index]));
            bond.slashDoubleResult(a, bad, b, good);
        }
        isBond(1_000, 0);
    }

    function test_Each_signature_of_commits_and_results_is_checked() public {
        Result memory revealed = honest();
        ResultCommit memory a = promised(revealed, SIGNER_KEY);
        ResultCommit memory b = promised(revealed, SIGNER_KEY);
        b.commitment = RECEIPTS;
        bytes[3] memory good = [signatureOf(SIGNER_KEY, a), signatureOf(SIGNER_KEY, b), signatureOf(SIGNER_KEY, revealed)];
        bytes[3] memory bad = [signatureOf(FOREIGN_KEY, a), signatureOf(FOREIGN_KEY, b), signatureOf(FOREIGN_KEY, revealed)];
        expectBadSignature(vm.addr(FOREIGN_KEY));
        bond.slashDoubleCommit(a, bad[0], b, good[1]);
        expectBadSignature(vm.addr(FOREIGN_KEY));
        bond.slashDoubleCommit(a, good[0], b, bad[1]);
        expectBadSignature(vm.addr(FOREIGN_KEY));
        bond.slashBrokenCommit(b, bad[1], revealed, good[2]);
        expectBadSignature(vm.addr(FOREIGN_KEY));
        bond.slashBrokenCommit(b, good[1], revealed, bad[2]);
    }

    function test_A_signature_that_is_cut_or_wide_or_empty_or_in_the_upper_half_does_not_count() public {
        (Result memory a, Result memory b) = twoResults();
        bytes memory good = signatureOf(SIGNER_KEY, a);
        bytes memory wide = Signatures.wide(SIGNER_KEY, Signatures.result(domain(), b));
        expectBadSignature(address(0));
        bond.slashDoubleResult(a, good, b, wide);
        expectBadSignature(address(0));
        bond.slashDoubleResult(a, good, b, "");
        expectBadSignature(address(0));
        bond.slashDoubleResult(a, good, b, new bytes(63));
        expectBadSignature(address(0));
        bond.slashDoubleResult(a, good, b, new bytes(64));

        (bytes32 r, bytes32 vs, address signer) = Signatures.highS(Signatures.result(domain(), b));
        vm.prank(OWNER);
        registry.setSigner(provider, signer);
        expectBadSignature(address(0));
        bond.slashDoubleResult(a, good, b, bytes.concat(r, vs));
        isBond(1_000, 0);
    }

    function test_A_provider_that_does_not_exist_has_no_signer() public {
        (Result memory a, Result memory b) = twoResults();
        (a.providerId, b.providerId) = (99, 99);
        bytes memory sigA = signatureOf(SIGNER_KEY, a);
        bytes memory sigB = signatureOf(SIGNER_KEY, b);

        vm.expectRevert(
            abi.encodeWithSelector(IProviderBond.BadSignature.selector, 99, vm.addr(SIGNER_KEY))
        );
        bond.slashDoubleResult(a, sigA, b, sigB);
    }

    // How much, and how often

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

    function honest() private view returns (Result memory) {
        return Result({
            assignmentId: ASSIGNMENT,
            providerId: provider,
            inputHash: keccak256("input"),
            resultDigest: keccak256("result"),
            evidenceRoot: keccak256("evidence"),
            salt: keccak256("salt"),
            tokensIn: 100,
            tokensOut: 200,
            startedAt: uint40(block.timestamp),
            finishedAt: uint40(block.timestamp + 2),
            price: 3_000
        });
    }

    function twoResults() private view returns (Result memory a, Result memory b) {
        (a, b) = (honest(), honest());
        b.resultDigest = keccak256("another result");
    }

    function promised(Result memory revealed, uint256 key) private view returns (ResultCommit memory) {
        bytes32 commitment = Signatures.commitment(revealed, vm.addr(key), block.chainid, address(escrow));
        return ResultCommit(revealed.assignmentId, revealed.providerId, commitment);
    }

    function signatureOf(uint256 key, Result memory revealed) private view returns (bytes memory) {
        return compactBy(key, Signatures.result(domain(), revealed));
    }

    function signatureOf(uint256 key, ResultCommit memory commit) private view returns (bytes memory) {
        return compactBy(key, Signatures.resultCommit(domain(), commit));
    }

    function slash(Result memory a, Result memory b) private {
        bytes memory sigA = signatureOf(SIGNER_KEY, a);
        bytes memory sigB = signatureOf(SIGNER_KEY, b);
        vm.prank(STRANGER);
        bond.slashDoubleResult(a, sigA, b, sigB);
    }

    function slash(ResultCommit memory a, ResultCommit memory b) private {
        bytes memory sigA = signatureOf(SIGNER_KEY, a);
        bytes memory sigB = signatureOf(SIGNER_KEY, b);
        vm.prank(STRANGER);
        bond.slashDoubleCommit(a, sigA, b, sigB);
    }

    function slash(ResultCommit memory commit, Result memory revealed) private {
        bytes memory commitSig = signatureOf(SIGNER_KEY, commit);
        bytes memory resultSig = signatureOf(SIGNER_KEY, revealed);
        vm.prank(STRANGER);
        bond.slashBrokenCommit(commit, commitSig, revealed, resultSig);
    }

    function isRefused(Result memory a, bytes memory sigA, Result memory b, bytes memory sigB) private {
        (bool isAccepted, bytes memory refusal) =
            address(bond).call(abi.encodeCall(IProviderBond.slashDoubleResult, (a, sigA, b, sigB)));
        isTrue(!isAccepted && bytes4(refusal) == IProviderBond.BadSignature.selector, "refused for the signature");
        isBond(1_000, 0);
    }

    function request(uint256 amount) private {
        vm.prank(OWNER);
        bond.requestUnstake(provider, amount);
    }

    function changeSigner(uint256 key) private {
        vm.prank(OWNER);
        registry.setSigner(provider, vm.addr(key));
    }

    function expectNoEvidence(bytes32 a, bytes32 b) private {
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.NoEvidence.selector, a, b));
    }

    function expectBadSignature(address signer) private {
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.BadSignature.selector, provider, signer));
    }

    function expectPunished() private {
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.AlreadyPunished.selector, provider, ASSIGNMENT));
    }

    /// @dev From 1000 at stake.
    function isSlashed(Fault fault, uint256 amount, uint256 reward) private {
        isLogged(fault, amount, reward);
        isBond(1_000 - amount, 0);
        isTrue(bond.isPunished(provider, ASSIGNMENT), "punished");
        equal(token.balanceOf(STRANGER), reward, "reporter");
        equal(token.balanceOf(0x000000000000000000000000000000000000dEaD), amount - reward, "sink");
        equal(token.balanceOf(address(bond)), 1_000 - amount, "held");
    }

    function isLogged(Fault fault, uint256 amount, uint256 reward) private {
        Vm.Log memory log = vm.getRecordedLogs().single(address(bond), IProviderBond.Slashed.selector);
        equal(log.topics[1], bytes32(uint256(provider)), "provider in the log");
        equalBytes(log.data, abi.encode(ASSIGNMENT, fault, amount, STRANGER, reward), "the rest of the log");
    }

    function isBond(uint256 amount, uint256 unbonding) private view {
        (uint96 staked, uint96 leaving,) = bond.bondOf(provider);
        equal(staked, amount, "staked");
        equal(leaving, unbonding, "unbonding");
    }
}
