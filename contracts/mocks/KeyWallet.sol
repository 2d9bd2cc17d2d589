// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A contract wallet of local chains and tests (ERC-1271): one key signs for it
contract KeyWallet {
    error WrongLength(uint256 length);

    address private immutable KEY;

    constructor(address key) {
        KEY = key;
    }

    /// @param signature r, s and v of the key, 65 bytes
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) revert WrongLength(signature.length);
        address signer =
            ecrecover(hash, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        return signer != address(0) && signer == KEY ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}
