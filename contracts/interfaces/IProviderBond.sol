// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Fault, Result, ResultCommit} from "../types/Evidence.sol";

/// @title Providers' stake
/// @notice Warnings first.
/// - A provider that signs two different results or commits for one assignment, or a result that does not open its
///   commit, loses a quarter of its stake, whoever held the key: restoring an old backup, or two machines with one key,
///   can do that. A provider stores what it signs before it sends it, and never signs for an assignment twice.
/// - Stake that is on its way out stays at risk until it is paid out, UNBOND_DELAY after the request.
/// - Evidence in the mempool can be copied: the reward goes to whoever is first.
/// - Anyone may add stake for a provider; only the provider's owner gets it back.
/// Nothing but the provider's own signatures costs stake: no vote, no operator, no majority of other providers. There
/// is no owner, no upgrade, no pause and no rescue. Amounts are micro-tokens, but for `stake`.
interface IProviderBond {
    error NotOwner(address caller, address owner);
    error UnknownProvider(uint32 providerId);
    error ZeroAmount();
    error NotMultipleOfUnit(uint256 amount, uint256 unit);
    error AmountTooLarge(uint256 amount, uint256 limit);
    error WrongToken(address token, address escrowToken);
    error TransferMismatch(uint256 expected, uint256 received);
    error InsufficientBond(uint32 providerId, uint256 wanted, uint256 bond);
    error StillLocked(uint256 nowSeconds, uint40 unlockAt);
    error NoEvidence(bytes32 assignmentA, bytes32 assignmentB);
    error BadSignature(uint32 providerId, address signer);
    error AlreadyPunished(uint32 providerId, bytes32 assignmentId);
    error NothingAtStake(uint32 providerId);

    event Staked(uint32 indexed providerId, address from, uint256 amount);
    event UnstakeRequested(uint32 indexed providerId, uint256 amount, uint40 unlockAt);
    event Unstaked(uint32 indexed providerId, address to, uint256 amount);

    /// @param amount what the fault cost: a quarter, rounded up, of the stake that stays and of that on its way out
    /// @param reward the reporter's part of it; the rest went to SINK
    event Slashed(
        uint32 indexed providerId, bytes32 assignmentId, Fault fault, uint256 amount, address reporter, uint256 reward
    );

    /// @notice Adds stake, in token base units and multiples of the escrow's UNIT.
    function stake(uint32 providerId, uint256 amount) external;

    /// @notice Starts the way out for micro-tokens; a further request restarts the delay for all that is on its way.
    function requestUnstake(uint32 providerId, uint256 amount) external;

    /// @notice Pays out what has waited long enough, to the provider's owner.
    function unstake(uint32 providerId) external;

    /// @notice Two signed results of one provider for the same assignment and input that differ in digest or token
    /// counts. Times, price, salt and evidence root alone make no second result. But a commit covers salt and evidence
    /// root: whoever has signed one shows exactly what it promised, see `slashBrokenCommit`.
    /// @param sigA EIP-2098, 64 bytes, by a present or former signer of the provider
    function slashDoubleResult(Result calldata a, bytes calldata sigA, Result calldata b, bytes calldata sigB) external;

    /// @notice Two signed commits of one provider for the same assignment that differ.
    function slashDoubleCommit(
        ResultCommit calldata a, bytes calldata sigA, ResultCommit calldata b, bytes calldata sigB
    ) external;

    /// @notice A signed result that does not open the commit which the same provider signed for the same assignment.
    function slashBrokenCommit(
        ResultCommit calldata commit,
        bytes calldata commitSig,
        Result calldata result,
        bytes calldata resultSig
    ) external;
}
