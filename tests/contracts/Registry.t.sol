// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketRegistry} from "../../contracts/interfaces/IMarketRegistry.sol";
import {Operator, Provider} from "../../contracts/types/Parties.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {Vm, vm} from "./support/Vm.sol";

contract RegistryTest is EscrowFixture {
    using LogReader for Vm.Log[];

    address private constant OWNER = address(0xA001);

    function test_The_registry_is_the_escrows_first_creation() public view {
        bytes memory rlp = abi.encodePacked(hex"d694", address(escrow), hex"01");

        equal(address(registry), address(uint160(uint256(keccak256(rlp)))), "nobody chose it");
    }

    function test_A_provider_takes_the_next_number() public {
        vm.recordLogs();

        vm.prank(STRANGER);
        uint32 id = registry.registerProvider(address(1), address(2), address(3), 4);

        equal(id, 4, "id");
        equal(registry.providerCount(), 4, "count");
        equalBytes(
            abi.encode(registry.providerOf(id)),
            abi.encode(Provider(address(1), address(2), address(3), address(0), 0)),
            "provider"
        );
        equal(registry.payoutOf(id), address(3), "payout");
        isTrue(registry.isSigner(id, address(2)), "signer");
        Vm.Log memory log = single(IMarketRegistry.ProviderRegistered.selector);
        equal(log.topics[1], bytes32(uint256(4)), "id in the log");
        equal(log.topics[2], bytes32(uint256(1)), "owner in the log");
        equalBytes(log.data, abi.encode(address(2), address(3), 4), "the rest of the log");
    }

    function test_A_provider_without_an_owner_a_signer_or_a_payout_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.ZeroAddress.selector));
        registry.registerProvider(address(0), address(2), address(3), 4);

        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.ZeroAddress.selector));
        registry.registerProvider(address(1), address(0), address(3), 4);

        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.ZeroAddress.selector));
        registry.registerProvider(address(1), address(2), address(0), 4);
    }

    /// @dev An id that no line can name would be a provider that is never paid.
    function test_A_provider_whose_number_fits_no_line_is_refused() public {
        setProviderCount(type(uint24).max - 1);

        equal(registry.registerProvider(address(1), address(2), address(3), 4), type(uint24).max, "the last one");
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.TooManyProviders.selector, type(uint24).max));
        registry.registerProvider(address(1), address(2), address(3), 4);
    }

    function test_An_operator_takes_the_next_number_and_belongs_to_the_caller() public {
        vm.recordLogs();

        vm.prank(STRANGER);
        uint32 id = registry.registerOperator(address(5), address(6));

        equal(id, 2, "id");
        equal(registry.operatorCount(), 2, "count");
        equalBytes(
            abi.encode(registry.operatorOf(id)),
            abi.encode(Operator(STRANGER, address(5), address(6), address(0), 0)),
            "operator"
        );
        equal(registry.feeToOf(id), address(6), "fee address");
        equal(registry.cosignsUntil(id, address(5)), type(uint40).max, "consents to every budget");
        Vm.Log memory log = single(IMarketRegistry.OperatorRegistered.selector);
        equal(log.topics[1], bytes32(uint256(2)), "id in the log");
        equal(log.topics[2], bytes32(uint256(uint160(STRANGER))), "owner in the log");
        equalBytes(log.data, abi.encode(address(5), address(6)), "the rest of the log");
    }

    function test_An_operator_without_a_cosigner_or_a_fee_address_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.ZeroAddress.selector));
        registry.registerOperator(address(0), address(6));

        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.ZeroAddress.selector));
        registry.registerOperator(address(5), address(0));
    }

    function test_Nobody_is_known_by_a_number_that_was_not_given() public view {
        equal(registry.payoutOf(0), address(0), "payout of nobody");
        equal(registry.payoutOf(4), address(0), "payout of the next one");
        equal(registry.feeToOf(0), address(0), "fees of nobody");
        equal(registry.feeToOf(2), address(0), "fees of the next one");
        equal(registry.cosignsUntil(0, vm.addr(COSIGN_KEY)), 0, "consent of nobody");
        equal(registry.cosignsUntil(OPERATOR, address(0)), 0, "consent by nobody");
        isTrue(!registry.isSigner(1, address(0)), "nobody signs");
        isTrue(!registry.isSigner(2, address(0xB001)), "another provider's signer");
    }

    function test_A_former_signer_stays_one() public {
        vm.recordLogs();

        vm.prank(OWNER);
        registry.setSigner(1, address(7));

        equal(registry.providerOf(1).signer, address(7), "the new one");
        isTrue(registry.isSigner(1, address(7)), "the new one signs");
        isTrue(registry.isSigner(1, address(0xB001)), "the former one is evidence");
        Vm.Log memory log = single(IMarketRegistry.SignerSet.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(1, address(7)), "log");
        vm.prank(OWNER);
        registry.setSigner(1, address(8));
        isTrue(registry.isSigner(1, address(7)) && registry.isSigner(1, address(0xB001)), "all of them");
    }

    function test_A_signer_is_set_by_the_owner_and_is_somebody() public {
        expectNotOwner(STRANGER, OWNER);
        registry.setSigner(1, address(7));
        // Its own signer and payout may not either.
        expectNotOwner(address(0xB001), OWNER);
        registry.setSigner(1, address(7));
        expectNotOwner(OWNER, address(0));
        registry.setSigner(4, address(7));

        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.ZeroAddress.selector));
        vm.prank(OWNER);
        registry.setSigner(1, address(0));
        isTrue(!registry.isSigner(1, address(7)), "nothing was set");
    }

    function test_A_payout_changes_a_day_after_it_was_said() public {
        uint256 from = block.timestamp + 24 hours;
        vm.recordLogs();
        vm.prank(OWNER);
        registry.proposePayout(1, address(9));
        Vm.Log memory log = single(IMarketRegistry.PayoutProposed.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(1, address(9), from), "proposal in the log");
        equalBytes(
            abi.encode(registry.providerOf(1)),
            abi.encode(Provider(OWNER, address(0xB001), payoutOf(1), address(9), uint40(from))),
            "it waits"
        );
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.TooEarly.selector, from - 1, from));
        vm.prank(OWNER);
        registry.acceptPayout(1);
        equal(registry.payoutOf(1), payoutOf(1), "as it was");
        vm.warp(from);
        vm.recordLogs();

        vm.prank(OWNER);
        registry.acceptPayout(1);

        equalBytes(
            abi.encode(registry.providerOf(1)),
            abi.encode(Provider(OWNER, address(0xB001), address(9), address(0), 0)),
            "it is changed"
        );
        log = single(IMarketRegistry.PayoutSet.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(1, address(9)), "change in the log");
    }

    function test_A_further_payout_proposal_starts_anew() public {
        vm.prank(OWNER);
        registry.proposePayout(1, address(9));
        vm.warp(block.timestamp + 24 hours - 1);
        vm.prank(OWNER);
        registry.proposePayout(1, address(10));
        uint256 from = block.timestamp + 24 hours;

        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.TooEarly.selector, from - 1, from));
        vm.prank(OWNER);
        registry.acceptPayout(1);
        vm.warp(from);
        vm.prank(OWNER);
        registry.acceptPayout(1);

        equal(registry.payoutOf(1), address(10), "the later one");
    }

    function test_A_payout_is_proposed_and_accepted_by_the_owner_and_once() public {
        expectNotOwner(STRANGER, OWNER);
        registry.proposePayout(1, address(9));
        expectNotOwner(payoutOf(1), OWNER);
        registry.acceptPayout(1);
        expectNotOwner(OWNER, address(0));
        registry.proposePayout(4, address(9));
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.ZeroAddress.selector));
        vm.prank(OWNER);
        registry.proposePayout(1, address(0));
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.NothingProposed.selector));
        vm.prank(OWNER);
        registry.acceptPayout(1);

        vm.prank(OWNER);
        registry.proposePayout(1, address(9));
        vm.warp(block.timestamp + 24 hours);
        vm.prank(OWNER);
        registry.acceptPayout(1);
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.NothingProposed.selector));
        vm.prank(OWNER);
        registry.acceptPayout(1);
    }

    function test_A_cosigner_changes_a_day_after_it_was_said_and_the_former_keeps_its_past() public {
        uint256 from = block.timestamp + 24 hours;
        vm.recordLogs();
        registry.proposeCosigner(OPERATOR, address(11));
        Vm.Log memory log = single(IMarketRegistry.CosignerProposed.selector);
        equalBytes(
            bytes.concat(log.topics[1], log.data), abi.encode(OPERATOR, address(11), from), "proposal in the log"
        );
        isOperator(vm.addr(COSIGN_KEY), address(11), from);
        equal(registry.cosignsUntil(OPERATOR, address(11)), 0, "no consent yet");
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.TooEarly.selector, from - 1, from));
        registry.acceptCosigner(OPERATOR);
        vm.warp(from + 5);
        vm.recordLogs();

        registry.acceptCosigner(OPERATOR);

        isOperator(address(11), address(0), 0);
        equal(registry.cosignsUntil(OPERATOR, address(11)), type(uint40).max, "the new one");
        equal(registry.cosignsUntil(OPERATOR, vm.addr(COSIGN_KEY)), from + 5, "the former one");
        log = single(IMarketRegistry.CosignerSet.selector);
        equalBytes(bytes.concat(log.topics[1], log.data), abi.encode(OPERATOR, address(11)), "change in the log");
    }

    function test_A_further_cosigner_proposal_starts_anew() public {
        registry.proposeCosigner(OPERATOR, address(11));
        vm.warp(block.timestamp + 24 hours - 1);
        registry.proposeCosigner(OPERATOR, address(12));
        uint256 from = block.timestamp + 24 hours;

        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.TooEarly.selector, from - 1, from));
        registry.acceptCosigner(OPERATOR);
        vm.warp(from);
        registry.acceptCosigner(OPERATOR);

        isOperator(address(12), address(0), 0);
        equal(registry.cosignsUntil(OPERATOR, address(11)), 0, "the earlier one never was one");
    }

    function test_A_cosigner_is_revoked_at_once_and_keeps_its_past() public {
        vm.warp(block.timestamp + 7);
        vm.recordLogs();

        registry.revokeCosigner(OPERATOR);

        isOperator(address(0), address(0), 0);
        equal(registry.cosignsUntil(OPERATOR, vm.addr(COSIGN_KEY)), block.timestamp, "until now");
        Vm.Log memory log = single(IMarketRegistry.CosignerRevoked.selector);
        equalBytes(
            bytes.concat(log.topics[1], log.data), abi.encode(OPERATOR, vm.addr(COSIGN_KEY)), "revocation in the log"
        );
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.NoCosigner.selector, OPERATOR));
        registry.revokeCosigner(OPERATOR);
    }

    function test_After_a_revocation_a_proposed_cosigner_still_comes() public {
        registry.proposeCosigner(OPERATOR, address(11));
        registry.revokeCosigner(OPERATOR);
        uint256 end = block.timestamp;
        vm.warp(block.timestamp + 24 hours);

        registry.acceptCosigner(OPERATOR);

        isOperator(address(11), address(0), 0);
        equal(registry.cosignsUntil(OPERATOR, vm.addr(COSIGN_KEY)), end, "the revoked one gains no time");
        equal(registry.cosignsUntil(OPERATOR, address(0)), 0, "nobody's consent is none");
    }

    function test_A_former_cosigner_may_come_back_and_the_present_one_may_be_confirmed() public {
        changeCosigner(address(11));
        changeCosigner(vm.addr(COSIGN_KEY));
        equal(registry.cosignsUntil(OPERATOR, vm.addr(COSIGN_KEY)), type(uint40).max, "back");

        changeCosigner(vm.addr(COSIGN_KEY));
        equal(registry.cosignsUntil(OPERATOR, vm.addr(COSIGN_KEY)), type(uint40).max, "confirmed");
    }

    function test_A_cosigner_is_changed_by_the_owner_alone() public {
        expectNotOwner(STRANGER, address(this));
        registry.proposeCosigner(OPERATOR, address(11));
        expectNotOwner(vm.addr(COSIGN_KEY), address(this));
        registry.acceptCosigner(OPERATOR);
        expectNotOwner(vm.addr(COSIGN_KEY), address(this));
        registry.revokeCosigner(OPERATOR);
        expectNotOwner(STRANGER, address(0));
        registry.revokeCosigner(2);
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.ZeroAddress.selector));
        registry.proposeCosigner(OPERATOR, address(0));
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.NothingProposed.selector));
        registry.acceptCosigner(OPERATOR);
    }

    function changeCosigner(address cosigner) private {
        registry.proposeCosigner(OPERATOR, cosigner);
        vm.warp(block.timestamp + 24 hours);
        registry.acceptCosigner(OPERATOR);
    }

    function isOperator(address cosigner, address pending, uint256 from) private view {
        equalBytes(
            abi.encode(registry.operatorOf(OPERATOR)),
            abi.encode(Operator(address(this), cosigner, FEE_TO, pending, uint40(from))),
            "operator"
        );
    }

    function expectNotOwner(address caller, address owner) private {
        vm.expectRevert(abi.encodeWithSelector(IMarketRegistry.NotOwner.selector, caller, owner));
        vm.prank(caller);
    }

    function single(bytes32 topic) private returns (Vm.Log memory) {
        return vm.getRecordedLogs().single(address(registry), topic);
    }

    /// @dev In the slot that holds both counts, found by what it holds.
    function setProviderCount(uint256 count) private {
        for (uint256 slot = 0; slot < 32; ++slot) {
            if (uint256(vm.load(address(registry), bytes32(slot))) == (uint256(1) << 32) | 3) {
                vm.store(address(registry), bytes32(slot), bytes32((uint256(1) << 32) | count));
                equal(registry.providerCount(), count, "count as set");
                return;
            }
        }
        revert Untrue("the counts share a slot");
    }
}
