// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Budget, BudgetLite} from "../types/Budget.sol";

/// @title Escrow of a market for AI inference
/// @notice Warnings first.
/// - A token that blocklists or pauses this contract stops every exit; no code here can help.
/// - Tokens that take a fee on transfer, rebase or call back are refused or unsupported: one known token per instance.
/// - A session key and the operator's co-signer together can spend a budget up to its cap. Neither can alone.
/// - What is locked in a budget returns at the latest CLOSE_DELAY + GRACE after the buyer asks.
/// - A signature that was given away can be used until its nonce is used or cancelled, whoever holds it by then. It
///   does no more than it says: tokens only ever leave to the buyer, a provider's payout or an operator's fee address.
/// - A signed withdrawal, budget or close is checked by asking the buyer's code, when it has any (ERC-1271; EIP-7702).
///   Session keys and co-signers are bare keys.
/// - A statement and a ticket are worth nothing after expiry + GRACE.
/// There is no owner, no upgrade, no pause and no rescue. All amounts are micro-tokens, but for the deposits, which
/// take token base units in multiples of `UNIT`. Times are Unix seconds. Signatures of session keys and co-signers have
/// 64 bytes (EIP-2098), those of buyers 65 or what their contract asks for. Typed data has the domain "Market Escrow",
/// version "1", this chain and this contract.
interface IMarketEscrow {
    error NotOwner(address caller, address owner);
    error NotOperator(uint32 operatorId, bytes32 digest);
    error BadSignature(address owner);
    error BadBudget(uint32 budgetNo, uint256 state);
    error BadFee(uint16 maxFeeBps, uint16 limit);
    error BadExpiry(uint40 expiry, uint256 earliest, uint256 latest);
    error BadDecimals(uint8 decimals);
    error NonceUsed(address buyer, uint256 nonce);
    error TooEarly(uint256 nowSeconds, uint256 from);
    error TooLate(uint256 nowSeconds, uint256 deadline);
    error Malformed(uint256 offset);
    error ProviderListIncomplete(uint256 listed, uint256 paid);
    error ZeroAmount();
    error ZeroAddress();
    error NotMultipleOfUnit(uint256 amount, uint256 unit);
    error TransferMismatch(uint256 expected, uint256 received);
    error InsufficientFree(address buyer, uint256 wanted, uint256 free);
    error UnknownOperator(uint32 operatorId);

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
    event NonceCancelled(address indexed buyer, uint256 nonce);
    event BudgetClosing(uint32 indexed budgetNo, uint40 expiry);
    event BudgetClosed(uint32 indexed budgetNo, uint256 refund);

    /// @param packed fromJob << 176 | throughJob << 144 | total << 64 | fee
    event StatementSettled(uint32 indexed budgetNo, uint256 packed, bytes32 receiptsRoot);

    /// @param reason 1 stale, paid or not open, 2 too late, 3 signature, 4 amounts, 5 lines or provider, 6 no consent
    /// of the budget's operator
    event StatementSkipped(uint32 indexed budgetNo, uint8 reason);

    /// @notice What statements pay a provider. What tickets pay it is in TicketSettled alone.
    event Credited(uint32 indexed providerId, uint256 amount);

    /// @notice The fees of statements. Those of tickets are in TicketSettled alone.
    event FeeCredited(uint32 indexed operatorId, uint256 amount);

    /// @notice The whole payload is in the log, so that anybody can check every signature and every amount.
    /// @param operatorId who co-signed the batch; 0 when each statement was co-signed by itself
    event BatchSettled(uint32 indexed operatorId, bytes32 acc, bytes payload);

    /// @notice A ticket's payment: `amount` is credit of the provider, `fee` of the operator.
    event TicketSettled(
        uint32 indexed budgetNo,
        uint32 jobNo,
        uint32 providerId,
        uint32 operatorId,
        bytes32 assignmentId,
        uint40 amount,
        uint40 fee
    );

    /// @param reason as in StatementSkipped
    event TicketSkipped(uint32 indexed budgetNo, uint32 jobNo, uint8 reason);
    event TicketsSettled(bytes32 acc, bytes rows);
    event Claimed(uint32 indexed providerId, address to, uint256 amount);
    event FeeClaimed(uint32 indexed operatorId, address to, uint256 amount);

