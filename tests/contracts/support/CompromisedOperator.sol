// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../../contracts/interfaces/IMarketEscrow.sol";
import {LogReader} from "./LogReader.sol";
import {LaneModel} from "./LaneModel.sol";
import {PayloadWriter, Row} from "./PayloadWriter.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice All of the operator's servers and keys are the attacker's: it co-signs whatever it likes. It lacks only the
/// buyers' session keys; where an attack needs a session's signature, a faulty buyer gave it. Every attack must end as
/// its refusal says, and must move nothing.
abstract contract CompromisedOperator is LaneModel {
    using LogReader for Vm.Log[];

    /// @dev What an attack must leave as it was. The books of MarketModel hold the rest, after every call.
    modifier movesNothing() {
        bytes32 before = balances();
        _;
        equal(balances(), before, "an attack moved something");
    }

    function replay(uint256) public onClock {
        if (lastApplied.length == 0) return;
        bytes32 before = balances();
        settle(lastApplied);
        equal(balances(), before, "an attack moved something");
        ++successes["replay"];
    }

    function forgeKey(uint256 seed) public onClock {
        Row memory row = draw(payableBudget(seed), seed).row;
        isSkipped(signedBy(seed % 2 == 0 ? COSIGN_KEY : FOREIGN_KEY, row), 3);
        ++successes["forgeKey"];
    }

    function flipBit(uint256 seed) public onClock {
        bytes memory packed = PayloadWriter.pack(draw(payableBudget(seed), seed).row);
        uint256 bit = within(seed >> 128, 0, packed.length * 8 - 1);
        packed[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        bytes memory payload = everybodysPayload(packed);
        attempt(payload);
        ++successes["flipBit"];
    }

    function redirect(uint256 seed) public onClock {
        Row memory row = draw(payableBudget(seed), seed).row;
        row.lines = PayloadWriter.group(accomplice, within(seed >> 16, 1, 20));
        row.fee = 0;
        isSkipped(row, 3);
        equal(escrow.credit(accomplice), 0, "the accomplice");
        ++successes["redirect"];
    }

    function dropPayee(uint256 seed) public onClock {
        Drawn memory drawn = draw(payableBudget(seed), seed);
        uint256 total = drawn.amounts[0] + drawn.amounts[1] + drawn.amounts[2];
        bytes memory payload = PayloadWriter.payload(ANCHOR, list(2, 3), PayloadWriter.pack(drawn.row));
        bytes32 before = balances();
        expectRefusal(
            payload,
            abi.encodeWithSelector(
                IMarketEscrow.ProviderListIncomplete.selector, total - drawn.amounts[0], total
            )
        );
        equal(balances(), before, "an attack moved something");
        ++successes["dropPayee"];
    }

    /// @dev The same row twice: it pays once.
    function duplicate(uint256 seed) public onClock {
        Drawn memory drawn = draw(payableBudget(seed), seed);
        bytes memory packed = PayloadWriter.pack(drawn.row);
        vm.recordLogs();
        settle(everybodysPayload(bytes.concat(packed, packed)));
        book(drawn);
        isReason(vm.getRecordedLogs(), 1);
        ++successes["duplicate"];
    }

    function overFee(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        Drawn memory drawn = draw(budgetNo, seed);
        uint256 total = drawn.amounts[0] + drawn.amounts[1] + drawn.amounts[2];
        drawn.row.fee = total * escrow.budgetOf(budgetNo).maxFeeBps / 10_000 + within(seed >> 200, 1, 50);
        isSkipped(signed(drawn.row), 4);
        ++successes["overFee"];
    }

    function overCap(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        Row memory row = draw(budgetNo, seed).row;
        uint256 left = accounts[budgetNo].cap - accounts[budgetNo].spent;
        (row.fee, row.lines) = (0, PayloadWriter.group(1, left + within(seed >> 200, 1, 1_000_000)));
        isSkipped(signed(row), 4);
        ++successes["overCap"];
    }

    function settleLate(uint256 seed) public onClock {
        if (seed % 4 != 0) return; // it runs the clock, and every other budget out with it
        uint32 budgetNo = payableBudget(seed);
        Row memory row = draw(budgetNo, seed).row;
        pass(accounts[budgetNo].expiry + 24 hours + within(seed >> 200, 1, 1 hours) - block.timestamp);
        isSkipped(row, 2);
        ++successes["settleLate"];
    }

    /// @dev The rival operator settles this operator's budgets.
    function settleAsRival(uint256 seed) public onClock {
        bytes memory payload = everybodysPayload(PayloadWriter.pack(draw(payableBudget(seed), seed).row));
        bytes memory cosig = cosignedBy(FOREIGN_KEY, payload);
        bytes32 before = balances();
        vm.recordLogs();
        escrow.settle(RIVAL, payload, cosig);
        isReason(vm.getRecordedLogs(), 6);
        equal(balances(), before, "an attack moved something");
        ++successes["settleAsRival"];
    }

    /// @dev Takes what is not the caller's, ends what is not its to end, and ends it too soon.
    function trespass(uint256 seed) public onClock {
        uint32 budgetNo = payableBudget(seed);
        address thief = seed % 2 == 0 ? vm.addr(COSIGN_KEY) : STRANGER;
        bytes32 before = balances();
        isRefused(thief, abi.encodeCall(IMarketEscrow.withdraw, (within(seed >> 16, 1, 1_000))));
        isRefused(thief, abi.encodeCall(IMarketEscrow.requestClose, (budgetNo)));
        isRefused(thief, abi.encodeCall(IMarketEscrow.close, (budgetNo)));
        isRefused(accounts[budgetNo].buyer, abi.encodeCall(IMarketEscrow.close, (budgetNo)));
        equal(balances(), before, "an attack moved something");
        ++successes["trespass"];
    }

    /// @dev Two batches within one transaction, the second one with another list: as two transactions would.
    function settleTwice(uint256 seed) public onClock {
        Drawn memory first = draw(payableBudget(seed), seed);
        settle(everybodysPayload(PayloadWriter.pack(first.row)));
        book(first);
        Drawn memory second = draw(payableBudget(seed >> 8), seed >> 8);
        vm.recordLogs();
        settle(everybodysPayload(PayloadWriter.pack(second.row)));
        book(second);
        uint256 paid = (second.amounts[0] > 0 ? 1 : 0) + (second.amounts[1] > 0 ? 1 : 0)
            + (second.amounts[2] > 0 ? 1 : 0);
        equal(
            vm.getRecordedLogs().count(address(escrow), IMarketEscrow.Credited.selector), paid, "credits of the second"
        );
        ++successes["settleTwice"];
    }

    /// @dev Co-signs and sends; whether it is refused whole or skipped, nothing may move.
    function attempt(bytes memory payload) private movesNothing {
        bytes memory cosig = cosigned(payload);
        (bool isAccepted,) = address(escrow).call(abi.encodeCall(IMarketEscrow.settle, (OPERATOR, payload, cosig)));
        if (isAccepted) ++successes["accepted, and skipped"];
    }

    function isSkipped(Row memory row, uint8 reason) private movesNothing {
        vm.recordLogs();
        settle(everybodysPayload(PayloadWriter.pack(row)));
        isReason(vm.getRecordedLogs(), reason);
    }

    function isReason(Vm.Log[] memory logs, uint8 reason) internal view {
        Vm.Log memory log = logs.single(address(escrow), IMarketEscrow.StatementSkipped.selector);
        equalBytes(log.data, abi.encode(reason), "reason");
    }

    function isRefused(address caller, bytes memory call) private {
        vm.prank(caller);
        (bool isAccepted,) = address(escrow).call(call);
        isTrue(!isAccepted, "a trespass is refused");
    }

    function balances() internal view returns (bytes32 hash) {
        for (uint256 index = 0; index < BUYERS; ++index) {
            hash = keccak256(abi.encode(hash, escrow.free(buyerAt(index))));
        }
        for (uint32 id = 1; id <= PROVIDERS; ++id) hash = keccak256(abi.encode(hash, escrow.credit(id)));
        for (uint32 number = 1; number <= opened; ++number) {
            hash = keccak256(abi.encode(hash, escrow.budgetOf(number)));
        }
        return keccak256(
            abi.encode(hash, escrow.feeCredit(OPERATOR), escrow.feeCredit(RIVAL), token.balanceOf(address(escrow)))
        );
    }
}
