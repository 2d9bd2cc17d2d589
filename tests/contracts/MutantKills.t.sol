// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../contracts/interfaces/IMarketEscrow.sol";
import {IProviderBond} from "../../contracts/interfaces/IProviderBond.sol";
import {BUDGET_CLOSED, BUDGET_NONE, BUDGET_OPEN} from "../../contracts/types/Budget.sol";
import {recover} from "../../contracts/types/CompactSignature.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {IBond, IEscrow} from "./support/IEscrow.sol";
import {OddToken} from "./support/OddTokens.sol";
import {vm} from "./support/Vm.sol";

/// @notice Brings one unit more than was asked for.
contract BonusToken is OddToken(6, 0) {
    function transferFrom(address from, address to, uint256 amount) external override returns (bool) {
        move(from, to, amount);
        balanceOf[to] += 1;
        return true;
    }
}

/// @notice What the other tests let pass when the contracts are broken on purpose.
contract MutantKillsTest is EscrowFixture {
    function test_More_than_was_asked_for_is_refused() public {
        BonusToken odd = new BonusToken();
        IEscrow rich = IEscrow(deploy("MarketEscrow", abi.encode(odd)));
        IBond bond = IBond(deploy("ProviderBond", abi.encode(odd, rich)));
        rich.REGISTRY().registerProvider(STRANGER, STRANGER, STRANGER, 0);
        odd.mint(address(this), 200);

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.TransferMismatch.selector, 100, 101));
        rich.deposit(100);
        vm.expectRevert(abi.encodeWithSelector(IProviderBond.TransferMismatch.selector, 100, 101));
        bond.stake(1, 100);
    }

    function test_An_escrow_that_lacks_a_base_unit_is_not_solvent() public {
        OddToken odd = new OddToken(18, 0);
        IEscrow scaled = IEscrow(deploy("MarketEscrow", abi.encode(odd)));
        odd.mint(address(this), 5e12);
        scaled.deposit(5e12);
        isTrue(scaled.solvent(), "solvent");

        vm.prank(address(scaled));
        odd.transfer(STRANGER, 1);

        isTrue(!scaled.solvent(), "one base unit short");
    }

    function test_The_escrow_describes_its_domain() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chain, address self, bytes32 salt,
            uint256[] memory extensions) = escrow.eip712Domain();

        equal(uint8(fields), 0x0f, "name, version, chain and contract");
        equalBytes(bytes(name), "Market Escrow", "name");
        equalBytes(bytes(version), "1", "version");
        equal(chain, block.chainid, "chain");
        equal(self, address(escrow), "contract");
        equal(salt, 0, "salt");
        equal(extensions.length, 0, "extensions");
    }

    function test_No_nonce_stands_for_another() public {
        uint256[6] memory nonces = [uint256(0), 127, 128, 255, 256, 512];
        for (uint256 used = 0; used < nonces.length; ++used) {
            vm.prank(STRANGER);
            escrow.cancelNonce(nonces[used]);
            for (uint256 index = 0; index < nonces.length; ++index) {
                isTrue(escrow.isNonceUsed(STRANGER, nonces[index]) == (index <= used), "used, and no other");
            }
        }

        vm.expectRevert(abi.encodeWithSelector(IMarketEscrow.NonceUsed.selector, STRANGER, 256));
        vm.prank(STRANGER);
        escrow.cancelNonce(256);
    }

    /// @dev The key was chosen for its signature with the nonce 1 to have half of the order as its s.
    function test_The_largest_s_is_good_and_the_next_is_not() public pure {
        bytes32 digest = bytes32(uint256(1));
        bytes32 r = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;
        uint256 half = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;
        uint256 key = 0xd33b34721f960346f01f22e904350eee990e21437d75b00f9ebd1b12820e8fc4;

        equal(recover(digest, r, bytes32(half)), vm.addr(key), "half of the order");
        equal(recover(digest, r, bytes32(half + 1)), address(0), "more than half");
    }

    function test_Nobody_consents_after_a_revoked_co_signer_has_a_successor() public {
        registry.revokeCosigner(OPERATOR);
        registry.proposeCosigner(OPERATOR, STRANGER);
        vm.warp(block.timestamp + 24 hours);
        registry.acceptCosigner(OPERATOR);

        equal(registry.cosignsUntil(OPERATOR, address(0)), 0, "nobody");
        equal(registry.cosignsUntil(OPERATOR, STRANGER), type(uint40).max, "the successor");
    }

    function test_States_have_the_numbers_that_readers_know() public pure {
        equal(BUDGET_NONE, 0, "none");
        equal(BUDGET_OPEN, 1, "open");
        equal(BUDGET_CLOSED, 2, "closed");
    }

    function test_What_is_taken_goes_where_nobody_has_the_key() public {
        IBond bond = IBond(deploy("ProviderBond", abi.encode(token, escrow)));

        equal(bond.SINK(), 0x000000000000000000000000000000000000dEaD, "sink");
    }
}
