// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowInvariantsTest} from "./EscrowInvariants.t.sol";
import {CompromisedPayees} from "./support/CompromisedPayees.sol";
import {TicketThief} from "./support/TicketThief.sol";

/// @notice The same invariants, against whoever holds every provider's keys.
contract EscrowProviderInvariantsTest is EscrowInvariantsTest {
    function createMarket() internal override returns (TicketThief) {
        return new CompromisedPayees();
    }

    function actions() internal pure override returns (string[] memory) {
        return words(
            string.concat(EVERYDAY, ATTACKS, "changePayout stealPay signForTheBuyer signForTheOperator claimTwice")
        );
    }
}
