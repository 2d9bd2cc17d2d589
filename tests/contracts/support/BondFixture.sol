// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProviderBond} from "../../../contracts/interfaces/IProviderBond.sol";
import {Fault, Result, ResultCommit} from "../../../contracts/types/Evidence.sol";
import {EscrowFixture} from "./EscrowFixture.sol";
import {IBond} from "./IEscrow.sol";
import {LogReader} from "./LogReader.sol";
import {Signatures} from "./Signatures.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice A provider with 1000 at stake, a second one without, and what they sign.
abstract contract BondFixture is EscrowFixture {
    using LogReader for Vm.Log[];

    uint256 internal constant SIGNER_KEY = 0x51C4E6;
    uint256 internal constant NEXT_KEY = 0x2E47;
    uint256 internal constant OTHER_KEY = 0x07E6;
    address internal constant OWNER = address(0xA004);
    bytes32 internal constant ASSIGNMENT = keccak256("assignment");

    IBond internal bond;
    uint32 internal provider;
    uint32 internal other;

    function setUp() public virtual override {
        super.setUp();
        bond = IBond(deploy("ProviderBond", abi.encode(token, escrow)));
        provider = registry.registerProvider(OWNER, vm.addr(SIGNER_KEY), OWNER, 0);
        other = registry.registerProvider(OWNER, vm.addr(OTHER_KEY), OWNER, 0);
        token.mint(address(this), 1_000_000);
        token.approve(address(bond), 1_000_000);
        bond.stake(provider, 1_000);
    }

    function honest() internal view returns (Result memory) {
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

    function twoResults() internal view returns (Result memory a, Result memory b) {
        (a, b) = (honest(), honest());
        b.resultDigest = keccak256("another result");
    }

    function promised(Result memory revealed, uint256 key) internal view returns (ResultCommit memory) {
        bytes32 commitment = Signatures.commitment(revealed, vm.addr(key), block.chainid, address(escrow));
        return ResultCommit(revealed.assignmentId, revealed.providerId, commitment);
    }

    function signatureOf(uint256 key, Result memory revealed) internal view returns (bytes memory) {
        return compactBy(key, Signatures.result(domain(), revealed));
    }

    function signatureOf(uint256 key, ResultCommit memory commit) internal view returns (bytes memory) {
        return compactBy(key, Signatures.resultCommit(domain(), commit));
    }

    function slash(Result memory a, Result memory b) internal {
        bytes memory sigA = signatureOf(SIGNER_KEY, a);
        bytes memory sigB = signatureOf(SIGNER_KEY, b);
        vm.prank(STRANGER);
        bond.slashDoubleResult(a, sigA, b, sigB);
    }

    function slash(ResultCommit memory a, ResultCommit memory b) internal {
        bytes memory sigA = signatureOf(SIGNER_KEY, a);
        bytes memory sigB = signatureOf(SIGNER_KEY, b);
        vm.prank(STRANGER);
        bond.slashDoubleCommit(a, sigA, b, sigB);
    }

    function slash(ResultCommit memory commit, Result memory revealed) internal {
        bytes memory commitSig = signatureOf(SIGNER_KEY, commit);
        bytes memory resultSig = signatureOf(SIGNER_KEY, revealed);
        vm.prank(STRANGER);
        bond.slashBrokenCommit(commit, commitSig, revealed, resultSig);
    }

    function isRefused(Result memory a, bytes memory sigA, Result memory b, bytes memory sigB) internal {
        (bool isAccepted, bytes memory refusal) =
            address(bond).call(abi.encodeCall(IProviderBond.slashDoubleResult, (a, sigA, b, sigB)));
        isTrue(!isAccepted && bytes4(refusal) == IProviderBond.BadSignature.selector, "refused for the signature");
        isBond(1_000, 0);
    }

    function request(uint256 amount) internal {
        vm.prank(OWNER);
        bond.requestUnstake(provider, amount);
    }

    function changeSigner(uint256 key) internal {
        vm.prank(OWNER);
        registry.setSigner(provider, vm.addr(key));
    }

    function expectNoEvidence(bytes32 a, bytes32 b) internal {
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.NoEvidence.selector, a, b));
    }

    function expectBadSignature(address signer) internal {
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.BadSignature.selector, provider, signer));
    }

    function expectPunished() internal {
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.AlreadyPunished.selector, provider, ASSIGNMENT));
    }

    /// @dev From 1000 at stake.
    function isSlashed(Fault fault, uint256 amount, uint256 reward) internal {
        isLogged(fault, amount, reward);
        isBond(1_000 - amount, 0);
        isTrue(bond.isPunished(provider, ASSIGNMENT), "punished");
        equal(token.balanceOf(STRANGER), reward, "reporter");
        equal(token.balanceOf(0x000000000000000000000000000000000000dEaD), amount - reward, "sink");
        equal(token.balanceOf(address(bond)), 1_000 - amount, "held");
    }

    function isLogged(Fault fault, uint256 amount, uint256 reward) internal {
        Vm.Log memory log = vm.getRecordedLogs().single(address(bond), IProviderBond.Slashed.selector);
        equal(log.topics[1], bytes32(uint256(provider)), "provider in the log");
        equalBytes(log.data, abi.encode(ASSIGNMENT, fault, amount, STRANGER, reward), "the rest of the log");
    }

    function isBond(uint256 amount, uint256 unbonding) internal view {
        (uint96 staked, uint96 leaving,) = bond.bondOf(provider);
        equal(staked, amount, "staked");
        equal(leaving, unbonding, "unbonding");
    }
}
