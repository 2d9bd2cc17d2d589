// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowInvariantsTest} from "./EscrowInvariants.t.sol";
import {OddTokenMarket} from "./support/OddTokenMarket.sol";
import {TicketThief} from "./support/TicketThief.sol";

/// @notice The same invariants, on a token that takes fees, blocks, refuses, falls silent and calls back.
contract EscrowOddTokenInvariantsTest is EscrowInvariantsTest {
    function createMarket() internal override returns (TicketThief) {
        return new OddTokenMarket();
    }

    function actions() internal pure override returns (string[] memory) {
        return words(
            string.concat(EVERYDAY, ATTACKS, "fallSilent takeFee refuse blockPayee reenter")
        );
    }
}
