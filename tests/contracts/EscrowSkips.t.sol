// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {BudgetLite} from "../../contracts/types/Budget.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {Signatures} from "./support/Signatures.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice A row that cannot apply is skipped with its reason, has changed nothing, and does not stop the others.
contract EscrowSkipsTest is EscrowFixture {
    using LogReader for Vm.Log[];

    uint8 private constant STALE = 1;
    uint8 private constant LATE = 2;
    uint8 private constant SIGNATURE = 3;
    uint8 private constant AMOUNTS = 4;
    uint8 private constant LINES = 5;
    uint8 private constant FOREIGN = 6;

    uint32 private budgetNo;
    uint32 private other;

    function setUp() public override {
        super.setUp();
        budgetNo = openWith(1_000);
        other = openWith(1_000);
        settle(payloadOf(1, signed(rowOf(budgetNo, 0, PayloadWriter.group(1, 100)))));
    }

    function test_A_statement_from_another_job_is_stale() public {
        Row memory row = honest();
        row.fromJob = 0;
        skips(signed(row), STALE);

        row.fromJob = 2;
        row.throughJob = 3;
        skips(signed(row), STALE);
    }

    function test_A_statement_over_no_job_is_stale() public {
        Row memory row = honest();
        row.throughJob = row.fromJob;
        skips(signed(row), STALE);

        row.throughJob = row.fromJob - 1;
        skips(signed(row), STALE);
    }

    function test_A_statement_from_another_amount_is_stale() public {
        Row memory row = honest();
        row.fromSpent = 99;
        skips(signed(row), STALE);

        row.fromSpent = 101;
        skips(signed(row), STALE);
    }

    function test_A_statement_applies_once() public {
        Row memory row = signed(honest());
        settle(payloadOf(1, row));
        uint256 spent = escrow.budgetOf(budgetNo).spent;

        skips(row, STALE);

        equal(escrow.budgetOf(budgetNo).spent, spent, "spent");
    }

    function test_A_statement_of_no_budget_or_of_a_closed_one_is_stale() public {
        Row memory row = honest();
        row.budgetNo = 99;
        (row.fromJob, row.fromSpent) = (0, 0);
        skips(signed(row), STALE);

        row = honest();
        vm.warp(block.timestamp + 9 days);
        escrow.close(budgetNo);
        skips(signed(row), STALE);
    }

    function test_A_statement_after_grace_is_too_late() public {
        Row memory row = signed(honest());
        vm.warp(uint256(escrow.budgetOf(budgetNo).expiry) + escrow.GRACE() + 1);

        skips(row, LATE);
    }

    function test_A_statement_that_another_key_signed_is_skipped() public {
        skips(signedBy(COSIGN_KEY, honest()), SIGNATURE);
        skips(signedBy(FOREIGN_KEY, honest()), SIGNATURE);
    }

    function test_A_statement_without_a_signature_is_skipped() public {
        skips(honest(), SIGNATURE);
    }

    function test_A_signature_with_the_other_parity_is_skipped() public {
        Row memory row = signed(honest());
        row.vs ^= bytes32(uint256(1) << 255);

        skips(row, SIGNATURE);
    }

    function test_A_signature_in_the_upper_half_is_skipped_though_it_recovers_the_session() public {
        BudgetLite memory wanted = budgetWith(500);
        Row memory row = rowAt(escrow.budgetCount() + 1);
        (row.r, row.vs, wanted.session) =
            Signatures.highS(Signatures.statement(Signatures.domain(address(escrow)), row));
        isTrue(wanted.session != address(0), "the signature recovers an address");
        open(wanted);

        skips(row, SIGNATURE);
    }

    function test_A_signature_for_another_chain_or_another_escrow_is_skipped() public {
        Row memory row = honest();
        bytes32 elsewhere = Signatures.domain(address(0xE5C));
        (row.r, row.vs) = Signatures.compact(SESSION_KEY, Signatures.statement(elsewhere, row));
        skips(row, SIGNATURE);

        uint256 here = block.chainid;
        vm.chainId(here + 1);
        row = signed(honest());
        vm.chainId(here);
        skips(row, SIGNATURE);
    }

    function test_On_a_fork_the_old_chains_signatures_are_void() public {
        Row memory row = signed(honest());

        vm.chainId(block.chainid + 1);

        skips(row, SIGNATURE);
        settle(payloadOf(1, signed(honest())));
        equal(escrow.credit(1), 152, "signed for the fork, and the two rows around the void one");
    }

    function test_A_statement_that_pays_nothing_is_skipped() public {
        Row memory row = honest();
        row.fee = 0;
        row.lines = "";
        skips(signed(row), AMOUNTS);

        row.lines = PayloadWriter.group(1, 0);
        skips(signed(row), AMOUNTS);
    }

    function test_A_statement_over_the_cap_is_skipped() public {
        Row memory row = honest();
        (row.fee, row.lines) = (0, PayloadWriter.group(1, 901));
        skips(signed(row), AMOUNTS);

        (row.fee, row.lines) = (1, PayloadWriter.group(1, 900));
        skips(signed(row), AMOUNTS);

        row.lines = PayloadWriter.group(1, type(uint40).max);
        skips(signed(row), AMOUNTS);
    }

    function test_A_statement_over_the_highest_fee_is_skipped() public {
        Row memory row = honest();
        row.fee = 6;
        skips(signed(row), AMOUNTS);

        row.fee = type(uint64).max;
        skips(signed(row), AMOUNTS);
    }

    function test_A_line_of_nobody_or_of_an_unknown_provider_is_skipped() public {
        Row memory row = honest();
        row.lines = PayloadWriter.group(0, 50);
        skips(signed(row), LINES);

        row.lines = PayloadWriter.group(4, 50);
        skips(signed(row), LINES);
    }

    function test_Lines_that_end_inside_a_group_or_hold_an_empty_one_are_skipped() public {
        Row memory row = honest();
        row.lines = hex"000001";
        skips(signed(row), LINES);

        row.lines = hex"00000100";
        skips(signed(row), LINES);

        row.lines = hex"00000102000000000100000000";
        skips(signed(row), LINES);

        row.lines = bytes.concat(PayloadWriter.group(1, 50), hex"00");
        skips(signed(row), LINES);
    }

    function test_Another_operators_budget_is_skipped() public {
        vm.prank(STRANGER);
        uint32 foreign = registry.registerOperator(vm.addr(FOREIGN_KEY), STRANGER);
        bytes memory payload = payloadOf(1, signed(honest()));
        bytes memory cosig = cosignedBy(FOREIGN_KEY, payload);
        vm.recordLogs();

        escrow.settle(foreign, payload, cosig);

        isSkipped(vm.getRecordedLogs(), budgetNo, FOREIGN);
        equal(escrow.credit(1), 100, "credit");
        equal(escrow.feeCredit(foreign), 0, "fee credit");
    }

    function test_A_row_without_lines_at_the_end_of_a_batch_is_skipped_like_any_other() public {
        vm.recordLogs();

        settle(PayloadWriter.payload(ANCHOR, list(1), PayloadWriter.pack(signed(rowOf(budgetNo, 0, "")))));

        isSkipped(vm.getRecordedLogs(), budgetNo, AMOUNTS);
    }

    function honest() private view returns (Row memory) {
        return rowOf(budgetNo, 5, PayloadWriter.group(1, 50));
    }

    function rowAt(uint256 number) private pure returns (Row memory row) {
        row.budgetNo = number;
        row.throughJob = 1;
        row.receiptsRoot = RECEIPTS;
        row.lines = PayloadWriter.group(1, 50);
    }

    /// @dev Settles the row between two that apply; those apply, and the row's budget is what it was.
    function skips(Row memory row, uint8 reason) private {
        bytes memory unchanged = abi.encode(escrow.budgetOf(uint32(row.budgetNo)));
        uint256 before = escrow.credit(1);
        Row memory first = aside();
        Row memory second = aside();
        (second.fromJob, second.throughJob) = (first.throughJob, first.throughJob + 1);
        second.fromSpent = first.fromSpent + 1;
        bytes memory rows = bytes.concat(
            PayloadWriter.pack(signed(first)), PayloadWriter.pack(row), PayloadWriter.pack(signed(second))
        );
        vm.recordLogs();

        settle(PayloadWriter.payload(ANCHOR, list(1), rows));

        isSkipped(vm.getRecordedLogs(), row.budgetNo, reason);
        equalBytes(abi.encode(escrow.budgetOf(uint32(row.budgetNo))), unchanged, "the skipped row's budget");
        equal(escrow.credit(1), before + 2, "the rows around it");
    }

    /// @dev One micro-token from the budget that nothing is wrong with. It is renewed when the clock has run it out.
    function aside() private returns (Row memory) {
        if (escrow.available(other) == 0) other = openWith(1_000);
        return rowOf(other, 0, PayloadWriter.group(1, 1));
    }

    function isSkipped(Vm.Log[] memory logs, uint256 number, uint8 reason) private view {
        Vm.Log memory log = logs.single(address(escrow), IMarketEscrow.StatementSkipped.selector);
        equal(log.topics[1], bytes32(number), "budget of the skipped row");
        equalBytes(log.data, abi.encode(reason), "reason");
    }
}
