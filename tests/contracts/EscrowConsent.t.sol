// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {Signatures} from "./support/Signatures.sol";
import {TicketWriter} from "./support/TicketWriter.sol";
import {Vm, vm} from "./support/Vm.sol";

/// @notice A co-signer that was replaced or revoked stays its operator's consent for the budgets that were open by
/// then, in every lane, and for none that was opened later.
contract EscrowConsentTest is EscrowFixture {
    using LogReader for Vm.Log[];

    uint256 private constant NEXT_KEY = 0x2E47;
    uint8 private constant CONSENT = 6;

    uint32 private early;
    uint32 private late;

    function test_A_replaced_co_signer_settles_the_budgets_that_were_open() public {
        early = openWith(1_000);
        replace();
        late = openAfter();

        pays(COSIGN_KEY, early);
        refuses(COSIGN_KEY, late);
    }

    function test_The_next_co_signer_settles_earlier_and_later_budgets() public {
        early = openWith(1_000);
        replace();
        late = openAfter();

        pays(NEXT_KEY, early);
        pays(NEXT_KEY, late);
    }

    function test_A_proposed_co_signer_settles_nothing_yet() public {
        early = openWith(1_000);
        registry.proposeCosigner(OPERATOR, vm.addr(NEXT_KEY));
        vm.warp(block.timestamp + 24 hours);

        isNoOperator(NEXT_KEY, early);
        refusesRow(NEXT_KEY, early);
        refusesTicket(NEXT_KEY, early);
        pays(COSIGN_KEY, early);
    }

    function test_A_revoked_co_signer_settles_the_budgets_that_were_open() public {
        early = openWith(1_000);
        registry.revokeCosigner(OPERATOR);
        late = openAfter();

        pays(COSIGN_KEY, early);
        refuses(COSIGN_KEY, late);
    }

    function test_A_budget_of_the_same_second_was_open() public {
        registry.revokeCosigner(OPERATOR);
        early = openWith(1_000);

        pays(COSIGN_KEY, early);
    }

    function test_Two_generations_of_co_signers_keep_their_own_past() public {
        early = openWith(1_000);
        replace();
        uint32 middle = openAfter();
        registry.revokeCosigner(OPERATOR);
        late = openAfter();

        pays(COSIGN_KEY, early);
        pays(NEXT_KEY, early);
        refuses(COSIGN_KEY, middle);
        pays(NEXT_KEY, middle);
        refuses(COSIGN_KEY, late);
        refuses(NEXT_KEY, late);
    }

    function test_A_co_signer_that_came_back_settles_what_was_opened_in_between() public {
        replace();
        late = openAfter();
        registry.proposeCosigner(OPERATOR, vm.addr(COSIGN_KEY));
        vm.warp(block.timestamp + 24 hours);
        registry.acceptCosigner(OPERATOR);

        pays(COSIGN_KEY, late);
    }

    function test_A_co_signer_is_no_consent_for_another_operator() public {
        vm.prank(STRANGER);
        uint32 rival = registry.registerOperator(vm.addr(NEXT_KEY), STRANGER);
        early = openWith(1_000);
        bytes memory payload = payloadOf(1, rowAt(early));
        bytes memory cosig = cosignedBy(NEXT_KEY, payload);
        vm.recordLogs();
        escrow.settle(rival, payload, cosig);
        isSkipped(early);

        isNoOperator(NEXT_KEY, early);
        refusesRow(NEXT_KEY, early);
        refusesTicket(NEXT_KEY, early);
    }

    function replace() private {
        registry.proposeCosigner(OPERATOR, vm.addr(NEXT_KEY));
        vm.warp(block.timestamp + 24 hours);
        registry.acceptCosigner(OPERATOR);
    }

    /// @dev One second after whatever was changed.
    function openAfter() private returns (uint32) {
        vm.warp(block.timestamp + 1);
        return openWith(1_000);
    }

    function pays(uint256 key, uint32 budgetNo) private {
        uint256 before = escrow.credit(1);
        bytes memory payload = payloadOf(1, rowAt(budgetNo));
        escrow.settle(OPERATOR, payload, cosignedBy(key, payload));
        equal(escrow.credit(1), before + 10, "as a batch");
        Row memory row = rowAt(budgetNo);
        escrow.settleCosigned(payloadOf(1, row), rowCosignedBy(key, row));
        equal(escrow.credit(1), before + 20, "as one statement");
        escrow.settleTickets(ticketAt(key, budgetNo));
        equal(escrow.credit(1), before + 30, "as a ticket");
    }

    /// @dev A former key still speaks for its operator, but not for this budget: the batch is taken, its row is not.
    function refuses(uint256 key, uint32 budgetNo) private {
        bytes memory payload = payloadOf(1, rowAt(budgetNo));
        vm.recordLogs();
        escrow.settle(OPERATOR, payload, cosignedBy(key, payload));
        isSkipped(budgetNo);
        refusesRow(key, budgetNo);
        refusesTicket(key, budgetNo);
    }

    function isNoOperator(uint256 key, uint32 budgetNo) private {
        bytes memory payload = payloadOf(1, rowAt(budgetNo));
        bytes memory cosig = cosignedBy(key, payload);
        bytes32 digest = Signatures.cosignBatch(domain(), payload);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NotOperator.selector, OPERATOR, digest));
        escrow.settle(OPERATOR, payload, cosig);
    }

    function refusesRow(uint256 key, uint32 budgetNo) private {
        Row memory row = rowAt(budgetNo);
        vm.recordLogs();
        escrow.settleCosigned(payloadOf(1, row), rowCosignedBy(key, row));
        isSkipped(budgetNo);
    }

    function refusesTicket(uint256 key, uint32 budgetNo) private {
        uint256 before = escrow.credit(1);
        vm.recordLogs();
        escrow.settleTickets(ticketAt(key, budgetNo));
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.TicketSkipped.selector);
        equal(log.topics[1], bytes32(uint256(budgetNo)), "budget");
        (, uint8 reason) = abi.decode(log.data, (uint32, uint8));
        equal(reason, CONSENT, "reason of the ticket");
        equal(escrow.credit(1), before, "credit");
    }

    function rowAt(uint32 budgetNo) private view returns (Row memory) {
        return signed(rowOf(budgetNo, 1, PayloadWriter.group(1, 10)));
    }

    /// @dev The leg's number is the first one that is neither dead nor paid.
    function ticketAt(uint256 key, uint32 budgetNo) private view returns (bytes memory) {
        uint32 jobNo = uint32(escrow.budgetOf(budgetNo).throughJob);
        while (escrow.isTicketPaid(budgetNo, jobNo)) ++jobNo;
        return TicketWriter.pack(signedBy(SESSION_KEY, key, ticketOf(budgetNo, jobNo, 10, 1)));
    }

    function isSkipped(uint32 budgetNo) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory log = logs.single(address(escrow), IMarketEscrow.StatementSkipped.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(budgetNo, CONSENT), "budget and reason");
        equal(logs.count(address(escrow), IMarketEscrow.Credited.selector), 0, "credits");
    }
}
