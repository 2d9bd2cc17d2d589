// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {Budget, BudgetLite} from "../../contracts/types/Budget.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {Vm, vm} from "./support/Vm.sol";

contract EscrowSettleTest is EscrowFixture {
    using LogReader for Vm.Log[];

    function test_A_statement_pays_its_lines_and_its_fee() public {
        uint32 budgetNo = openWith(1_000);
        Row memory row = rowOf(budgetNo, 60, lines(100, 200, 300));
        row.throughJob = 3;

        settle(payloadWith(list(1, 2, 3), signed(row)));

        Budget memory budget = escrow.budgetOf(budgetNo);
        equal(budget.spent, 660, "spent");
        equal(budget.throughJob, 3, "through");
        equal(budget.cap, 1_000, "cap is as it was");
        equal(escrow.available(budgetNo), 340, "available");
        equal(escrow.credit(1), 100, "first credit");
        equal(escrow.credit(2), 200, "second credit");
        equal(escrow.credit(3), 300, "third credit");
        equal(escrow.feeCredit(OPERATOR), 60, "fee credit");
        equal(escrow.totalOwed(), FUNDS, "owed is as it was");
    }

    function test_A_batch_logs_everything_that_rebuilds_the_balances() public {
        uint32 budgetNo = openWith(1_000);
        bytes memory payload = payloadOf(2, signed(rowOf(budgetNo, 5, PayloadWriter.group(2, 70))));
        bytes32 acc = keccak256(abi.encode(bytes32(0), keccak256(payload)));
        vm.recordLogs();

        settle(payload);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory log = logs.single(address(escrow), IMarketEscrow.StatementSettled.selector);
        equal(log.topics[1], bytes32(uint256(budgetNo)), "budget");
        equalBytes(log.data, abi.encode((1 << 144) | (70 << 64) | 5, RECEIPTS), "packed numbers and root");
        log = logs.single(address(escrow), IMarketEscrow.Credited.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(2, 70), "credit");
        log = logs.single(address(escrow), IMarketEscrow.FeeCredited.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(OPERATOR, 5), "fee");
        log = logs.single(address(escrow), IMarketEscrow.BatchSettled.selector);
        equal(log.topics[1], bytes32(uint256(OPERATOR)), "operator");
        equalBytes(log.data, abi.encode(acc, payload), "chain and payload");
        equal(escrow.acc(), acc, "stored chain");
        equal(logs.length, 4, "nothing else");
    }

    function test_A_later_statement_logs_where_it_begins() public {
        uint32 budgetNo = openWith(1_000);
        settle(payloadOf(2, signed(rowOf(budgetNo, 5, PayloadWriter.group(2, 70)))));
        Row memory later = rowOf(budgetNo, 3, PayloadWriter.group(2, 40));
        vm.recordLogs();

        settle(payloadOf(2, signed(later)));

        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.StatementSettled.selector);
        isTrue(later.fromJob > 0, "it does not begin at the first job");
        equalBytes(
            log.data,
            abi.encode(
                (uint256(later.fromJob) << 176) | (uint256(later.throughJob) << 144) | (40 << 64) | 3, RECEIPTS
            ),
            "packed numbers and root"
        );
    }

    function test_The_chain_of_batches_goes_on() public {
        bytes memory payload = PayloadWriter.payload(ANCHOR, new uint256[](0), "");
        settle(payload);
        bytes32 first = escrow.acc();

        settle(payload);

        equal(escrow.acc(), keccak256(abi.encode(first, keccak256(payload))), "chain");
    }

    function test_A_batch_nets_a_provider_over_many_buyers() public {
        uint32 a = openWith(1_000);
        uint32 b = openWith(1_000);
        bytes memory ofA = bytes.concat(PayloadWriter.group(2, 10), PayloadWriter.group(3, 20));
        bytes memory ofB = bytes.concat(PayloadWriter.group(3, 30), PayloadWriter.group(2, 40));
        bytes memory rows =
            bytes.concat(PayloadWriter.pack(signed(rowOf(a, 1, ofA))), PayloadWriter.pack(signed(rowOf(b, 2, ofB))));
        vm.recordLogs();

        settle(PayloadWriter.payload(ANCHOR, list(2, 3), rows));

        equal(escrow.credit(2), 50, "provider 2");
        equal(escrow.credit(3), 50, "provider 3");
        equal(escrow.feeCredit(OPERATOR), 3, "fees");
        equal(vm.getRecordedLogs().count(address(escrow), IMarketEscrow.Credited.selector), 2, "one credit each");
    }

    function test_A_batch_may_list_more_providers_than_a_byte_counts() public {
        uint256[] memory ids = new uint256[](257);
        for (uint256 index = 0; index < ids.length; ++index) {
            ids[index] = index + 1;
            if (index >= registry.providerCount()) registry.registerProvider(STRANGER, STRANGER, STRANGER, 0);
        }
        bytes memory groups = bytes.concat(PayloadWriter.group(1, 30), PayloadWriter.group(257, 40));

        settle(PayloadWriter.payload(ANCHOR, ids, PayloadWriter.pack(signed(rowOf(openWith(1_000), 0, groups)))));

        equal(escrow.credit(1), 30, "the first");
        equal(escrow.credit(257), 40, "the last");
    }

    function test_One_provider_may_have_many_groups_of_many_jobs() public {
        uint32 budgetNo = openWith(1_000_000);
        uint256[] memory amounts = new uint256[](255);
        for (uint256 index = 0; index < 255; ++index) amounts[index] = index;
        bytes memory twice = bytes.concat(PayloadWriter.group(1, amounts), PayloadWriter.group(1, amounts));

        settle(payloadOf(1, signed(rowOf(budgetNo, 0, twice))));

        equal(escrow.credit(1), 2 * 254 * 255 / 2, "credit");
    }

    function test_Statements_of_a_budget_chain_within_a_batch_and_over_batches() public {
        uint32 budgetNo = openWith(1_000);
        Row memory first = signed(rowOf(budgetNo, 1, PayloadWriter.group(1, 10)));
        Row memory second = rowOf(budgetNo, 1, PayloadWriter.group(1, 20));
        (second.fromJob, second.throughJob, second.fromSpent) = (1, 5, 11);

        settle(
            PayloadWriter.payload(
                ANCHOR, list(1), bytes.concat(PayloadWriter.pack(first), PayloadWriter.pack(signed(second)))
            )
        );
        settle(payloadOf(1, signed(rowOf(budgetNo, 1, PayloadWriter.group(1, 30)))));

        equal(escrow.credit(1), 60, "credit");
        equal(escrow.budgetOf(budgetNo).spent, 63, "spent");
        equal(escrow.budgetOf(budgetNo).throughJob, 6, "through");
    }

    function test_A_statement_may_spend_the_cap_exactly_with_the_highest_fee_exactly() public {
        BudgetLite memory wanted = budgetWith(1_010);
        wanted.maxFeeBps = 100;
        uint32 budgetNo = open(wanted);

        settle(payloadOf(1, signed(rowOf(budgetNo, 10, PayloadWriter.group(1, 1_000)))));

        equal(escrow.available(budgetNo), 0, "available");
        equal(escrow.feeCredit(OPERATOR), 10, "fee");
    }

    function test_A_budget_reaches_its_last_job() public {
        uint32 budgetNo = openWith(1_000);
        Row memory row = rowOf(budgetNo, 0, PayloadWriter.group(1, 1));
        row.throughJob = type(uint32).max;

        settle(payloadOf(1, signed(row)));

        equal(escrow.budgetOf(budgetNo).throughJob, type(uint32).max, "through");
    }

    function test_A_statement_applies_up_to_the_last_second_of_grace() public {
        uint32 budgetNo = openWith(1_000);
        vm.warp(escrow.budgetOf(budgetNo).expiry + escrow.GRACE());

        settle(payloadOf(1, signed(rowOf(budgetNo, 0, PayloadWriter.group(1, 1)))));

        equal(escrow.credit(1), 1, "credit");
    }

    function test_A_listed_provider_that_nothing_is_paid_to_changes_nothing() public {
        uint32 budgetNo = openWith(1_000);
        vm.recordLogs();

        settle(payloadWith(list(1, 2, 900), signed(rowOf(budgetNo, 0, PayloadWriter.group(2, 7)))));

        equal(escrow.credit(2), 7, "paid");
        equal(vm.getRecordedLogs().count(address(escrow), IMarketEscrow.Credited.selector), 1, "one credit");
    }

    /// @dev All that a test calls is one transaction: transient sums of the first batch would show in the second.
    function test_Two_batches_in_one_transaction_are_as_two_transactions() public {
        uint32 budgetNo = openWith(1_000);

        settle(payloadOf(1, signed(rowOf(budgetNo, 0, PayloadWriter.group(1, 100)))));
        settle(payloadOf(1, signed(rowOf(budgetNo, 0, PayloadWriter.group(1, 1)))));
        settle(payloadWith(list(1, 2), signed(rowOf(budgetNo, 0, PayloadWriter.group(2, 5)))));

        equal(escrow.credit(1), 101, "provider 1");
        equal(escrow.credit(2), 5, "provider 2");
    }

    function test_A_batch_that_reverts_leaves_no_sums_behind() public {
        uint32 budgetNo = openWith(1_000);
        Row memory row = signed(rowOf(budgetNo, 0, PayloadWriter.group(1, 100)));
        expectRefusal(
            payloadWith(new uint256[](0), row),
            abi.encodeWithSelector(IMarketEscrow.ProviderListIncomplete.selector, 0, 100)
        );

        settle(payloadOf(1, row));

        equal(escrow.credit(1), 100, "credit");
    }

    /// @dev What keeps a job at some hundred gas: one slot for each statement and provider, the fee and the chain.
    function test_A_settled_batch_writes_only_slots_that_are_in_use() public {
        uint32 budgetNo = openWith(1_000);
        settle(payloadWith(list(1, 2, 3), signed(rowOf(budgetNo, 9, lines(100, 100, 100)))));
        Row memory row = signed(rowOf(budgetNo, 6, lines(10, 20, 30)));
        vm.record();

        settle(payloadWith(list(1, 2, 3), row));

        (, bytes32[] memory writes) = vm.accesses(address(escrow));
        equal(writes.length, 1 + 3 + 1 + 1, "writes");
        for (uint256 index = 0; index < writes.length; ++index) {
            isTrue(uint256(vm.load(address(escrow), writes[index])) != 0, "in use");
            for (uint256 other = 0; other < index; ++other) isTrue(writes[index] != writes[other], "written once");
        }
    }

    function lines(uint256 a, uint256 b, uint256 c) private pure returns (bytes memory) {
        return bytes.concat(PayloadWriter.group(1, a), PayloadWriter.group(2, b), PayloadWriter.group(3, c));
    }

    function payloadWith(uint256[] memory providers, Row memory row) private pure returns (bytes memory) {
        return PayloadWriter.payload(ANCHOR, providers, PayloadWriter.pack(row));
    }
}
