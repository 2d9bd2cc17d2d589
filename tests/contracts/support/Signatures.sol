// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Row} from "./PayloadWriter.sol";
import {vm} from "./Vm.sol";

/// @title EIP-712 digests and EIP-2098 signatures, written from the design and not from the contract
library Signatures {
    uint256 internal constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    function domain(address escrow) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Market Escrow"),
                keccak256("1"),
                block.chainid,
                escrow
            )
        );
    }

    function statement(bytes32 domainHash, Row memory row) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Statement(uint256 budgetNo,uint32 fromJob,uint32 throughJob,uint256 fromSpent,uint256 fee,"
            "bytes32 receiptsRoot,bytes lines)"
        );
        bytes32 hash = keccak256(
            abi.encode(
                typeHash,
                row.budgetNo,
                row.fromJob,
                row.throughJob,
                row.fromSpent,
                row.fee,
                row.receiptsRoot,
                keccak256(row.lines)
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domainHash, hash));
    }

    function cosignBatch(bytes32 domainHash, bytes memory payload) internal pure returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(keccak256("CosignBatch(bytes32 payloadHash)"), keccak256(payload)));
        return keccak256(abi.encodePacked("\x19\x01", domainHash, hash));
    }

    /// @dev EIP-2098: the parity of y in the top bit of s, which is in the lower half.
    function compact(uint256 key, bytes32 digest) internal pure returns (bytes32 r, bytes32 vs) {
        uint8 v;
        bytes32 s;
        (v, r, s) = vm.sign(key, digest);
        vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
    }

    /// @dev The lowest s of the upper half. The compact form has room for it, and ecrecover takes it: for any digest
    /// there is an address whose signature it is, so that a missing check shows.
    function highS(bytes32 digest) internal pure returns (bytes32 r, bytes32 vs, address signer) {
        r = bytes32(uint256(0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798));
        vs = bytes32(HALF_ORDER + 1);
        signer = ecrecover(digest, 27, r, vs);
    }
}
