// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3009} from "../../../contracts/interfaces/IERC3009.sol";
import {IMarketEscrow} from "../../../contracts/interfaces/IMarketEscrow.sol";
import {IMarketRegistry} from "../../../contracts/interfaces/IMarketRegistry.sol";
import {IProviderBond} from "../../../contracts/interfaces/IProviderBond.sol";

/// @notice The escrow with its public state: the tests run the shipped artifact and never compile the escrow.
interface IEscrow is IMarketEscrow {
    error ReentrancyGuardReentrantCall();
    error SafeERC20FailedOperation(address token);

    function CLOSE_DELAY() external view returns (uint40);

    function GRACE() external view returns (uint40);

    function MAX_BUDGET_LIFE() external view returns (uint40);

    function MAX_FEE_BPS() external view returns (uint16);

    function TOKEN() external view returns (address);

    function UNIT() external view returns (uint256);

    function free(address buyer) external view returns (uint256);

    function credit(uint32 providerId) external view returns (uint256);

    function feeCredit(uint32 operatorId) external view returns (uint256);

    function acc() external view returns (bytes32);

    function totalOwed() external view returns (uint256);

    function budgetCount() external view returns (uint32);

    function REGISTRY() external view returns (IMarketRegistry);
}

interface IBond is IProviderBond {
    function UNBOND_DELAY() external view returns (uint40);

    function UNIT() external view returns (uint256);

    function SINK() external view returns (address);

    function isPunished(uint32 providerId, bytes32 assignmentId) external view returns (bool);

    function bondOf(uint32 providerId) external view returns (uint96 amount, uint96 unbonding, uint40 unlockAt);
}

/// @notice MarketToken with its EIP-2612 and EIP-3009 parts.
interface IToken is IERC3009 {
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error NotMinter(address caller);
    error NotReceiver(address caller, address to);
    error AuthorizationSpent(address from, bytes32 nonce);
    error AuthorizationOutOfTime(uint256 nowSeconds, uint256 validAfter, uint256 validBefore);
    error AuthorizationNotSigned(address from);

    event AuthorizationUsed(address indexed from, bytes32 indexed nonce);

    function mint(address to, uint256 amount) external;

    function approve(address spender, uint256 amount) external returns (bool);

    function transfer(address to, uint256 amount) external returns (bool);

    function balanceOf(address account) external view returns (uint256);

    function allowance(address owner, address spender) external view returns (uint256);

    function nonces(address owner) external view returns (uint256);

    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;

    function authorizationState(address from, bytes32 nonce) external view returns (bool);

    function MINTER() external view returns (address);

    function decimals() external view returns (uint8);
}
