// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {Operator, Provider} from "../../contracts/types/Parties.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {LogReader} from "./support/LogReader.sol";
import {Vm, vm} from "./support/Vm.sol";

contract EscrowPartiesTest is EscrowFixture {
    using LogReader for Vm.Log[];

    function test_A_provider_takes_the_next_number() public {
        vm.recordLogs();

        vm.prank(STRANGER);
        uint32 id = escrow.registerProvider(address(1), address(2), address(3), 4);

        equal(id, 4, "id");
        equal(escrow.providerCount(), 4, "count");
        Provider memory provider = escrow.providerOf(id);
        equal(provider.owner, address(1), "owner");
        equal(provider.signer, address(2), "signer");
        equal(provider.payout, address(3), "payout");
        equal(provider.agentId, 4, "agent");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.ProviderRegistered.selector);
        equal(log.topics[1], bytes32(uint256(4)), "id in the log");
        equal(log.topics[2], bytes32(uint256(1)), "owner in the log");
        equalBytes(log.data, abi.encode(address(2), address(3), 4), "the rest of the log");
    }

    function test_A_provider_without_an_owner_a_signer_or_a_payout_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAddress.selector));
        escrow.registerProvider(address(0), address(2), address(3), 4);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAddress.selector));
        escrow.registerProvider(address(1), address(0), address(3), 4);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAddress.selector));
        escrow.registerProvider(address(1), address(2), address(0), 4);
    }

    /// @dev An id that no line can name would be a provider that is never paid.
    function test_A_provider_whose_number_fits_no_line_is_refused() public {
        bytes32 slot = slotOfCounts();
        setProviderCount(slot, type(uint24).max - 1);

        equal(escrow.registerProvider(address(1), address(2), address(3), 4), type(uint24).max, "the last one");
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.TooManyProviders.selector, type(uint24).max));
        escrow.registerProvider(address(1), address(2), address(3), 4);
    }

    function test_An_operator_takes_the_next_number_and_belongs_to_the_caller() public {
        vm.recordLogs();

        vm.prank(STRANGER);
        uint32 id = escrow.registerOperator(address(5), address(6));

        equal(id, 2, "id");
        equal(escrow.operatorCount(), 2, "count");
        Operator memory operator = escrow.operatorOf(id);
        equal(operator.owner, STRANGER, "owner");
        equal(operator.cosigner, address(5), "cosigner");
        equal(operator.feeTo, address(6), "fee address");
        Vm.Log memory log = vm.getRecordedLogs().single(address(escrow), IMarketEscrow.OperatorRegistered.selector);
        equal(log.topics[1], bytes32(uint256(2)), "id in the log");
        equal(log.topics[2], bytes32(uint256(uint160(STRANGER))), "owner in the log");
        equalBytes(log.data, abi.encode(address(5), address(6)), "the rest of the log");
    }

    function test_An_operator_without_a_cosigner_or_a_fee_address_is_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAddress.selector));
        escrow.registerOperator(address(0), address(6));

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.ZeroAddress.selector));
        escrow.registerOperator(address(5), address(0));
    }

    /// @dev The slot that holds budgetCount, providerCount and operatorCount, found by what registering changes.
    function slotOfCounts() private view returns (bytes32) {
        for (uint256 slot = 0; slot < 32; ++slot) {
            if (uint256(vm.load(address(escrow), bytes32(slot))) == (uint256(1) << 64) | (uint256(3) << 32)) {
                return bytes32(slot);
            }
        }
        revert Untrue("the counts share a slot");
    }

    function setProviderCount(bytes32 slot, uint256 count) private {
        vm.store(address(escrow), slot, bytes32((uint256(1) << 64) | (count << 32)));
        equal(escrow.providerCount(), count, "count as set");
    }
}
