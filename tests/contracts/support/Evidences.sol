// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Result, ResultCommit} from "../../../contracts/types/Evidence.sol";
import {Signatures} from "./Signatures.sol";

/// @title What providers sign, written from the design and not from the contract
library Evidences {
    function result(bytes32 domain, Result memory signed) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Result(bytes32 assignmentId,uint32 providerId,bytes32 inputHash,bytes32 resultDigest,bytes32 evidenceRoot,"
            "bytes32 salt,uint32 tokensIn,uint32 tokensOut,uint40 startedAt,uint40 finishedAt,uint64 price)"
        );
        bytes memory hashes = abi.encode(
            signed.assignmentId,
            signed.providerId,
            signed.inputHash,
            signed.resultDigest,
            signed.evidenceRoot,
            signed.salt
        );
        bytes memory numbers =
            abi.encode(signed.tokensIn, signed.tokensOut, signed.startedAt, signed.finishedAt, signed.price);
        return typed(domain, keccak256(bytes.concat(typeHash, hashes, numbers)));
    }

    function commit(bytes32 domain, ResultCommit memory signed) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("ResultCommit(bytes32 assignmentId,uint32 providerId,bytes32 commitment)");
        return typed(
            domain, keccak256(abi.encode(typeHash, signed.assignmentId, signed.providerId, signed.commitment))
        );
    }

    /// @dev What a provider's signer commits to for this result.
    function commitment(address escrow, address signer, Result memory opened) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Commit(bytes32 assignmentId,bytes32 inputHash,address provider,bytes32 resultDigest,bytes32 evidenceRoot,"
            "bytes32 salt)"
        );
        return keccak256(
            abi.encode(
                typeHash,
                block.chainid,
                escrow,
                opened.assignmentId,
                opened.inputHash,
                signer,
                opened.resultDigest,
                opened.evidenceRoot,
                opened.salt
            )
        );
    }

    /// @dev 64 bytes, EIP-2098.
    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 vs) = Signatures.compact(key, digest);
        return bytes.concat(r, vs);
    }

    function typed(bytes32 domain, bytes32 hash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", domain, hash));
    }
}
