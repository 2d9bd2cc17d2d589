// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The least that the escrow needs of a token; its oddities are switched on one by one.
contract OddToken {
    mapping(address account => uint256) public balanceOf;
    uint8 public immutable decimals;
    uint256 private immutable FEE;

    constructor(uint8 decimals_, uint256 fee) {
        decimals = decimals_;
        FEE = fee;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    /// @dev Needs no allowance: these tests ask what arrives, not who may send.
    function transferFrom(address from, address to, uint256 amount) external virtual returns (bool) {
        move(from, to, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external virtual returns (bool) {
        move(msg.sender, to, amount);
        return true;
    }

    function move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount - FEE;
    }
}

/// @notice Says no instead of reverting.
contract FalseToken is OddToken(6, 0) {
    function transferFrom(address, address, uint256) external pure override returns (bool) {
        return false;
    }

    function transfer(address, uint256) external pure override returns (bool) {
        return false;
    }
}

/// @notice Answers nothing, as some large tokens do.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;
    uint8 public constant decimals = 6;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Calls back before it moves anything, as a token with hooks would; it keeps what the callback answered.
contract CallingToken is OddToken(6, 0) {
    bytes private callback;
    bool public isCallAccepted;
    bytes public answer;

    function callBack(bytes calldata call) external {
        callback = call;
    }

    function transferFrom(address from, address to, uint256 amount) external override returns (bool) {
        reenter();
        move(from, to, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external override returns (bool) {
        reenter();
        move(msg.sender, to, amount);
        return true;
    }

    function reenter() private {
        if (callback.length != 0) (isCallAccepted, answer) = msg.sender.call(callback);
    }
}

/// @notice Takes any authorization, and keeps one unit of what it moves.
contract ShortAuthorizationToken is OddToken(6, 1) {
    function receiveWithAuthorization(
        address from, address to, uint256 value, uint256, uint256, bytes32, uint8, bytes32, bytes32
    ) external {
        move(from, to, value);
    }
}
