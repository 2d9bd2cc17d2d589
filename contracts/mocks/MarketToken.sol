// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC3009} from "../interfaces/IERC3009.sol";

/// @title The payment token of local chains
/// @notice Never for a public chain: its deployer mints at will.
contract MarketToken is ERC20Permit, IERC3009 {
    error NotMinter(address caller);
    error NotReceiver(address caller, address to);
    error AuthorizationSpent(address from, bytes32 nonce);
    error AuthorizationOutOfTime(uint256 nowSeconds, uint256 validAfter, uint256 validBefore);
    error AuthorizationNotSigned(address from);

    event AuthorizationUsed(address indexed from, bytes32 indexed nonce);

    bytes32 private constant RECEIVE_TYPE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,"
        "bytes32 nonce)"
    );

    address public immutable MINTER = msg.sender;

    mapping(address from => mapping(bytes32 nonce => bool)) public authorizationState;

    constructor() ERC20("Market Dollar", "MKD") ERC20Permit("Market Dollar") {}

    function mint(address to, uint256 amount) external {
        if (msg.sender != MINTER) revert NotMinter(msg.sender);
        _mint(to, amount);
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        if (msg.sender != to) revert NotReceiver(msg.sender, to);
        if (block.timestamp <= validAfter || block.timestamp >= validBefore) {
            revert AuthorizationOutOfTime(block.timestamp, validAfter, validBefore);
        }
        if (authorizationState[from][nonce]) revert AuthorizationSpent(from, nonce);
        bytes32 structHash = keccak256(abi.encode(RECEIVE_TYPE, from, to, value, validAfter, validBefore, nonce));
        if (ECDSA.recover(_hashTypedDataV4(structHash), v, r, s) != from) revert AuthorizationNotSigned(from);
        authorizationState[from][nonce] = true;
        emit AuthorizationUsed(from, nonce);
        _transfer(from, to, value);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
