// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {TicketThief} from "./support/TicketThief.sol";
import {vm} from "./support/Vm.sol";

/// @notice I12: the order of different budgets' rows does not matter, and a row that is skipped is as if it were not
/// there.
contract EscrowOrderTest is TicketThief {
    function testFuzz_Order_and_skipped_rows_change_nothing(uint256 seed) public {
        Row[] memory rows = new Row[](3);
        for (uint256 index = 0; index < rows.length; ++index) {
            rows[index] = draw(openFor(buyerAt(index), uint256(keccak256(abi.encode(seed, index)))), seed >> index).row;
        }
        Row memory bad = draw(openFor(BUYER, seed), seed).row;
        bad.vs = bytes32(uint256(bad.vs) ^ 1);

        uint256 fork = vm.snapshotState();
        settle(everybodysPayload(pack(rows, [uint256(0), 1, 2])));
        bytes32 expected = balances();
        isTrue(vm.revertToState(fork), "back to the start");

        uint256[3] memory order = [seed % 3, (seed % 3 + 1 + seed / 3 % 2) % 3, 0];
        order[2] = 3 - order[0] - order[1];
        bytes memory packed = pack(rows, order);
        bytes memory skipped = PayloadWriter.pack(bad);
        settle(everybodysPayload(bytes.concat(skipped, packed, skipped)));
        equal(balances(), expected, "the same balances");
    }

    /// @dev I12 for rows that were co-signed one by one, whose fees are credited row by row.
    function testFuzz_Order_changes_nothing_for_single_cosignatures(uint256 seed) public {
        Row memory a = draw(openFor(buyerAt(0), seed), seed).row;
        Row memory b = draw(openFor(buyerAt(1), seed >> 8), seed >> 8).row;
        bytes memory cosigA = cosignedRow(COSIGN_KEY, a);
        bytes memory cosigB = cosignedRow(COSIGN_KEY, b);

        uint256 fork = vm.snapshotState();
        settleBoth(a, cosigA, b, cosigB);
        bytes32 expected = balances();
        isTrue(vm.revertToState(fork), "back to the start");
        settleBoth(b, cosigB, a, cosigA);
        equal(balances(), expected, "the same balances");
    }

    function settleBoth(Row memory a, bytes memory cosigA, Row memory b, bytes memory cosigB) private {
        bytes memory packed = bytes.concat(PayloadWriter.pack(a), PayloadWriter.pack(b));
        escrow.settleCosigned(everybodysPayload(packed), bytes.concat(cosigA, cosigB));
    }

    function pack(Row[] memory rows, uint256[3] memory order) private pure returns (bytes memory packed) {
        for (uint256 index = 0; index < order.length; ++index) {
            packed = bytes.concat(packed, PayloadWriter.pack(rows[order[index]]));
        }
    }
}
