// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../../contracts/interfaces/IMarketEscrow.sol";
import {IMarketRegistry} from "../../../contracts/interfaces/IMarketRegistry.sol";
import {LogReader} from "./LogReader.sol";
import {PayloadWriter, Row} from "./PayloadWriter.sol";
import {Ticket, TicketWriter} from "./TicketWriter.sol";
import {TicketThief} from "./TicketThief.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice Every provider's keys are the attacker's. A provider can change where its own pay goes, a day later, and
/// nothing else.
contract CompromisedPayees is TicketThief {
    using LogReader for Vm.Log[];

    uint256 private constant SIGNER_KEY = 0x51641;

    /// @dev There and back again, so that the book's payees stay who they are.
    function changePayout(uint256 seed) public onClock {
        uint32 id = uint32(within(seed, 1, PROVIDERS));
        address elsewhere = address(uint160(within(seed >> 8, 1, type(uint64).max)));
        moveTo(id, elsewhere);
        uint256 amount = earned[id] - claimedBy[id];
        uint256 had = token.balanceOf(elsewhere);
        if (amount != 0) escrow.claim(id);
        equal(token.balanceOf(elsewhere) - had, amount, "its own pay, to where it said");
        claimedBy[id] += amount;
        moveTo(id, payoutOf(id));
        ++successes["changePayout"];
    }

    function stealPay(uint256 seed) public onClock movesNothing {
        uint32 id = uint32(within(seed, 1, PROVIDERS));
        address thief = ownerOf(id % uint32(PROVIDERS) + 1);
        refuses(thief, id, abi.encodeCall(IMarketRegistry.proposePayout, (id, thief)));
        refuses(thief, id, abi.encodeCall(IMarketRegistry.acceptPayout, (id)));
        refuses(thief, id, abi.encodeCall(IMarketRegistry.setSigner, (id, thief)));
        ++successes["stealPay"];
    }

    /// @dev A provider's signature is neither a session's nor a co-signer's.
    function signForTheBuyer(uint256 seed) public onClock {
        uint32 id = uint32(within(seed, 1, PROVIDERS));
        vm.prank(ownerOf(id));
        registry.setSigner(id, vm.addr(SIGNER_KEY));
        uint32 budgetNo = payableBudget(seed);
        Row memory row = signedBy(SIGNER_KEY, draw(budgetNo, seed).row);
        Ticket memory ticket = drawTicket(budgetNo, seed);
        signTicket(SIGNER_KEY, ticket);
        bytes32 before = balances();
        vm.recordLogs();
        settle(everybodysPayload(PayloadWriter.pack(row)));
        isReason(vm.getRecordedLogs(), 3);
        vm.recordLogs();
        sendTickets(TicketWriter.pack(ticket));
        equal(vm.getRecordedLogs().count(address(escrow), IMarketEscrow.TicketSkipped.selector), 1, "skipped");
        equal(balances(), before, "an attack moved something");
        ++successes["signForTheBuyer"];
    }

    function signForTheOperator(uint256 seed) public onClock {
        Row memory row = draw(payableBudget(seed), seed).row;
        bytes memory payload = everybodysPayload(PayloadWriter.pack(row));
        bytes memory cosig = cosignedBy(SIGNER_KEY, payload);
        bytes32 before = balances();
        (bool isAccepted, bytes memory answer) =
            address(escrow).call(abi.encodeCall(IMarketEscrow.settle, (OPERATOR, payload, cosig)));
        isTrue(!isAccepted && bytes4(answer) == IMarketEscrow.NotOperator.selector, "not the operator");
        vm.recordLogs();
        escrow.settleCosigned(payload, cosignedRow(SIGNER_KEY, row));
        isReason(vm.getRecordedLogs(), 6);
        equal(balances(), before, "an attack moved something");
        ++successes["signForTheOperator"];
    }

    function claimTwice(uint256 seed) public onClock {
        claim(seed);
        uint32 id = uint32(within(seed, 1, PROVIDERS));
        bytes32 before = balances();
        vm.prank(ownerOf(id));
        (bool isAccepted, bytes memory answer) = address(escrow).call(abi.encodeCall(IMarketEscrow.claim, (id)));
        isTrue(!isAccepted && bytes4(answer) == IMarketEscrow.ZeroAmount.selector, "nothing is left to claim");
        equal(balances(), before, "an attack moved something");
        ++successes["claimTwice"];
    }

    /// @dev A second too early it is refused.
    function moveTo(uint32 id, address payout) private {
        vm.prank(ownerOf(id));
        registry.proposePayout(id, payout);
        pass(24 hours - 1);
        vm.prank(ownerOf(id));
        (bool isAccepted,) = address(registry).call(abi.encodeCall(IMarketRegistry.acceptPayout, (id)));
        isTrue(!isAccepted, "too early");
        pass(1);
        vm.prank(ownerOf(id));
        registry.acceptPayout(id);
    }

    function refuses(address thief, uint32 id, bytes memory call) private {
        vm.prank(thief);
        (bool isAccepted, bytes memory answer) = address(registry).call(call);
        isTrue(!isAccepted, "another's entry");
        equalBytes(answer, abi.encodeWithSelector(IMarketRegistry.NotOwner.selector, thief, ownerOf(id)), "refusal");
    }

    function ownerOf(uint32 id) private pure returns (address) {
        return address(0xA000 + uint160(id));
    }
}
