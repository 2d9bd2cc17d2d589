// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProviderBond} from "../../contracts/interfaces/IProviderBond.sol";
import {Result, ResultCommit} from "../../contracts/types/Evidence.sol";
import {EscrowFixture} from "./support/EscrowFixture.sol";
import {IBond, IEscrow} from "./support/IEscrow.sol";
import {CallingToken} from "./support/OddTokens.sol";

/// @notice A token that calls the bond in the middle of a transfer finds every door that moves tokens shut.
contract BondReentryTest is EscrowFixture {
    CallingToken private calling;
    IBond private bond;

    /// @dev Without the fixture's buyer: this token knows no allowances.
    function setUp() public override {
        calling = new CallingToken();
        escrow = IEscrow(deploy("MarketEscrow", abi.encode(calling)));
        bond = IBond(deploy("ProviderBond", abi.encode(calling, escrow)));
        escrow.REGISTRY().registerProvider(STRANGER, STRANGER, STRANGER, 0);
        calling.mint(address(this), 100);
    }

    function test_A_token_that_calls_back_enters_the_bond_nowhere() public {
        Result memory result;
        ResultCommit memory pledge;
        bytes[5] memory calls = [
            abi.encodeCall(IProviderBond.stake, (1, 1)),
            abi.encodeCall(IProviderBond.unstake, (1)),
            abi.encodeCall(IProviderBond.slashDoubleResult, (result, "", result, "")),
            abi.encodeCall(IProviderBond.slashDoubleCommit, (pledge, "", pledge, "")),
            abi.encodeCall(IProviderBond.slashBrokenCommit, (pledge, "", result, ""))
        ];

        for (uint256 index = 0; index < calls.length; ++index) {
            calling.callBack(calls[index]);
            bond.stake(1, 5);

            isTrue(!calling.isCallAccepted(), "it called back, and was refused");
            equalBytes(
                calling.answer(), abi.encodeWithSelector(IEscrow.ReentrancyGuardReentrantCall.selector), "by the guard"
            );
        }
        (uint96 amount,,) = bond.bondOf(1);
        equal(amount, 25, "what was staked is at stake");
    }
}
