// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operator, Provider} from "../types/Parties.sol";

/// @title Who provides and who operates
/// @notice Warnings first.
/// - Registering proves nothing about anybody: names, hardware and honesty are not checked here.
/// - Whoever holds a provider's owner key can change where its pay goes, a day after saying so.
/// - A provider's former signers stay its signers for evidence: a key that leaks after its change can still cost stake.
/// - A replaced or revoked co-signer stays its operator's consent for the budgets that were open by then. It moves
///   nothing without those budgets' own session keys.
/// There is no owner of the whole, no upgrade, no pause, and no entry is ever removed.
interface IMarketRegistry {
    error NotOwner(address caller, address owner);
    error ZeroAddress();
    error TooEarly(uint256 nowSeconds, uint256 from);
    error NothingProposed();
    error NoCosigner(uint32 operatorId);
    error TooManyProviders(uint32 limit);

    event ProviderRegistered(
        uint32 indexed providerId, address indexed owner, address signer, address payout, uint256 agentId
    );
    event SignerSet(uint32 indexed providerId, address signer);
    event PayoutProposed(uint32 indexed providerId, address payout, uint40 from);
    event PayoutSet(uint32 indexed providerId, address payout);
    event OperatorRegistered(uint32 indexed operatorId, address indexed owner, address cosigner, address feeTo);
    event CosignerProposed(uint32 indexed operatorId, address cosigner, uint40 from);
    event CosignerSet(uint32 indexed operatorId, address cosigner);
    event CosignerRevoked(uint32 indexed operatorId, address cosigner);

    /// @notice Takes the next number. Anyone may; refused once the number would not fit the 24 bits of a line.
    /// @param agentId the provider's ERC-8004 identity, or 0; it only appears in the log
    function registerProvider(address owner, address signer, address payout, uint256 agentId)
        external
        returns (uint32 providerId);

    /// @notice Changes the hot key at once. The former one stays valid for evidence, and only for that.
    function setSigner(uint32 providerId, address signer) external;

    /// @notice Says where pay shall go, CHANGE_DELAY from now on at the earliest. A further proposal starts anew.
    function proposePayout(uint32 providerId, address payout) external;

    /// @notice Lets the proposed payout address take effect, once the delay is over.
    function acceptPayout(uint32 providerId) external;

    /// @notice Takes the next number; the caller is its owner. Anyone may.
    function registerOperator(address cosigner, address feeTo) external returns (uint32 operatorId);

    /// @notice Says which key shall co-sign, CHANGE_DELAY from now on at the earliest.
    function proposeCosigner(uint32 operatorId, address cosigner) external;

    /// @notice Lets the proposed co-signer take effect, once the delay is over.
    function acceptCosigner(uint32 operatorId) external;

    /// @notice Ends the present co-signer's consent at once, but for budgets that are open already.
    function revokeCosigner(uint32 operatorId) external;

    /// @notice Whether the address is, or ever was, the provider's signer.
    function isSigner(uint32 providerId, address signer) external view returns (bool);

    /// @notice The key is its operator's consent for budgets opened until this time (Unix seconds): all of them for the
    /// present co-signer, none (0) for a key that never was one.
    function cosignsUntil(uint32 operatorId, address cosigner) external view returns (uint40);

    function providerCount() external view returns (uint32);

    function operatorCount() external view returns (uint32);

    function providerOf(uint32 providerId) external view returns (Provider memory);

    function operatorOf(uint32 operatorId) external view returns (Operator memory);

    /// @notice Where a provider's credit is paid; zero when there is no such provider.
    function payoutOf(uint32 providerId) external view returns (address);

    /// @notice Where an operator's fees are paid; zero when there is no such operator.
    function feeToOf(uint32 operatorId) external view returns (address);
}
