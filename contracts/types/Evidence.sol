// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a provider can be slashed for.
enum Fault {
    None,
    DoubleResult,
    DoubleCommit,
    BrokenCommit
}

/// @notice What a provider signs when it reveals; times in Unix seconds, price in micro-tokens per 1,000,000 units.
struct Result {
    bytes32 assignmentId;
    uint32 providerId;
    bytes32 inputHash;
    bytes32 resultDigest;
    bytes32 evidenceRoot;
    bytes32 salt;
    uint32 tokensIn;
    uint32 tokensOut;
    uint40 startedAt;
    uint40 finishedAt;
    uint64 price;
}

/// @notice The promise of a result that a provider signs before it can see anybody else's.
struct ResultCommit {
    bytes32 assignmentId;
    uint32 providerId;
    bytes32 commitment;
}

bytes32 constant RESULT_TYPE = keccak256(
    "Result(bytes32 assignmentId,uint32 providerId,bytes32 inputHash,bytes32 resultDigest,bytes32 evidenceRoot,"
    "bytes32 salt,uint32 tokensIn,uint32 tokensOut,uint40 startedAt,uint40 finishedAt,uint64 price)"
);
bytes32 constant RESULT_COMMIT_TYPE =
    keccak256("ResultCommit(bytes32 assignmentId,uint32 providerId,bytes32 commitment)");
bytes32 constant COMMIT_TYPE = keccak256(
    "Commit(bytes32 assignmentId,bytes32 inputHash,address provider,bytes32 resultDigest,bytes32 evidenceRoot,"
    "bytes32 salt)"
);

/// @dev EIP-712 struct hashes: a struct of static fields is encoded as its ABI encoding behind the type.
function resultHash(Result calldata result) pure returns (bytes32) {
    return keccak256(abi.encode(RESULT_TYPE, result));
}

function commitHash(ResultCommit calldata commit) pure returns (bytes32) {
    return keccak256(abi.encode(RESULT_COMMIT_TYPE, commit));
}

/// @dev The commitment that this result opens, had `signer` made it for this escrow on this chain.
function commitmentOf(Result calldata result, address signer, address escrow) view returns (bytes32) {
    return keccak256(
        abi.encode(
            COMMIT_TYPE,
            block.chainid,
            escrow,
            result.assignmentId,
            result.inputHash,
            signer,
            result.resultDigest,
            result.evidenceRoot,
            result.salt
        )
    );
}
