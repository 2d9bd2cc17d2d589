// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProviderBond} from "../../contracts/interfaces/IProviderBond.sol";
import {Fault, Result, ResultCommit} from "../../contracts/types/Evidence.sol";
import {BondFixture} from "./support/BondFixture.sol";
import {Signatures} from "./support/Signatures.sol";
import {vm} from "./support/Vm.sol";

/// @notice What costs stake and what does not, and whose signature counts.
contract BondEvidenceTest is BondFixture {
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

        // Another result as well: one that opens the promise would be no fault whoever signed it.
        (revealed.assignmentId, revealed.providerId) = (ASSIGNMENT, other);
        revealed.resultDigest = RECEIPTS;
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
        bytes[3] memory good = signaturesOf(SIGNER_KEY, a, b, revealed);
        bytes[3] memory bad = signaturesOf(FOREIGN_KEY, a, b, revealed);
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

    function signaturesOf(uint256 key, ResultCommit memory a, ResultCommit memory b, Result memory revealed)
        private
        view
        returns (bytes[3] memory)
    {
        return [signatureOf(key, a), signatureOf(key, b), signatureOf(key, revealed)];
    }
}
