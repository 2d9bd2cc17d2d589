// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title The payment token of local chains
/// @notice Never for a public chain: its deployer mints at will.
contract MarketToken is ERC20Permit {
    error NotMinter(address caller);

    address public immutable MINTER = msg.sender;

    constructor() ERC20("Market Dollar", "MKD") ERC20Permit("Market Dollar") {}

    function mint(address to, uint256 amount) external {
        if (msg.sender != MINTER) revert NotMinter(msg.sender);
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
