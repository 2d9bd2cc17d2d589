// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProviderBond} from "../../../contracts/interfaces/IProviderBond.sol";
import {Result, ResultCommit} from "../../../contracts/types/Evidence.sol";
import {BondModel} from "./BondModel.sol";
import {Signatures} from "./Signatures.sol";
import {vm} from "./Vm.sol";

/// @notice Every provider's keys are the attacker's, and every operator's, and it reports whom it likes. Conflicting
/// signatures cost exactly what the design says, once; everything else costs nobody anything.
contract CompromisedProviders is BondModel {
    function equivocate(uint256 seed) public onClock {
        Stake storage one = stakes[seed % PROVIDERS];
        if (one.amount + one.unbonding == 0) return;
        (Result memory a,) = work(one);
        Result memory b = copy(a);
        if (seed >> 8 & 1 == 0) b.resultDigest = keccak256("another");
        else if (seed >> 8 & 2 == 0) ++b.tokensOut;
        else ++b.tokensIn;
        // The key may have changed in between: both are the provider's.
        bytes memory first = signResult(one.key, a);
        if (seed >> 16 & 1 == 0) rotate(seed % PROVIDERS);
        bytes memory call = abi.encodeCall(IProviderBond.slashDoubleResult, (a, first, b, signResult(one.key, b)));
        slash(one, call, a.assignmentId);
        ++successes["equivocate"];
    }

    function promiseTwice(uint256 seed) public onClock {
        Stake storage one = stakes[seed % PROVIDERS];
        if (one.amount + one.unbonding == 0) return;
        (, ResultCommit memory a) = work(one);
        ResultCommit memory b = ResultCommit(a.assignmentId, a.providerId, keccak256(abi.encode(seed)));
        bytes memory call = abi.encodeCall(
            IProviderBond.slashDoubleCommit, (a, signCommit(one.key, a), b, signCommit(one.key, b))
        );
        slash(one, call, a.assignmentId);
        ++successes["promiseTwice"];
    }

    function breakPromise(uint256 seed) public onClock {
        Stake storage one = stakes[seed % PROVIDERS];
        if (one.amount + one.unbonding == 0) return;
        (Result memory result, ResultCommit memory pledge) = work(one);
        uint256 field = within(seed >> 8, 0, 3);
        if (field == 0) result.resultDigest = keccak256("another");
        if (field == 1) result.evidenceRoot = keccak256("another");
        if (field == 2) result.salt = keccak256("another");
        if (field == 3) result.inputHash = keccak256("another");
        bytes memory call = abi.encodeCall(
            IProviderBond.slashBrokenCommit,
            (pledge, signCommit(one.key, pledge), result, signResult(one.key, result))
        );
        slash(one, call, pledge.assignmentId);
        ++successes["breakPromise"];
    }

    /// @dev Stake that is on its way out cannot run away from evidence.
    function fleeAndBeSlashed(uint256 seed) public onClock {
        uint256 index = seed % PROVIDERS;
        Stake storage one = stakes[index];
        if (one.amount == 0) return;
        uint256 all = one.amount;
        vm.prank(ownerAt(index));
        bond.requestUnstake(one.id, all);
        (one.amount, one.unbonding, one.unlockAt) = (0, one.unbonding + all, block.timestamp + 45 days);
        promiseTwice(seed);
        ++successes["fleeAndBeSlashed"];
    }

    /// @dev Said anew at another time, with another salt, price or evidence root, a result is the same result.
    function sayItAgain(uint256 seed) public onClock {
        Stake storage one = stakes[seed % PROVIDERS];
        (Result memory a,) = work(one);
        Result memory b = copy(a);
        b.startedAt += uint40(within(seed >> 8, 0, 100));
        b.finishedAt += uint40(within(seed >> 16, 0, 100));
        b.price += uint64(within(seed >> 24, 0, 100));
        (b.salt, b.evidenceRoot) = (keccak256(abi.encode(seed)), keccak256(abi.encode(seed, 1)));
        isRefused(
            abi.encodeCall(IProviderBond.slashDoubleResult, (a, signResult(one.key, a), b, signResult(one.key, b))),
            noEvidence(a)
        );
        ++successes["sayItAgain"];
    }

    /// @dev Two assignments, two inputs, or two providers are two things to say.
    function compareUnlike(uint256 seed) public onClock {
        Stake storage one = stakes[seed % PROVIDERS];
        (Result memory a,) = work(one);
        Result memory b = copy(a);
        b.resultDigest = keccak256("another");
        uint256 key = one.key;
        uint256 next = (seed % PROVIDERS + 1) % PROVIDERS;
        if (seed >> 8 & 3 == 0) b.assignmentId = keccak256(abi.encode(seed));
        else if (seed >> 8 & 3 == 1) b.inputHash = keccak256(abi.encode(seed));
        else (b.providerId, key) = (stakes[next].id, stakes[next].key);
        isRefused(
            abi.encodeCall(IProviderBond.slashDoubleResult, (a, signResult(one.key, a), b, signResult(key, b))),
            abi.encodeWithSelector(IProviderBond.NoEvidence.selector, a.assignmentId, b.assignmentId)
        );
        ++successes["compareUnlike"];
    }

    /// @dev The other half of the evidence is signed by an operator, by another provider, or for another market.
    function frame(uint256 seed) public onClock {
        Stake storage one = stakes[seed % PROVIDERS];
        (Result memory a,) = work(one);
        Result memory b = copy(a);
        b.resultDigest = keccak256("another");
        bytes32 domain = Signatures.domain(seed >> 8 & 3 == 0 ? address(bond) : address(escrow));
        uint256 key = one.key;
        if (seed >> 8 & 3 == 1) key = COSIGN_KEY;
        if (seed >> 8 & 3 == 2) key = stakes[(seed % PROVIDERS + 1) % PROVIDERS].key;
        if (seed >> 8 & 3 == 3) {
            vm.chainId(block.chainid + 1);
            domain = Signatures.domain(address(escrow));
            vm.chainId(block.chainid - 1);
        }
        bytes memory forged = compactBy(key, Signatures.result(domain, b));
        vm.prank(STRANGER);
        (bool isAccepted, bytes memory answer) = address(bond).call(
            abi.encodeCall(IProviderBond.slashDoubleResult, (a, signResult(one.key, a), b, forged))
        );
        isTrue(!isAccepted && bytes4(answer) == IProviderBond.BadSignature.selector, "a forged half is refused");
        ++successes["frame"];
    }

    function leaveEarly(uint256 seed) public onClock {
        Stake storage one = stakes[seed % PROVIDERS];
        if (one.unbonding == 0 || block.timestamp >= one.unlockAt) return;
        isRefused(
            abi.encodeCall(IProviderBond.unstake, (one.id)),
            abi.encodeWithSelector(IProviderBond.StillLocked.selector, block.timestamp, one.unlockAt)
        );
        ++successes["leaveEarly"];
    }

    function startAnothersExit(uint256 seed) public onClock {
        uint256 index = seed % PROVIDERS;
        Stake storage one = stakes[index];
        address thief = ownerAt((index + 1) % PROVIDERS);
        vm.prank(thief);
        (bool isAccepted, bytes memory answer) =
            address(bond).call(abi.encodeCall(IProviderBond.requestUnstake, (one.id, within(seed >> 8, 1, 1_000))));
        isTrue(!isAccepted, "another's exit is refused");
        equalBytes(answer, abi.encodeWithSelector(IProviderBond.NotOwner.selector, thief, ownerAt(index)), "refusal");
        ++successes["startAnothersExit"];
    }

    /// @dev Slashes by the call, and shows that the same call, and any other for the same assignment, is refused.
    function slash(Stake storage one, bytes memory call, bytes32 assignmentId) private {
        vm.prank(STRANGER);
        (bool isAccepted, bytes memory answer) = address(bond).call(call);
        if (!isAccepted) equalBytes(answer, "", "a fault costs");
        isTrue(isAccepted, "a fault costs");
        bookFault(one);
        isRefused(
            call, abi.encodeWithSelector(IProviderBond.AlreadyPunished.selector, one.id, assignmentId)
        );
    }

    function rotate(uint256 index) private {
        stakes[index].key = freshKey();
        vm.prank(ownerAt(index));
        registry.setSigner(stakes[index].id, vm.addr(stakes[index].key));
    }
}
