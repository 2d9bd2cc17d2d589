// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {BudgetLite} from "../../contracts/types/Budget.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {Signatures} from "./support/Signatures.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice Statements that were co-signed one by one: what a provider holds is enough, whoever the operators are.
contract EscrowCosignedTest is EscrowFixture {
    using LogReader for Vm.Log[];

    uint8 private constant STALE = 1;
    uint8 private constant SIGNATURE = 3;
    uint8 private constant AMOUNTS = 4;
    uint8 private constant LINES = 5;
    uint8 private constant CONSENT = 6;

    uint32 private rival;
    uint32 private budgetNo;
    uint32 private foreign;

    function setUp() public override {
        super.setUp();
        vm.prank(STRANGER);
        rival = registry.registerOperator(vm.addr(FOREIGN_KEY), STRANGER);
        budgetNo = openWith(1_000);
        BudgetLite memory wanted = budgetWith(1_000);
        wanted.operatorId = rival;
        foreign = open(wanted);
    }

    function test_Statements_of_two_operators_are_paid_in_one_payload_and_each_gets_its_fee() public {
        Row memory first = own(100, 10);
        Row memory second = foreigner(200, 15);
        bytes memory payload = payloadOf(first, second);
        bytes32 acc = keccak256(abi.encode(bytes32(0), keccak256(payload)));
        vm.recordLogs();

        send(payload, bytes.concat(rowCosignedBy(COSIGN_KEY, first), rowCosignedBy(FOREIGN_KEY, second)));

        equal(escrow.credit(1), 300, "credit");
        equal(escrow.feeCredit(OPERATOR), 10, "operator's fee");
        equal(escrow.feeCredit(rival), 15, "rival's fee");
        equal(escrow.feeCredit(0), 0, "nobody's fee");
        equal(escrow.budgetOf(budgetNo).spent, 110, "own budget");
        equal(escrow.budgetOf(foreign).spent, 215, "foreign budget");
        equal(escrow.budgetOf(foreign).throughJob, 1, "through");
        equal(escrow.totalOwed(), FUNDS, "owed");
        equal(escrow.acc(), acc, "chain");
        isLogged(vm.getRecordedLogs(), payload);
    }

    function isLogged(Vm.Log[] memory logs, bytes memory payload) private view {
        equal(logs.count(address(escrow), IMarketEscrow.StatementSettled.selector), 2, "statements");
        equal(logs.count(address(escrow), IMarketEscrow.FeeCredited.selector), 2, "one fee for each operator's row");
        Vm.Log memory log = logs.single(address(escrow), IMarketEscrow.Credited.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(1, 300), "one credit for both rows");
        log = logs.single(address(escrow), IMarketEscrow.BatchSettled.selector);
        equal(log.topics[1], 0, "of no operator as a whole");
        equalBytes(log.data, abi.encode(escrow.acc(), payload), "chain and payload");
        equal(logs.length, 6, "nothing else");
        uint256 seen;
        for (uint256 index = 0; index < logs.length; ++index) {
            if (logs[index].topics[0] != IMarketEscrow.FeeCredited.selector) continue;
            bytes memory fee = bytes.concat(logs[index].topics[1], logs[index].data);
            equalBytes(fee, seen++ == 0 ? abi.encode(OPERATOR, 10) : abi.encode(rival, 15), "whose fee");
        }
    }

    function test_Fees_of_many_rows_add_up_for_each_operator() public {
        uint32 second = openWith(1_000);
        Row memory a = own(100, 10);
        Row memory b = foreigner(100, 0);
        Row memory c = signed(rowOf(second, 7, PayloadWriter.group(1, 100)));
        bytes memory rows = bytes.concat(PayloadWriter.pack(a), PayloadWriter.pack(b), PayloadWriter.pack(c));
        vm.recordLogs();

        send(
            PayloadWriter.payload(ANCHOR, list(1), rows),
            bytes.concat(
                rowCosignedBy(COSIGN_KEY, a), rowCosignedBy(FOREIGN_KEY, b), rowCosignedBy(COSIGN_KEY, c)
            )
        );

        equal(escrow.feeCredit(OPERATOR), 17, "operator");
        equal(escrow.feeCredit(rival), 0, "rival");
        equal(
            vm.getRecordedLogs().count(address(escrow), IMarketEscrow.FeeCredited.selector), 2, "no fee of nothing"
        );
    }

    function test_A_row_that_its_operator_did_not_co_sign_is_skipped_and_stops_nobody() public {
        uint256[2] memory keys = [FOREIGN_KEY, SESSION_KEY];
        for (uint256 index = 0; index < keys.length; ++index) {
            Row memory row = own(100, 10);
            Row memory around = foreigner(10, 1);
            vm.recordLogs();

            bytes memory cosig = rowCosignedBy(keys[index], row);
            send(payloadOf(row, around), bytes.concat(cosig, rowCosignedBy(FOREIGN_KEY, around)));

            isSkipped(budgetNo, CONSENT);
            equal(escrow.credit(1), 10 * (index + 1), "the other row");
            equal(escrow.budgetOf(budgetNo).spent, 0, "nothing of the skipped one");
            equal(escrow.feeCredit(OPERATOR), 0, "nor its fee");
        }
    }

    function test_A_co_signature_in_the_upper_half_is_none_though_it_recovers_the_co_signer() public {
        BudgetLite memory wanted = budgetWith(500);
        Row memory row = own(100, 10);
        row.budgetNo = escrow.budgetCount() + 1;
        signed(row);
        (bytes32 r, bytes32 vs, address signer) =
            Signatures.highS(Signatures.cosign(domain(), Signatures.statement(domain(), row)));
        isTrue(signer != address(0), "the signature recovers an address");
        wanted.operatorId = registry.registerOperator(signer, FEE_TO);
        open(wanted);
        vm.recordLogs();

        send(payloadOf(1, row), bytes.concat(r, vs));

        isSkipped(row.budgetNo, CONSENT);
    }

    function test_Co_signatures_stand_in_the_rows_order() public {
        Row memory first = own(100, 10);
        Row memory second = foreigner(200, 15);
        bytes memory swapped = bytes.concat(rowCosignedBy(FOREIGN_KEY, second), rowCosignedBy(COSIGN_KEY, first));
        vm.recordLogs();

        send(payloadOf(first, second), swapped);

        equal(
            vm.getRecordedLogs().count(address(escrow), IMarketEscrow.StatementSkipped.selector), 2, "both skipped"
        );
        equal(escrow.credit(1), 0, "credit");
    }

    function test_A_co_signature_is_for_one_statement() public {
        Row memory first = own(100, 10);
        Row memory second = own(101, 10);
        vm.recordLogs();

        send(payloadOf(1, second), rowCosignedBy(COSIGN_KEY, first));

        isSkipped(budgetNo, CONSENT);
    }

    function test_A_co_signature_of_a_batch_is_none_of_a_statement_and_the_other_way_round() public {
        Row memory row = own(100, 10);
        bytes memory payload = payloadOf(1, row);
        vm.recordLogs();
        send(payload, cosigned(payload));
        isSkipped(budgetNo, CONSENT);

        bytes32 digest = Signatures.cosignBatch(domain(), payload);
        bytes memory cosig = rowCosignedBy(COSIGN_KEY, row);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NotOperator.selector, OPERATOR, digest));
        escrow.settle(OPERATOR, payload, cosig);
    }

    function test_Co_signatures_that_are_missing_or_cut_are_malformed() public {
        Row memory first = own(100, 10);
        Row memory second = foreigner(200, 15);
        bytes memory payload = payloadOf(first, second);
        bytes memory one = rowCosignedBy(COSIGN_KEY, first);
        expectMalformed(payload, "", 0);
        expectMalformed(payload, one, 64);
        expectMalformed(payload, bytes.concat(one, new bytes(63)), 127);

        send(payload, bytes.concat(one, rowCosignedBy(FOREIGN_KEY, second)));
        equal(escrow.credit(1), 300, "credit");
    }

    function test_What_stands_behind_the_last_co_signature_is_not_read() public {
        Row memory row = own(100, 10);

        send(payloadOf(1, row), bytes.concat(rowCosignedBy(COSIGN_KEY, row), hex"ff", new bytes(64)));

        equal(escrow.credit(1), 100, "credit");
    }

    function test_A_payload_without_rows_needs_no_co_signature() public {
        bytes memory payload = PayloadWriter.payload(ANCHOR, new uint256[](0), "");

        send(payload, "");

        equal(escrow.acc(), keccak256(abi.encode(bytes32(0), keccak256(payload))), "chain");
    }

    function test_Statements_chain_over_both_ways_of_co_signing() public {
        Row memory first = own(100, 10);
        bytes memory kept = rowCosignedBy(COSIGN_KEY, first);
        settle(payloadOf(1, first));
        vm.recordLogs();
        send(payloadOf(1, first), kept);
        isSkipped(budgetNo, STALE);

        Row memory second = own(50, 5);
        send(payloadOf(1, second), rowCosignedBy(COSIGN_KEY, second));
        vm.recordLogs();
        settle(payloadOf(1, second));
        isSkipped(budgetNo, STALE);
        settle(payloadOf(1, own(25, 2)));

        equal(escrow.credit(1), 175, "credit");
        equal(escrow.feeCredit(OPERATOR), 17, "fees");
        equal(escrow.budgetOf(budgetNo).spent, 192, "spent");
        equal(escrow.budgetOf(budgetNo).throughJob, 3, "through");
    }

    function test_One_budgets_statements_chain_within_a_payload() public {
        Row memory first = own(100, 10);
        Row memory second = rowOf(budgetNo, 5, PayloadWriter.group(1, 50));
        (second.fromJob, second.throughJob, second.fromSpent) = (1, 2, 110);
        signed(second);

        send(
            payloadOf(first, second),
            bytes.concat(rowCosignedBy(COSIGN_KEY, first), rowCosignedBy(COSIGN_KEY, second))
        );

        equal(escrow.credit(1), 150, "credit");
        equal(escrow.feeCredit(OPERATOR), 15, "fees");
    }

    function test_A_co_signed_row_keeps_to_the_rules_of_every_row() public {
        Row memory row = own(100, 10);
        row.r = 0;
        refuses(row, SIGNATURE);
        refuses(own(100, 11), AMOUNTS);
        refuses(own(1_001, 0), AMOUNTS);
        refuses(signed(rowOf(budgetNo, 0, PayloadWriter.group(4, 10))), LINES);
        Row memory ofNobody = own(100, 10);
        ofNobody.budgetNo = 99;
        refuses(signed(ofNobody), STALE);
    }

    function test_Nobody_can_drop_a_payee() public {
        Row memory row =
            signed(rowOf(budgetNo, 0, bytes.concat(PayloadWriter.group(1, 10), PayloadWriter.group(2, 20))));
        bytes memory cosig = rowCosignedBy(COSIGN_KEY, row);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ProviderListIncomplete.selector, 10, 30));
        escrow.settleCosigned(payloadOf(1, row), cosig);
    }

    function refuses(Row memory row, uint8 reason) private {
        vm.recordLogs();
        send(payloadOf(1, row), rowCosignedBy(COSIGN_KEY, row));
        isSkipped(row.budgetNo, reason);
        equal(escrow.credit(1) + escrow.feeCredit(OPERATOR), 0, "nothing is paid");
    }

    function own(uint256 amount, uint256 fee) private view returns (Row memory) {
        return signed(rowOf(budgetNo, fee, PayloadWriter.group(1, amount)));
    }

    function foreigner(uint256 amount, uint256 fee) private view returns (Row memory) {
        return signed(rowOf(foreign, fee, PayloadWriter.group(1, amount)));
    }

    function payloadOf(Row memory first, Row memory second) private pure returns (bytes memory) {
        bytes memory rows = bytes.concat(PayloadWriter.pack(first), PayloadWriter.pack(second));
        return PayloadWriter.payload(ANCHOR, list(1), rows);
    }

    function send(bytes memory payload, bytes memory cosigs) private {
        vm.prank(STRANGER);
        escrow.settleCosigned(payload, cosigs);
    }

    function expectMalformed(bytes memory payload, bytes memory cosigs, uint256 offset) private {
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.Malformed.selector, offset));
        escrow.settleCosigned(payload, cosigs);
    }

    function isSkipped(uint256 number, uint8 reason) private {
        Vm.Log memory log =
            vm.getRecordedLogs().single(address(escrow), IMarketEscrow.StatementSkipped.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(number, reason), "budget and reason");
    }
}
