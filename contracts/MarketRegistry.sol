// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketRegistry} from "./interfaces/IMarketRegistry.sol";
import {Operator, Provider} from "./types/Parties.sol";

/// @title Who is who; its warnings and its contract are in IMarketRegistry
contract MarketRegistry is IMarketRegistry {
    uint40 public constant CHANGE_DELAY = 24 hours;

    mapping(uint32 providerId => Provider) private _providers;
    mapping(uint32 operatorId => Operator) private _operators;
    mapping(uint32 providerId => mapping(address signer => bool)) public isSigner;
    mapping(uint32 operatorId => mapping(address cosigner => uint40 time)) public cosignsUntil;
    uint32 public providerCount;
    uint32 public operatorCount;

    function registerProvider(address owner, address signer, address payout, uint256 agentId)
        external
        returns (uint32 providerId)
    {
        if (owner == address(0) || signer == address(0) || payout == address(0)) revert ZeroAddress();
        providerId = ++providerCount;
        if (providerId > type(uint24).max) revert TooManyProviders(type(uint24).max);
        Provider storage provider = _providers[providerId];
        (provider.owner, provider.signer, provider.payout) = (owner, signer, payout);
        isSigner[providerId][signer] = true;
        emit ProviderRegistered(providerId, owner, signer, payout, agentId);
    }

    function setSigner(uint32 providerId, address signer) external {
        Provider storage provider = _providers[providerId];
        _only(provider.owner);
        if (signer == address(0)) revert ZeroAddress();
        provider.signer = signer;
        isSigner[providerId][signer] = true;
        emit SignerSet(providerId, signer);
    }

    function proposePayout(uint32 providerId, address payout) external {
        Provider storage provider = _providers[providerId];
        _only(provider.owner);
        if (payout == address(0)) revert ZeroAddress();
        uint40 from = uint40(block.timestamp) + CHANGE_DELAY;
        (provider.pendingPayout, provider.payoutAt) = (payout, from);
        emit PayoutProposed(providerId, payout, from);
    }

    function acceptPayout(uint32 providerId) external {
        Provider storage provider = _providers[providerId];
        _only(provider.owner);
        _checkDue(provider.payoutAt);
        address payout = provider.pendingPayout;
        (provider.payout, provider.pendingPayout, provider.payoutAt) = (payout, address(0), 0);
        emit PayoutSet(providerId, payout);
    }

    function registerOperator(address cosigner, address feeTo) external returns (uint32 operatorId) {
        if (cosigner == address(0) || feeTo == address(0)) revert ZeroAddress();
        operatorId = ++operatorCount;
        Operator storage operator = _operators[operatorId];
        (operator.owner, operator.cosigner, operator.feeTo) = (msg.sender, cosigner, feeTo);
        cosignsUntil[operatorId][cosigner] = type(uint40).max;
        emit OperatorRegistered(operatorId, msg.sender, cosigner, feeTo);
    }

    function proposeCosigner(uint32 operatorId, address cosigner) external {
        Operator storage operator = _operators[operatorId];
        _only(operator.owner);
        if (cosigner == address(0)) revert ZeroAddress();
        uint40 from = uint40(block.timestamp) + CHANGE_DELAY;
        (operator.pendingCosigner, operator.cosignerAt) = (cosigner, from);
        emit CosignerProposed(operatorId, cosigner, from);
    }

    function acceptCosigner(uint32 operatorId) external {
        Operator storage operator = _operators[operatorId];
        _only(operator.owner);
        _checkDue(operator.cosignerAt);
        address cosigner = operator.pendingCosigner;
        _retire(operatorId, operator.cosigner);
        cosignsUntil[operatorId][cosigner] = type(uint40).max;
        (operator.cosigner, operator.pendingCosigner, operator.cosignerAt) = (cosigner, address(0), 0);
        emit CosignerSet(operatorId, cosigner);
    }

    function revokeCosigner(uint32 operatorId) external {
        Operator storage operator = _operators[operatorId];
        _only(operator.owner);
        address cosigner = operator.cosigner;
        if (cosigner == address(0)) revert NoCosigner(operatorId);
        _retire(operatorId, cosigner);
        operator.cosigner = address(0);
        emit CosignerRevoked(operatorId, cosigner);
    }

    function providerOf(uint32 providerId) external view returns (Provider memory) {
        return _providers[providerId];
    }

    function operatorOf(uint32 operatorId) external view returns (Operator memory) {
        return _operators[operatorId];
    }

    function payoutOf(uint32 providerId) external view returns (address) {
        return _providers[providerId].payout;
    }

    function feeToOf(uint32 operatorId) external view returns (address) {
        return _operators[operatorId].feeTo;
    }

    function _only(address owner) private view {
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
    }

    function _checkDue(uint40 from) private view {
        if (from == 0) revert NothingProposed();
        if (block.timestamp < from) revert TooEarly(block.timestamp, from);
    }

    /// @dev A key that goes keeps its past: what it consents to stays good for the budgets that were open by then.
    function _retire(uint32 operatorId, address cosigner) private {
        if (cosigner != address(0)) cosignsUntil[operatorId][cosigner] = uint40(block.timestamp);
    }
}
