// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IProviderBond} from "./interfaces/IProviderBond.sol";
import {MarketEscrow} from "./MarketEscrow.sol";

/// @title The stake; its warnings and its contract are in IProviderBond
contract ProviderBond is IProviderBond, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Micro-tokens. `amount` is at stake and stays, `unbonding` is at stake and on its way out.
    struct Bond {
        uint96 amount;
        uint96 unbonding;
        uint40 unlockAt;
    }

    /// @notice Longer than a budget's life and both delays, so that evidence is always in time.
    uint40 public constant UNBOND_DELAY = 45 days;

    IERC20 public immutable TOKEN;
    MarketEscrow public immutable ESCROW;
    uint256 public immutable UNIT;

    mapping(uint32 providerId => Bond) public bondOf;

    constructor(address token, address escrow) {
        TOKEN = IERC20(token);
        ESCROW = MarketEscrow(escrow);
        // UNIT is the escrow's: with another token every amount would be wrong by the difference in decimals.
        if (address(ESCROW.TOKEN()) != token) revert WrongToken(token, address(ESCROW.TOKEN()));
        UNIT = ESCROW.UNIT();
    }

    function stake(uint32 providerId, uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        if (amount % UNIT != 0) revert NotMultipleOfUnit(amount, UNIT);
        if (ESCROW.providerOf(providerId).owner == address(0)) revert UnknownProvider(providerId);
        uint256 before = TOKEN.balanceOf(address(this));
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = TOKEN.balanceOf(address(this)) - before;
        if (received != amount) revert TransferMismatch(amount, received);
        bondOf[providerId].amount += _narrow(amount / UNIT);
        emit Staked(providerId, msg.sender, amount / UNIT);
    }

    function requestUnstake(uint32 providerId, uint256 amount) external {
        address owner = ESCROW.providerOf(providerId).owner;
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
        address owner = ESCROW.providerOf(providerId).owner;
        bond.unbonding = 0;
        emit Unstaked(providerId, owner, amount);
        TOKEN.safeTransfer(owner, amount * UNIT);
    }

    function _narrow(uint256 amount) private pure returns (uint96) {
        if (amount > type(uint96).max) revert AmountTooLarge(amount, type(uint96).max);
        return uint96(amount);
    }
}
