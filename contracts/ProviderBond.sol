// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IProviderBond} from "./interfaces/IProviderBond.sol";
import {MarketEscrow} from "./MarketEscrow.sol";
import {MarketRegistry} from "./MarketRegistry.sol";
import {recover} from "./types/CompactSignature.sol";
import {Fault, Result, ResultCommit, commitmentOf, commitHash, resultHash} from "./types/Evidence.sol";

/// @title The stake; its warnings and its contract are in IProviderBond
contract ProviderBond is IProviderBond, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Micro-tokens. `amount` is at stake and stays, `unbonding` is at stake and on its way out.
    struct Bond {
        uint96 amount;
        uint96 unbonding;
        uint40 unlockAt;
    }

    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice Longer than a budget's life and both delays, so that evidence is always in time.
    uint40 public constant UNBOND_DELAY = 45 days;

    /// @notice Where what a fault costs goes, but for the reporter's part: nobody has its key, so nobody gains by
    /// slashing, and slashing oneself is no cheap way out.
    address public constant SINK = 0x000000000000000000000000000000000000dEaD;

    IERC20 public immutable TOKEN;
    MarketEscrow public immutable ESCROW;
    MarketRegistry public immutable REGISTRY;
    uint256 public immutable UNIT;

    mapping(uint32 providerId => Bond) public bondOf;

    /// @notice Each provider pays once for each assignment, however much evidence there is.
    mapping(uint32 providerId => mapping(bytes32 assignmentId => bool)) public isPunished;

    constructor(address token, address escrow) {
        TOKEN = IERC20(token);
        ESCROW = MarketEscrow(escrow);
        // UNIT is the escrow's: with another token every amount would be wrong by the difference in decimals.
        if (address(ESCROW.TOKEN()) != token) revert WrongToken(token, address(ESCROW.TOKEN()));
        REGISTRY = ESCROW.REGISTRY();
        UNIT = ESCROW.UNIT();
    }

    function stake(uint32 providerId, uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        if (amount % UNIT != 0) revert NotMultipleOfUnit(amount, UNIT);
        if (_ownerOf(providerId) == address(0)) revert UnknownProvider(providerId);
        uint256 before = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = TOKEN.balanceOf(address(this)) - before;
        if (received != amount) revert TransferMismatch(amount, received);
        bondOf[providerId].amount += _narrow(amount / UNIT);
        emit Staked(providerId, msg.sender, amount / UNIT);
    }

    function requestUnstake(uint32 providerId, uint256 amount) external {
        address owner = _ownerOf(providerId);
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
        if (amount == 0) revert ZeroAmount();
        Bond storage bond = bondOf[providerId];
        if (amount > bond.amount) revert InsufficientBond(providerId, amount, bond.amount);
        bond.amount -= _narrow(amount);
        bond.unbonding += _narrow(amount);
        bond.unlockAt = uint40(block.timestamp) + UNBOND_DELAY;
        emit UnstakeRequested(providerId, amount, bond.unlockAt);
    }

    function unstake(uint32 providerId) external nonReentrant {
        Bond storage bond = bondOf[providerId];
        uint256 amount = bond.unbonding;
        if (amount == 0) revert ZeroAmount();
        if (block.timestamp < bond.unlockAt) revert StillLocked(block.timestamp, bond.unlockAt);
        address owner = _ownerOf(providerId);
        bond.unbonding = 0;
        emit Unstaked(providerId, owner, amount);
        TOKEN.safeTransfer(owner, amount * UNIT);
    }

    function slashDoubleResult(Result calldata a, bytes calldata sigA, Result calldata b, bytes calldata sigB)
        external
        nonReentrant
    {
        if (
            a.assignmentId != b.assignmentId || a.providerId != b.providerId || a.inputHash != b.inputHash
                || a.resultDigest == b.resultDigest && a.tokensIn == b.tokensIn && a.tokensOut == b.tokensOut
        ) revert NoEvidence(a.assignmentId, b.assignmentId);
        _signerOf(a.providerId, resultHash(a), sigA);
        _signerOf(b.providerId, resultHash(b), sigB);
        _slash(a.providerId, a.assignmentId, Fault.DoubleResult);
    }

    function slashDoubleCommit(
        ResultCommit calldata a, bytes calldata sigA, ResultCommit calldata b, bytes calldata sigB
    ) external nonReentrant {
        if (a.assignmentId != b.assignmentId || a.providerId != b.providerId || a.commitment == b.commitment) {
            revert NoEvidence(a.assignmentId, b.assignmentId);
        }
        _signerOf(a.providerId, commitHash(a), sigA);
        _signerOf(b.providerId, commitHash(b), sigB);
        _slash(a.providerId, a.assignmentId, Fault.DoubleCommit);
    }

    function slashBrokenCommit(
        ResultCommit calldata commit,
        bytes calldata commitSig,
        Result calldata result,
        bytes calldata resultSig
    ) external nonReentrant {
        if (commit.assignmentId != result.assignmentId || commit.providerId != result.providerId) {
            revert NoEvidence(commit.assignmentId, result.assignmentId);
        }
        // Bound to the key that made the promise: the provider may have changed it before the result.
        address signer = _signerOf(commit.providerId, commitHash(commit), commitSig);
        _signerOf(result.providerId, resultHash(result), resultSig);
        if (commitmentOf(result, signer, address(ESCROW)) == commit.commitment) {
            revert NoEvidence(commit.assignmentId, result.assignmentId);
        }
        _slash(commit.providerId, commit.assignmentId, Fault.BrokenCommit);
    }

    /// @dev The provider's signer who signed it, present or former.
    function _signerOf(uint32 providerId, bytes32 structHash, bytes calldata sig)
        private
        view
        returns (address signer)
    {
        if (sig.length != 64) revert BadSignature(providerId, address(0));
        signer = recover(
            MessageHashUtils.toTypedDataHash(_domain(), structHash), bytes32(sig[:32]), bytes32(sig[32:])
        );
        if (!REGISTRY.isSigner(providerId, signer)) revert BadSignature(providerId, signer);
    }

    /// @dev Takes a quarter of what stays and of what is on its way out, each rounded up; a tenth of it, rounded down,
    /// is the reporter's.
    function _slash(uint32 providerId, bytes32 assignmentId, Fault fault) private {
        if (isPunished[providerId][assignmentId]) revert AlreadyPunished(providerId, assignmentId);
        Bond storage bond = bondOf[providerId];
        uint96 staying = _quarterUp(bond.amount);
        uint96 leaving = _quarterUp(bond.unbonding);
        uint256 amount = uint256(staying) + leaving;
        if (amount == 0) revert NothingAtStake(providerId);
        isPunished[providerId][assignmentId] = true;
        bond.amount -= staying;
        bond.unbonding -= leaving;
        uint256 reward = amount / 10;
        emit Slashed(providerId, assignmentId, fault, amount, msg.sender, reward);
        TOKEN.safeTransfer(SINK, (amount - reward) * UNIT);
        if (reward != 0) TOKEN.safeTransfer(msg.sender, reward * UNIT);
    }

    /// @dev The escrow's domain: results and commits are signed for it.
    function _domain() private view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPE, keccak256("Market Escrow"), keccak256("1"), block.chainid, address(ESCROW))
        );
    }

    function _ownerOf(uint32 providerId) private view returns (address) {
        return REGISTRY.providerOf(providerId).owner;
    }

    function _quarterUp(uint96 amount) private pure returns (uint96) {
        return amount / 4 + (amount % 4 == 0 ? 0 : 1);
    }

    function _narrow(uint256 amount) private pure returns (uint96) {
        if (amount > type(uint96).max) revert AmountTooLarge(amount, type(uint96).max);
        return uint96(amount);
    }
}
