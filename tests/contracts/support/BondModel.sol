// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProviderBond} from "../../../contracts/interfaces/IProviderBond.sol";
import {Result, ResultCommit} from "../../../contracts/types/Evidence.sol";
import {EscrowFixture} from "./EscrowFixture.sol";
import {IBond, IToken} from "./IEscrow.sol";
import {Signatures} from "./Signatures.sol";
import {vm} from "./Vm.sol";

/// @notice Three providers with stake, and a second book of what each has at stake and on its way out. Whoever holds
/// their keys signs what it likes; only conflicting signatures may cost anything, and they always do.
abstract contract BondModel is EscrowFixture {
    uint256 internal constant PROVIDERS = 3;

    struct Stake {
        uint256 amount;
        uint256 unbonding;
        uint256 unlockAt;
        uint256 key;
        uint32 id;
    }

    IBond internal bond;
    Stake[PROVIDERS] internal stakes;
    mapping(string action => uint256) public successes;
    uint256 public staked;
    uint256 public paidOut;
    uint256 public burned;
    uint256 public rewarded;
    uint256 private assignments;
    uint256 private keys;
    uint256 private clock;

    modifier onClock() {
        vm.warp(clock);
        _;
    }

    constructor() {
        EscrowFixture.setUp();
        bond = IBond(deploy("ProviderBond", abi.encode(token, escrow)));
        for (uint256 index = 0; index < PROVIDERS; ++index) {
            uint256 key = freshKey();
            uint32 id = registry.registerProvider(ownerAt(index), vm.addr(key), ownerAt(index), 0);
            stakes[index] = Stake(0, 0, 0, key, id);
        }
        clock = block.timestamp;
    }

    function stake(uint256 seed) public onClock {
        Stake storage one = stakes[seed % PROVIDERS];
        uint256 amount = within(seed >> 8, 1, 1_000_000);
        token.mint(STRANGER, amount);
        vm.prank(STRANGER);
        token.approve(address(bond), amount);
        vm.prank(STRANGER);
        bond.stake(one.id, amount);
        one.amount += amount;
        staked += amount;
        ++successes["stake"];
    }

    function requestUnstake(uint256 seed) public onClock {
        uint256 index = seed % PROVIDERS;
        Stake storage one = stakes[index];
        if (one.amount == 0) return;
        uint256 amount = within(seed >> 8, 1, one.amount);
        vm.prank(ownerAt(index));
        bond.requestUnstake(one.id, amount);
        one.amount -= amount;
        one.unbonding += amount;
        one.unlockAt = block.timestamp + 45 days;
        ++successes["requestUnstake"];
    }

    function unstake(uint256 seed) public onClock {
        uint256 index = seed % PROVIDERS;
        Stake storage one = stakes[index];
        if (one.unbonding == 0 || block.timestamp < one.unlockAt) return;
        uint256 had = token.balanceOf(ownerAt(index));
        vm.prank(STRANGER);
        bond.unstake(one.id);
        equal(token.balanceOf(ownerAt(index)) - had, one.unbonding, "the owner has it, whoever asked");
        paidOut += one.unbonding;
        one.unbonding = 0;
        ++successes["unstake"];
    }

    function passTime(uint256 seed) public onClock {
        clock += within(seed, 1, 30 days);
        vm.warp(clock);
        ++successes["passTime"];
    }

    /// @dev The former key stays good for evidence, and an honest commit of it stays opened by a result of the new one.
    function changeSigner(uint256 seed) public onClock {
        uint256 index = seed % PROVIDERS;
        Stake storage one = stakes[index];
        (Result memory result, ResultCommit memory pledge) = work(one);
        bytes memory pledged = signCommit(one.key, pledge);
        one.key = freshKey();
        vm.prank(ownerAt(index));
        registry.setSigner(one.id, vm.addr(one.key));
        isRefused(
            abi.encodeCall(
                IProviderBond.slashBrokenCommit, (pledge, pledged, result, signResult(one.key, result))
            ),
            noEvidence(result)
        );
        ++successes["changeSigner"];
    }

    function stakeAt(uint256 index) external view returns (Stake memory) {
        return stakes[index];
    }

    function parties() external view returns (IBond, IToken) {
        return (bond, token);
    }

    function ownerAt(uint256 index) public pure returns (address) {
        return address(uint160(0xD000 + index));
    }

    /// @dev A new assignment's result and the commit that it opens.
    function work(Stake storage one) internal returns (Result memory result, ResultCommit memory pledge) {
        bytes32 id = keccak256(abi.encode("assignment", ++assignments));
        result.assignmentId = id;
        result.providerId = one.id;
        result.inputHash = keccak256(abi.encode(id, "input"));
        result.resultDigest = keccak256(abi.encode(id, "result"));
        result.salt = keccak256(abi.encode(id, "salt"));
        (result.tokensIn, result.tokensOut) = (20, 50);
        (result.startedAt, result.finishedAt) = (uint40(block.timestamp), uint40(block.timestamp + 3));
        result.price = 7_000_000;
        bytes32 commitment = Signatures.commitment(result, vm.addr(one.key), block.chainid, address(escrow));
        pledge = ResultCommit(id, one.id, commitment);
    }

    function signResult(uint256 key, Result memory result) internal view returns (bytes memory) {
        return compactBy(key, Signatures.result(Signatures.domain(address(escrow)), result));
    }

    function signCommit(uint256 key, ResultCommit memory pledge) internal view returns (bytes memory) {
        return compactBy(key, Signatures.resultCommit(Signatures.domain(address(escrow)), pledge));
    }

    function copy(Result memory from) internal pure returns (Result memory) {
        return abi.decode(abi.encode(from), (Result));
    }

    /// @dev A quarter up of each part; a tenth down of it for the reporter.
    function bookFault(Stake storage one) internal {
        uint256 staying = (one.amount + 3) / 4;
        uint256 leaving = (one.unbonding + 3) / 4;
        one.amount -= staying;
        one.unbonding -= leaving;
        uint256 reward = (staying + leaving) / 10;
        rewarded += reward;
        burned += staying + leaving - reward;
    }

    function isRefused(bytes memory call, bytes memory refusal) internal {
        vm.prank(STRANGER);
        (bool isAccepted, bytes memory answer) = address(bond).call(call);
        isTrue(!isAccepted, "it is refused");
        equalBytes(answer, refusal, "refusal");
    }

    function noEvidence(Result memory result) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(
            IProviderBond.NoEvidence.selector, result.assignmentId, result.assignmentId
        );
    }

    function freshKey() internal returns (uint256) {
        return uint256(keccak256(abi.encode("signer", ++keys))) >> 8;
    }
}