    /// @notice Adds the caller's tokens to its free balance.
    function deposit(uint256 amount) external;

    /// @notice Adds the caller's tokens to somebody's free balance, and touches nothing else of theirs.
    function depositFor(address buyer, uint256 amount) external;

    /// @notice As `deposit`, with the caller's EIP-2612 permit instead of an earlier approval. A permit that somebody
    /// else has used already does no harm: the allowance is there.
    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Adds the buyer's tokens to its free balance by an EIP-3009 `ReceiveWithAuthorization` that it has signed
    /// for this contract. Anyone may send it.
    function depositWithAuthorization(
        address buyer,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice Pays free balance out to the caller, at once.
    function withdraw(uint256 amount) external;

    /// @notice Pays free balance out to the buyer who signed
    /// `Withdraw(address buyer,uint256 amount,uint256 nonce,uint256 deadline)`. Anyone may send it.
    function withdrawWithSig(address buyer, uint256 amount, uint256 nonce, uint256 deadline, bytes calldata sig)
        external;

    /// @notice Pays a provider's credit to its payout address. Anyone may.
    function claim(uint32 providerId) external;

    /// @notice Pays an operator's fees to its fee address. Anyone may.
    function claimFee(uint32 operatorId) external;

    /// @notice Locks the caller's free balance in a new budget.
    function openBudget(BudgetLite calldata budget) external returns (uint32 budgetNo);

    /// @notice Locks the free balance of the buyer who signed the typed `Budget`. Anyone may send it.
    function openBudgetWithSig(BudgetLite calldata budget, bytes calldata sig) external returns (uint32 budgetNo);

    /// @notice Makes a nonce of the caller's unusable, and so what it has signed with it.
    function cancelNonce(uint256 nonce) external;

    /// @notice Brings a budget's end near. Statements and tickets still apply for GRACE after it. Only ever shortens.
    function requestClose(uint32 budgetNo) external;

    /// @notice As `requestClose`, for the buyer who signed `RequestClose(uint256 budgetNo)`. Anyone may send it; a
    /// second time it changes nothing.
    function requestCloseWithSig(uint32 budgetNo, bytes calldata sig) external;

    /// @notice Returns what is left of a budget to its buyer's free balance, once it is over. Anyone may.
    function close(uint32 budgetNo) external;

    /// @notice Applies signed statements of one operator's budgets. Anyone may send it, for it is co-signed whole
    /// (`CosignBatch` over the payload's hash).
    /// @dev A row that cannot apply is skipped with a reason. A malformed envelope or an incomplete list reverts.
    function settle(uint32 operatorId, bytes calldata payload, bytes calldata cosig) external;

    /// @notice Applies statements that were co-signed one by one (`Cosign` over each one's digest), of any operators'
    /// budgets: what a provider holds is enough, whether the operator is there or not. Anyone may send it.
    /// @param cosigs 64 bytes for each row, in the rows' order
    function settleCosigned(bytes calldata payload, bytes calldata cosigs) external;

    /// @notice Pays single tickets of budgets whose buyer does not sign statements. Anyone may send it; each row
    /// carries the session's signature of the ticket and the operator's of `CosignTicket`.
    /// @dev Below the budget's throughJob a ticket is dead; a leg that was paid by ticket is never paid by another one.
    function settleTickets(bytes calldata rows) external;

    function budgetOf(uint32 budgetNo) external view returns (Budget memory);

    /// @notice What a budget can still pay: nothing once GRACE has run out.
    function available(uint32 budgetNo) external view returns (uint256);

    function isNonceUsed(address buyer, uint256 nonce) external view returns (bool);

    function isTicketPaid(uint32 budgetNo, uint32 legNo) external view returns (bool);

    /// @notice Whether the tokens held cover everything owed.
    function solvent() external view returns (bool);

    function cosignBatchDigest(bytes32 payloadHash) external view returns (bytes32);

    /// @notice ERC-5267.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );
}
