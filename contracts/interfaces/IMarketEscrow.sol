// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Budget, BudgetLite} from "../types/Budget.sol";
import {Operator, Provider} from "../types/Parties.sol";

/// @title Escrow of a market for AI inference
/// @notice Warnings first.
/// - A token that blocklists or pauses this contract stops every exit; no code here can help.
/// - Tokens that take a fee on transfer, rebase or call back are refused or unsupported: one known token per instance.
/// - A session key and the operator's co-signer together can spend a budget up to its cap. Neither can alone.
/// - What is locked in a budget returns at the latest CLOSE_DELAY + GRACE after the buyer asks.
/// There is no owner, no upgrade, no pause and no rescue. All amounts are micro-tokens, but for `deposit` and
/// `depositFor`, which take token base units in multiples of `UNIT`.
interface IMarketEscrow {
    error NotOwner(address caller, address owner);
    error NotOperator(address signer, address cosigner);
    error BadBudget(uint32 budgetNo, uint8 state);
    error BadFee(uint16 maxFeeBps, uint16 limit);
    error BadExpiry(uint40 expiry, uint256 earliest, uint256 latest);
    error BadDecimals(uint8 decimals);
    error NonceUsed(address buyer, uint256 nonce);
    error TooEarly(uint256 nowSeconds, uint256 from);
    error Malformed(uint256 offset);
    error ProviderListIncomplete(uint256 listed, uint256 paid);
    error ZeroAmount();
    error ZeroAddress();
    error NotMultipleOfUnit(uint256 amount, uint256 unit);
    error TransferMismatch(uint256 expected, uint256 received);
    error InsufficientFree(address buyer, uint256 wanted, uint256 free);
    error UnknownProvider(uint32 providerId);
    error UnknownOperator(uint32 operatorId);
    error TooManyProviders(uint32 limit);

    event Deposited(address indexed buyer, address from, uint256 amount);
    event Withdrawn(address indexed buyer, uint256 amount);
    event BudgetOpened(
        uint32 indexed budgetNo,
        address indexed buyer,
        address session,
        uint32 operatorId,
        uint80 cap,
        uint40 expiry,
        uint16 maxFeeBps,
        bytes32 termsHash
    );
    event BudgetClosing(uint32 indexed budgetNo, uint40 expiry);
    event BudgetClosed(uint32 indexed budgetNo, uint256 refund);

    /// @param packed fromJob << 176 | throughJob << 144 | total << 64 | fee
    event StatementSettled(uint32 indexed budgetNo, uint256 packed, bytes32 receiptsRoot);

    /// @param reason 1 stale or not open, 2 too late, 3 signature, 4 amounts, 5 lines, 6 another operator's budget
    event StatementSkipped(uint32 indexed budgetNo, uint8 reason);
    event Credited(uint32 indexed providerId, uint256 amount);
    event FeeCredited(uint32 indexed operatorId, uint256 amount);

    /// @notice The whole payload is in the log, so that anybody can check every signature and every amount.
    event BatchSettled(uint32 indexed operatorId, bytes32 acc, bytes payload);
    event Claimed(uint32 indexed providerId, address to, uint256 amount);
    event FeeClaimed(uint32 indexed operatorId, address to, uint256 amount);
    event ProviderRegistered(
        uint32 indexed providerId,
        address indexed owner,
        address signer,
        address payout,
        uint256 agentId
    );
    event OperatorRegistered(uint32 indexed operatorId, address indexed owner, address cosigner, address feeTo);

    /// @notice Adds tokens to the caller's free balance.
    function deposit(uint256 amount) external;

    /// @notice Adds the caller's tokens to somebody's free balance, and touches nothing else of theirs.
    function depositFor(address buyer, uint256 amount) external;

    /// @notice Pays free balance out to the caller, at once.
    function withdraw(uint256 amount) external;

    /// @notice Locks free balance in a new budget. Only the buyer itself may.
    function openBudget(BudgetLite calldata budget) external returns (uint32 budgetNo);

    /// @notice Brings a budget's end near. Statements still apply for GRACE after it. Only ever shortens.
    function requestClose(uint32 budgetNo) external;

    /// @notice Returns what is left of a budget to its buyer's free balance, once it is over. Anyone may.
    function close(uint32 budgetNo) external;

    /// @notice Takes the next number. Anyone may; refused once the number would not fit the 24 bits of a line.
    function registerProvider(address owner, address signer, address payout, uint256 agentId)
        external
        returns (uint32 providerId);

    function registerOperator(address cosigner, address feeTo) external returns (uint32 operatorId);

    /// @notice Applies signed statements of one operator's budgets. Anyone may send it, for it is co-signed whole.
    /// @dev A row that cannot apply is skipped with a reason. A malformed envelope or an incomplete list reverts.
    function settle(uint32 operatorId, bytes calldata payload, bytes calldata cosig) external;

    /// @notice Pays a provider's credit to its payout address. Anyone may.
    function claim(uint32 providerId) external;

    /// @notice Pays an operator's fees to its fee address. Anyone may.
    function claimFee(uint32 operatorId) external;

    function budgetOf(uint32 budgetNo) external view returns (Budget memory);

    function providerOf(uint32 providerId) external view returns (Provider memory);

    function operatorOf(uint32 operatorId) external view returns (Operator memory);

    /// @notice What a budget can still pay: nothing once GRACE has run out.
    function available(uint32 budgetNo) external view returns (uint256);

    /// @notice Whether the tokens held cover everything owed.
    function solvent() external view returns (bool);

    function statementDigest(
        uint32 budgetNo,
        uint32 fromJob,
        uint32 throughJob,
        uint80 fromSpent,
        uint64 fee,
        bytes32 receiptsRoot,
        bytes calldata lines
    ) external view returns (bytes32);

    function cosignBatchDigest(bytes32 payloadHash) external view returns (bytes32);
}
