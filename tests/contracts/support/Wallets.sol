// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A buyer that is a contract (ERC-1271): one key signs for it.
contract Wallet {
    address private immutable KEY;

    constructor(address key) {
        KEY = key;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (uint8 v, bytes32 r, bytes32 s) = abi.decode(signature, (uint8, bytes32, bytes32));
        return ecrecover(hash, v, r, s) == KEY ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @notice A contract that answers anything with true, as one with a careless fallback would: it has not signed.
contract Yes {
    fallback(bytes calldata) external returns (bytes memory) {
        return abi.encode(true);
    }
}
