// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {PayloadWriter, Row} from "./support/PayloadWriter.sol";
import {Signatures} from "./support/Signatures.sol";
import {vm} from "./support/Vm.sol";

/// @notice What makes a whole batch revert: no consent, a malformed envelope, an incomplete provider list.
contract EscrowEnvelopeTest is EscrowFixture {
    uint256 private constant ROW_HEAD = 129;

    function test_A_batch_of_no_operator_is_refused() public {
        bytes memory payload = honest();
        bytes memory cosig = cosigned(payload);

        expectNotOperator(0, payload, cosig);
        expectNotOperator(OPERATOR + 1, payload, cosig);
    }

    function test_A_batch_that_another_key_co_signed_is_refused() public {
        bytes memory payload = honest();

        expectNotOperator(OPERATOR, payload, cosignedBy(FOREIGN_KEY, payload));
        expectNotOperator(OPERATOR, payload, cosignedBy(SESSION_KEY, payload));
    }

    function test_A_co_signature_covers_every_byte() public {
        bytes memory payload = honest();
        bytes memory cosig = cosigned(payload);
        for (uint256 index = 0; index < payload.length; index += 7) {
            bytes memory other = bytes.concat(payload);
            other[index] ^= 0x01;
            (bool isAccepted,) = address(escrow).call(abi.encodeCall(IMarketEscrow.settle, (OPERATOR, other, cosig)));
            isTrue(!isAccepted, "a changed byte is refused");
        }

        escrow.settle(OPERATOR, payload, cosig);
    }

    function test_A_zero_co_signature_is_refused() public {
        expectNotOperator(OPERATOR, honest(), new bytes(64));
    }

    function test_A_co_signature_of_another_length_is_refused() public {
        bytes memory payload = honest();
        bytes memory cosig = cosigned(payload);

        vm.expectRevert(malformed(0));
        escrow.settle(OPERATOR, payload, "");

        vm.expectRevert(malformed(0));
        escrow.settle(OPERATOR, payload, bytes.concat(cosig, hex"00"));
    }

    function test_A_co_signature_in_the_upper_half_is_refused_though_it_recovers_the_co_signer() public {
        bytes memory payload = honest();
        (bytes32 r, bytes32 vs, address signer) =
            Signatures.highS(Signatures.cosignBatch(Signatures.domain(address(escrow)), payload));
        isTrue(signer != address(0), "the signature recovers an address");
        uint32 operatorId = registry.registerOperator(signer, FEE_TO);

        expectNotOperator(operatorId, payload, bytes.concat(r, vs));
    }

    function test_A_payload_shorter_than_its_head_or_its_list_is_malformed() public {
        expectRefusal("", malformed(0));
        expectRefusal(new bytes(33), malformed(33));
        expectRefusal(abi.encodePacked(ANCHOR, uint16(2), uint24(1), uint16(2)), malformed(39));
    }

    function test_A_payload_that_ends_inside_a_row_is_malformed() public {
        bytes memory payload = honest();
        uint256 start = payload.length - ROW_HEAD - 9;

        expectRefusal(cut(payload, payload.length - 1), malformed(start));
        expectRefusal(cut(payload, start + ROW_HEAD - 1), malformed(start));
        expectRefusal(cut(payload, start + 1), malformed(start));
        expectRefusal(bytes.concat(payload, hex"00"), malformed(payload.length));
    }

    function test_A_provider_list_that_does_not_rise_is_malformed() public {
        Row memory row = signed(rowOf(openWith(1_000), 0, PayloadWriter.group(1, 10)));
        bytes memory packed = PayloadWriter.pack(row);

        expectRefusal(PayloadWriter.payload(ANCHOR, list(1, 1), packed), malformed(37));
        expectRefusal(PayloadWriter.payload(ANCHOR, list(2, 1), packed), malformed(37));
        expectRefusal(PayloadWriter.payload(ANCHOR, list(0, 1), packed), malformed(34));
    }

    function test_Nobody_can_drop_a_payee() public {
        bytes memory lines = bytes.concat(PayloadWriter.group(1, 10), PayloadWriter.group(2, 20));
        bytes memory packed = PayloadWriter.pack(signed(rowOf(openWith(1_000), 0, lines)));

        expectRefusal(
            PayloadWriter.payload(ANCHOR, list(1), packed),
            abi.encodeWithSelector(IMarketEscrow.ProviderListIncomplete.selector, 10, 30)
        );
        expectRefusal(
            PayloadWriter.payload(ANCHOR, list(2, 3), packed),
            abi.encodeWithSelector(IMarketEscrow.ProviderListIncomplete.selector, 20, 30)
        );
    }

    function honest() private returns (bytes memory) {
        return payloadOf(1, signed(rowOf(openWith(1_000), 5, PayloadWriter.group(1, 50))));
    }

    function expectNotOperator(uint32 operatorId, bytes memory payload, bytes memory cosig) private {
        bytes32 digest = Signatures.cosignBatch(Signatures.domain(address(escrow)), payload);
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NotOperator.selector, operatorId, digest));
        escrow.settle(operatorId, payload, cosig);
    }

    function malformed(uint256 offset) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarketEscrow.Malformed.selector, offset);
    }

    function cut(bytes memory whole, uint256 length) private pure returns (bytes memory part) {
        part = bytes.concat(whole);
        assembly ("memory-safe") {
            mstore(part, length)
        }
    }
}
