// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BudgetLite} from "../../../contracts/types/Budget.sol";
import {Result, ResultCommit} from "../../../contracts/types/Evidence.sol";
import {Row} from "./PayloadWriter.sol";
import {Ticket} from "./TicketWriter.sol";
import {vm} from "./Vm.sol";

/// @title EIP-712 digests and EIP-2098 signatures, written from the design's type strings and not from the contract
library Signatures {
    uint256 internal constant HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    function domain(address escrow) internal view returns (bytes32) {
        return domainOf("Market Escrow", escrow);
    }

    function tokenDomain(address token) internal view returns (bytes32) {
        return domainOf("Market Dollar", token);
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
        return typed(domainHash, hash);
    }

    function cosign(bytes32 domainHash, bytes32 statementDigest) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("Cosign(bytes32 statementDigest)");
        return typed(domainHash, keccak256(abi.encode(typeHash, statementDigest)));
    }

    function cosignBatch(bytes32 domainHash, bytes memory payload) internal pure returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(keccak256("CosignBatch(bytes32 payloadHash)"), keccak256(payload)));
        return typed(domainHash, hash);
    }

    function jobTicket(bytes32 domainHash, Ticket memory ticket) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "JobTicket(uint256 budgetNo,uint32 jobNo,uint32 legNo,uint32 providerId,uint40 amount,uint40 maxFee,"
            "uint40 deliveredAt,bytes32 assignmentId,bytes32 inputHash,bytes32 resultDigest)"
        );
        bytes memory numbers = bytes.concat(
            abi.encode(ticket.budgetNo, ticket.jobNo, ticket.legNo, ticket.providerId),
            abi.encode(ticket.amount, ticket.maxFee, ticket.deliveredAt)
        );
        bytes memory words = abi.encode(ticket.assignmentId, ticket.inputHash, ticket.resultDigest);
        return typed(domainHash, keccak256(bytes.concat(typeHash, numbers, words)));
    }

    function cosignTicket(bytes32 domainHash, bytes32 ticketDigest, uint256 fee) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("CosignTicket(bytes32 ticketDigest,uint40 fee)");
        return typed(domainHash, keccak256(abi.encode(typeHash, ticketDigest, fee)));
    }

    /// @dev `termsHash` is the hash of the struct Terms, as EIP-712 puts a struct into another one.
    function budget(bytes32 domainHash, BudgetLite memory wanted) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Budget(address buyer,address session,uint32 operatorId,uint80 cap,uint40 expiry,uint16 maxFeeBps,"
            "Terms terms,uint256 nonce)"
            "Terms(bytes32 modelId,uint96 maxPricePerMTokIn,uint96 maxPricePerMTokOut,uint32 maxJobs,"
            "uint96 maxPerJob,bytes32 providerSetRoot,uint96 minProviderBond,uint8 redundancy,uint8 quorum,"
            "uint32 maxLatencyMs,uint40 jobDeadline)"
        );
        bytes memory who = abi.encode(typeHash, wanted.buyer, wanted.session, wanted.operatorId);
        bytes memory what =
            abi.encode(wanted.cap, wanted.expiry, wanted.maxFeeBps, wanted.termsHash, wanted.nonce);
        return typed(domainHash, keccak256(bytes.concat(who, what)));
    }

    function withdraw(bytes32 domainHash, address buyer, uint256 amount, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        bytes32 typeHash = keccak256("Withdraw(address buyer,uint256 amount,uint256 nonce,uint256 deadline)");
        return typed(domainHash, keccak256(abi.encode(typeHash, buyer, amount, nonce, deadline)));
    }

    function requestClose(bytes32 domainHash, uint256 budgetNo) internal pure returns (bytes32) {
        return typed(domainHash, keccak256(abi.encode(keccak256("RequestClose(uint256 budgetNo)"), budgetNo)));
    }

    function result(bytes32 domainHash, Result memory revealed) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Result(bytes32 assignmentId,uint32 providerId,bytes32 inputHash,bytes32 resultDigest,"
            "bytes32 evidenceRoot,bytes32 salt,uint32 tokensIn,uint32 tokensOut,uint40 startedAt,uint40 finishedAt,"
            "uint64 price)"
        );
        bytes memory what = abi.encode(typeHash, revealed.assignmentId, revealed.providerId, revealed.inputHash);
        bytes memory words = abi.encode(revealed.resultDigest, revealed.evidenceRoot, revealed.salt);
        bytes memory numbers = bytes.concat(
            abi.encode(revealed.tokensIn, revealed.tokensOut),
            abi.encode(revealed.startedAt, revealed.finishedAt, revealed.price)
        );
        return typed(domainHash, keccak256(bytes.concat(what, words, numbers)));
    }

    function resultCommit(bytes32 domainHash, ResultCommit memory promised) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("ResultCommit(bytes32 assignmentId,uint32 providerId,bytes32 commitment)");
        bytes32 hash =
            keccak256(abi.encode(typeHash, promised.assignmentId, promised.providerId, promised.commitment));
        return typed(domainHash, hash);
    }

    /// @dev What a provider's signer promises: the result, salted, for one chain and one escrow.
    function commitment(Result memory revealed, address signer, uint256 chainId, address escrow)
        internal
        pure
        returns (bytes32)
    {
        bytes32 typeHash = keccak256(
            "Commit(bytes32 assignmentId,bytes32 inputHash,address provider,bytes32 resultDigest,"
            "bytes32 evidenceRoot,bytes32 salt)"
        );
        bytes memory where = abi.encode(typeHash, chainId, escrow, revealed.assignmentId, revealed.inputHash, signer);
        return keccak256(
            bytes.concat(where, abi.encode(revealed.resultDigest, revealed.evidenceRoot, revealed.salt))
        );
    }

    /// @dev EIP-2612, under the token's domain.
    function permit(bytes32 domainHash, address owner, address spender, uint256 value, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        return typed(domainHash, keccak256(abi.encode(typeHash, owner, spender, value, nonce, deadline)));
    }

    /// @dev EIP-3009, under the token's domain.
    function receiveWithAuthorization(
        bytes32 domainHash,
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
            "uint256 validBefore,bytes32 nonce)"
        );
        return typed(
            domainHash, keccak256(abi.encode(typeHash, from, to, value, validAfter, validBefore, nonce))
        );
    }

    /// @dev EIP-2098: the parity of y in the top bit of s, which is in the lower half.
    function compact(uint256 key, bytes32 digest) internal pure returns (bytes32 r, bytes32 vs) {
        uint8 v;
        bytes32 s;
        (v, r, s) = vm.sign(key, digest);
        vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
    }

    /// @dev r, s and v, as wallets give them.
    function wide(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The lowest s of the upper half. The compact form has room for it, and ecrecover takes it: for any digest
    /// there is an address whose signature it is, so that a missing check shows.
    function highS(bytes32 digest) internal pure returns (bytes32 r, bytes32 vs, address signer) {
        r = bytes32(uint256(0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798));
        vs = bytes32(HALF_ORDER + 1);
        signer = ecrecover(digest, 27, r, vs);
    }

    function typed(bytes32 domainHash, bytes32 hash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", domainHash, hash));
    }

    function domainOf(bytes memory name, address where) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(name),
                keccak256("1"),
                block.chainid,
                where
            )
        );
    }
}
