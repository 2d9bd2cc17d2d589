// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StatementRow} from "../../contracts/types/StatementReader.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {IEscrow} from "./support/IEscrow.sol";
import {Row} from "./support/PayloadWriter.sol";
import {ReaderHarness} from "./support/ReaderHarness.sol";
import {Signatures} from "./support/Signatures.sol";
import {vm} from "./support/Vm.sol";

/// @notice The contract against tests/vectors/escrow.json, which the C# encoders are held against too. The escrow's
/// code is laid at the vectors' address on the vectors' chain, as a fork of the chain would.
contract VectorsTest is EscrowFixture {
    string private json;
    ReaderHarness private reader;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("tests/vectors/escrow.json");
        reader = new ReaderHarness();
        address where = vm.parseJsonAddress(json, ".domain.verifyingContract");
        vm.etch(where, address(escrow).code);
        vm.chainId(vm.parseJsonUint(json, ".domain.chainId"));
        escrow = IEscrow(where);
    }

    function test_The_domain_is_that_of_the_vectors() public view {
        equal(Signatures.domain(address(escrow)), word(".domain.separator"), "separator");
    }

    function test_Statements_have_the_vectors_digests_and_signers() public view {
        uint256 count;
        for (string memory at = row(0); vm.keyExistsJson(json, at); at = row(++count)) {
            Row memory read;
            read.budgetNo = number(at, ".budgetNo");
            read.fromJob = number(at, ".fromJob");
            read.throughJob = number(at, ".throughJob");
            read.fromSpent = number(at, ".fromSpent");
            read.fee = number(at, ".fee");
            read.receiptsRoot = word(string.concat(at, ".receiptsRoot"));
            read.lines = vm.parseJsonBytes(json, string.concat(at, ".linesBytes"));
            bytes32 digest = Signatures.statement(Signatures.domain(address(escrow)), read);

            equal(digest, word(string.concat(at, ".digest")), "digest");
            isSignedBy(digest, string.concat(at, ".signature"), ".signers.session");
        }
        equal(count, 3, "statements");
    }

    function test_A_payload_has_the_vectors_co_signature() public view {
        bytes memory payload = vm.parseJsonBytes(json, ".payload.bytes");
        bytes32 digest = escrow.cosignBatchDigest(keccak256(payload));

        equal(keccak256(payload), word(".payload.hash"), "hash");
        equal(digest, word(".payload.cosignDigest"), "digest");
        isSignedBy(digest, ".payload.cosignature", ".signers.cosigner");
    }

    function test_A_payload_reads_as_the_statements_it_was_made_of() public view {
        bytes memory payload = vm.parseJsonBytes(json, ".payload.bytes");
        (uint256 offset,) = reader.header(payload);

        for (uint256 index = 0; index < 3; ++index) {
            StatementRow memory read;
            (read, offset) = reader.next(payload, offset);
            string memory at = row(index);
            equal(read.budgetNo, number(at, ".budgetNo"), "budget");
            equal(read.fromJob, number(at, ".fromJob"), "from");
            equal(read.throughJob, number(at, ".throughJob"), "through");
            equal(read.fromSpent, number(at, ".fromSpent"), "from spent");
            equal(read.fee, number(at, ".fee"), "fee");
            equal(read.receiptsRoot, word(string.concat(at, ".receiptsRoot")), "receipts");
            equalBytes(
                bytes.concat(read.r, read.vs), vm.parseJsonBytes(json, string.concat(at, ".signature")), "signature"
            );
            equal(read.linesLength, vm.parseJsonBytes(json, string.concat(at, ".linesBytes")).length, "length");
        }

        equal(offset, payload.length, "nothing is left over");
    }

    function isSignedBy(bytes32 digest, string memory signatureAt, string memory signerAt) private view {
        bytes memory signature = vm.parseJsonBytes(json, signatureAt);
        equal(signature.length, 64, "compact");
        (bytes32 r, bytes32 vs) = abi.decode(signature, (bytes32, bytes32));
        equal(reader.recover(digest, r, vs), vm.parseJsonAddress(json, signerAt), "signer");
    }

    function row(uint256 index) private pure returns (string memory) {
        return string.concat(".statements[", string(abi.encodePacked(uint8(0x30 + index))), "]");
    }

    function number(string memory at, string memory field) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(at, field));
    }

    function word(string memory at) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, at);
    }
}
