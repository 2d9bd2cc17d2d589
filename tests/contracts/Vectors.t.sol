// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BudgetLite} from "../../contracts/types/Budget.sol";
import {Result, ResultCommit} from "../../contracts/types/Evidence.sol";
import {StatementRow} from "../../contracts/types/StatementReader.sol";
import {TicketRow} from "../../contracts/types/TicketReader.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {IEscrow} from "./support/IEscrow.sol";
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
        bytes memory payload = bytesAt(".payload.bytes");
        (uint256 offset,) = reader.header(payload);
        uint256 count;
        for (string memory place = statement(0); vm.keyExistsJson(json, place); place = statement(++count)) {
            bytes32 digest = typed(reader.statementHash(payload, offset));
            (, offset) = reader.next(payload, offset);

            equal(digest, word(string.concat(place, ".digest")), "digest");
            isSignedBy(digest, string.concat(place, ".signature"), ".signers.session");
        }
        equal(count, 3, "statements");
    }

    function test_A_payload_has_the_vectors_co_signature() public view {
        bytes memory payload = bytesAt(".payload.bytes");
        bytes32 digest = escrow.cosignBatchDigest(keccak256(payload));

        equal(keccak256(payload), word(".payload.hash"), "hash");
        equal(digest, word(".payload.cosignDigest"), "digest");
        isSignedBy(digest, ".payload.cosignature", ".signers.cosigner");
    }

    function test_A_payload_reads_as_the_statements_it_was_made_of() public view {
        bytes memory payload = bytesAt(".payload.bytes");
        (uint256 offset,) = reader.header(payload);

        for (uint256 index = 0; index < 3; ++index) {
            StatementRow memory read;
            (read, offset) = reader.next(payload, offset);
            string memory place = statement(index);
            equal(read.budgetNo, number(place, ".budgetNo"), "budget");
            equal(read.fromJob, number(place, ".fromJob"), "from");
            equal(read.throughJob, number(place, ".throughJob"), "through");
            equal(read.fromSpent, number(place, ".fromSpent"), "from spent");
            equal(read.fee, number(place, ".fee"), "fee");
            equal(read.receiptsRoot, word(string.concat(place, ".receiptsRoot")), "receipts");
            equalBytes(bytes.concat(read.r, read.vs), bytesAt(string.concat(place, ".signature")), "signature");
            equal(read.linesLength, bytesAt(string.concat(place, ".linesBytes")).length, "length");
        }

        equal(offset, payload.length, "nothing is left over");
    }

    function test_The_contract_pays_the_vectors_statement_that_was_co_signed_whole() public {
        openVectorsBudgets();

        escrow.settle(OPERATOR, bytesAt(".payload.bytes"), bytesAt(".payload.cosignature"));

        equal(escrow.credit(2), 1500, "credit");
        equal(escrow.feeCredit(OPERATOR), 75, "fee");
    }

    function test_The_contract_pays_the_vectors_statement_that_was_co_signed_by_itself() public {
        openVectorsBudgets();

        escrow.settleCosigned(bytesAt(".payload.bytes"), bytesAt(".cosigns.bytes"));

        equal(escrow.credit(2), 1500, "credit");
        equal(escrow.feeCredit(OPERATOR), 75, "fee");
    }

    function test_Co_signatures_of_statements_and_tickets_have_the_vectors_digests_and_signers() public view {
        for (uint256 index = 0; index < 3; ++index) {
            bytes32 digest = word(string.concat(statement(index), ".digest"));
            digest = typed(keccak256(abi.encode(keccak256("Cosign(bytes32 statementDigest)"), digest)));
            isCosigned(digest, item(".cosigns.rows", index));
        }
        for (uint256 index = 0; index < 2; ++index) {
            string memory place = item(".ticketRows.cosigns", index);
            bytes32 digest = word(string.concat(item(".tickets", index), ".digest"));
            bytes32 typeHash = keccak256("CosignTicket(bytes32 ticketDigest,uint40 fee)");
            isCosigned(typed(keccak256(abi.encode(typeHash, digest, number(place, ".fee")))), place);
        }
    }

    function test_Ticket_rows_read_as_the_vectors_tickets_with_both_signatures() public view {
        bytes memory rows = bytesAt(".ticketRows.bytes");
        equal(rows.length, 2 * 259, "rows");

        for (uint256 index = 0; index < 2; ++index) {
            TicketRow memory read = reader.ticket(rows, index * 259);
            string memory place = item(".tickets", index);
            equal(read.budgetNo, number(place, ".budgetNo"), "budget");
            equal(read.jobNo, number(place, ".jobNo"), "job");
            equal(read.legNo, number(place, ".legNo"), "leg");
            equal(read.providerId, number(place, ".providerId"), "provider");
            equal(read.amount, number(place, ".amount"), "amount");
            equal(read.maxFee, number(place, ".maxFee"), "most fee");
            equal(read.deliveredAt, number(place, ".deliveredAt"), "delivered");
            equal(read.fee, number(item(".ticketRows.cosigns", index), ".fee"), "fee");
            equal(read.assignmentId, word(string.concat(place, ".assignmentId")), "assignment");
            equal(read.inputHash, word(string.concat(place, ".inputHash")), "input");
            equal(read.resultDigest, word(string.concat(place, ".resultDigest")), "result");
            equalBytes(bytes.concat(read.r, read.vs), bytesAt(string.concat(place, ".signature")), "signature");
            equalBytes(
                bytes.concat(read.cosignR, read.cosignVs),
                bytesAt(string.concat(item(".ticketRows.cosigns", index), ".signature")),
                "co-signature"
            );
        }
    }

    function test_Tickets_have_the_vectors_digests_and_signers() public view {
        bytes memory rows = bytesAt(".ticketRows.bytes");
        for (uint256 index = 0; index < 2; ++index) {
            bytes32 digest = typed(reader.ticketHash(rows, index * 259));

            equal(digest, word(string.concat(item(".tickets", index), ".digest")), "digest");
            isSignedBy(digest, string.concat(item(".tickets", index), ".signature"), ".signers.session");
        }
    }

    function test_The_contract_pays_the_vectors_ticket() public {
        openVectorsBudgets();

        escrow.settleTickets(bytesAt(".ticketRows.bytes"));

        equal(escrow.credit(3), 1500, "credit");
        equal(escrow.feeCredit(OPERATOR), 75, "fee");
        isTrue(escrow.isTicketPaid(7, 9), "paid by its leg's number");
    }

    function test_Results_have_the_vectors_digests_and_signers() public view {
        for (uint256 index = 0; index < 2; ++index) {
            bytes32 digest = typed(reader.resultHash(resultAt(index)));

            equal(digest, word(string.concat(item(".results", index), ".digest")), "digest");
            isSignedBy(digest, string.concat(item(".results", index), ".signature"), ".signers.provider");
        }
    }

    function test_A_commit_has_the_vectors_digest_and_signer_and_opens_to_its_result() public view {
        string memory place = item(".commits", 0);
        ResultCommit memory commit = ResultCommit(
            word(string.concat(place, ".assignmentId")),
            uint32(number(place, ".providerId")),
            word(string.concat(place, ".commitment"))
        );
        bytes32 digest = typed(reader.commitHash(commit));
        address signer = vm.parseJsonAddress(json, ".signers.provider");

        equal(digest, word(string.concat(place, ".digest")), "digest");
        isSignedBy(digest, string.concat(place, ".signature"), ".signers.provider");
        equal(reader.commitmentOf(resultAt(0), signer, address(escrow)), commit.commitment, "commitment");
        isTrue(reader.commitmentOf(resultAt(0), BUYER, address(escrow)) != commit.commitment, "bound to its signer");
    }

    /// @dev The contract only logs the root: verifiers build it from the receipts, as here.
    function test_Receipts_have_the_vectors_leaves_and_roots() public view {
        bytes32[] memory leaves = new bytes32[](5);
        for (uint256 index = 0; index < 5; ++index) {
            leaves[index] = leafAt(item(".receipts.leaves", index));
            equal(leaves[index], word(string.concat(item(".receipts.leaves", index), ".leaf")), "leaf");
            equal(rootOf(leaves, index + 1), word(item(".receipts.roots", index)), "root");
        }
    }

    /// @dev Seven budgets, of which the vectors' first statement and first ticket name the first and the last.
    function openVectorsBudgets() private {
        fund(BUYER, FUNDS);
        for (uint256 count = 0; count < 7; ++count) {
            BudgetLite memory budget = budgetWith(10_000);
            budget.session = vm.parseJsonAddress(json, ".signers.session");
            open(budget);
        }
        equal(vm.parseJsonAddress(json, ".signers.cosigner"), vm.addr(COSIGN_KEY), "the operator's co-signer");
    }

    function resultAt(uint256 index) private view returns (Result memory result) {
        string memory place = item(".results", index);
        result.assignmentId = word(string.concat(place, ".assignmentId"));
        result.providerId = uint32(number(place, ".providerId"));
        result.inputHash = word(string.concat(place, ".inputHash"));
        result.resultDigest = word(string.concat(place, ".resultDigest"));
        result.evidenceRoot = word(string.concat(place, ".evidenceRoot"));
        result.salt = word(string.concat(place, ".salt"));
        result.tokensIn = uint32(number(place, ".tokensIn"));
        result.tokensOut = uint32(number(place, ".tokensOut"));
        result.startedAt = uint40(number(place, ".startedAt"));
        result.finishedAt = uint40(number(place, ".finishedAt"));
        result.price = uint64(number(place, ".price"));
    }

    function leafAt(string memory place) private view returns (bytes32) {
        bytes memory who = bytes.concat(
            abi.encode(number(place, ".budgetNo"), number(place, ".jobNo")),
            word(string.concat(place, ".assignmentId")),
            abi.encode(number(place, ".providerId"), number(place, ".amount")),
            word(string.concat(place, ".inputHash")),
            word(string.concat(place, ".resultDigest"))
        );
        bytes memory what = bytes.concat(
            word(string.concat(place, ".commitSignatureHash")),
            word(string.concat(place, ".resultSignatureHash")),
            abi.encode(number(place, ".tokensIn"), number(place, ".tokensOut")),
            abi.encode(number(place, ".deliveredAt"), number(place, ".verdict"))
        );
        return keccak256(bytes.concat(bytes1(0), who, what));
    }

    /// @dev Level by level; an odd node is lifted.
    function rootOf(bytes32[] memory leaves, uint256 count) private pure returns (bytes32) {
        bytes32[] memory level = new bytes32[](count);
        for (uint256 index = 0; index < count; ++index) level[index] = leaves[index];
        for (; count > 1; count = (count + 1) / 2) {
            for (uint256 index = 0; index < count; index += 2) {
                level[index / 2] = index + 1 < count
                    ? keccak256(bytes.concat(bytes1(0x01), level[index], level[index + 1]))
                    : level[index];
            }
        }
        return level[0];
    }

    function isCosigned(bytes32 digest, string memory place) private view {
        equal(digest, word(string.concat(place, ".digest")), "digest");
        isSignedBy(digest, string.concat(place, ".signature"), ".signers.cosigner");
    }

    function isSignedBy(bytes32 digest, string memory signatureAt, string memory signerAt) private view {
        bytes memory signature = bytesAt(signatureAt);
        equal(signature.length, 64, "compact");
        (bytes32 r, bytes32 vs) = abi.decode(signature, (bytes32, bytes32));
        equal(reader.recover(digest, r, vs), vm.parseJsonAddress(json, signerAt), "signer");
    }

    function typed(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", Signatures.domain(address(escrow)), structHash));
    }

    function statement(uint256 index) private pure returns (string memory) {
        return item(".statements", index);
    }

    /// @dev Of a list with no more than ten.
    function item(string memory path, uint256 index) private pure returns (string memory) {
        return string.concat(path, "[", string(abi.encodePacked(uint8(0x30 + index))), "]");
    }

    function number(string memory place, string memory field) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(place, field));
    }

    function word(string memory place) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, place);
    }

    function bytesAt(string memory place) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, place);
    }
}
