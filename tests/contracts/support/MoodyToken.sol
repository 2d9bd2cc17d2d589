// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A token of six decimals that behaves, until it is told not to: it can take a fee, block an account, answer
/// nothing, answer false, or call somebody in the middle of a transfer.
contract MoodyToken {
    error Blocked(address account);

    uint8 public constant decimals = 6;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    uint256 private fee;
    address private blocked;
    bool private isSilent;
    bool private isRefusing;
    bytes private callback;
    uint256 public callsMade;
    uint256 public callsAccepted;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function takeFee(uint256 amount) external {
        fee = amount;
    }

    function blockAccount(address account) external {
        blocked = account;
    }

    function fallSilent(bool isSo) external {
        isSilent = isSo;
    }

    function refuse(bool isSo) external {
        isRefusing = isSo;
    }

    /// @dev The escrow is called with these bytes in the middle of every transfer; none for an end of that.
    function callBack(bytes calldata call) external {
        callback = call;
    }

    function transfer(address to, uint256 amount) external {
        move(msg.sender, to, amount);
        answer();
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        move(from, to, amount);
        answer();
    }

    function move(address from, address to, uint256 amount) private {
        if (from == blocked || to == blocked) revert Blocked(blocked);
        balanceOf[from] -= amount;
        if (callback.length != 0) {
            ++callsMade;
            (bool isAccepted,) = msg.sender.call(callback);
            if (isAccepted) ++callsAccepted;
        }
        if (!isRefusing) balanceOf[to] += amount - fee;
        else balanceOf[from] += amount;
    }

    function answer() private view {
        if (isSilent) return;
        bool isDone = !isRefusing;
        assembly ("memory-safe") {
            mstore(0, isDone)
            return(0, 32)
        }
    }
}
