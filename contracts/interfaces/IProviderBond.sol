// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Providers' stake
/// @notice Warnings first. Stake that is on its way out stays at risk until it is paid out, UNBOND_DELAY after the
/// request. Anyone may add stake for a provider; only the provider's owner gets it back.
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

    event Staked(uint32 indexed providerId, address from, uint256 amount);
    event UnstakeRequested(uint32 indexed providerId, uint256 amount, uint40 unlockAt);
    event Unstaked(uint32 indexed providerId, address to, uint256 amount);

    /// @notice Adds stake, in token base units and multiples of the escrow's UNIT.
    function stake(uint32 providerId, uint256 amount) external;

    /// @notice Starts the way out for micro-tokens; a further request restarts the delay for all that is on its way.
    function requestUnstake(uint32 providerId, uint256 amount) external;

    /// @notice Pays out what has waited long enough, to the provider's owner.
    function unstake(uint32 providerId) external;
}
