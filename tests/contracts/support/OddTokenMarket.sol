// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketEscrow} from "../../../contracts/interfaces/IMarketEscrow.sol";
import {MoodyToken} from "./MoodyToken.sol";
import {TicketThief} from "./TicketThief.sol";
import {vm} from "./Vm.sol";

/// @notice The same market and the same attacks, on a token that turns against everybody now and then.
contract OddTokenMarket is TicketThief {
    function createToken() internal override returns (address) {
        return address(new MoodyToken());
    }

    function fallSilent(uint256 seed) public onClock {
        moody().fallSilent(seed % 2 == 0);
        ++successes["fallSilent"];
    }

    /// @dev Less arrives than was sent: refused, and nothing has moved.
    function takeFee(uint256 seed) public onClock {
        uint256 amount = within(seed, 2, 1_000);
        uint256 fee = within(seed >> 16, 1, amount - 1);
        address buyer = prepare(seed, amount);
        moody().takeFee(fee);
        isRefusedWith(
            buyer,
            abi.encodeCall(IMarketEscrow.deposit, (amount)),
            abi.encodeWithSelector(IMarketEscrow.TransferMismatch.selector, amount, amount - fee)
        );
        moody().takeFee(0);
        ++successes["takeFee"];
    }

    /// @dev A token that says no, or says nothing and does nothing, credits nobody and pays nobody.
    function refuse(uint256 seed) public onClock {
        address buyer = prepare(seed, 100);
        uint256 free = freeOf[buyer];
        moody().refuse(true);
        isTurnedDown(buyer, abi.encodeCall(IMarketEscrow.deposit, (100)));
        moody().fallSilent(false);
        if (free != 0) isTurnedDown(buyer, abi.encodeCall(IMarketEscrow.withdraw, (free)));
        moody().refuse(false);
        ++successes["refuse"];
    }

    /// @dev A blocked payee hurts itself alone: its credit stays, and the others are paid.
    function blockPayee(uint256 seed) public onClock {
        uint32 id = uint32(within(seed, 1, PROVIDERS));
        if (earned[id] == claimedBy[id]) return;
        moody().blockAccount(payoutOf(id));
        isTurnedDown(STRANGER, abi.encodeCall(IMarketEscrow.claim, (id)));
        for (uint256 other = 1; other <= PROVIDERS; ++other) {
            if (other != id) claim(other - 1);
        }
        settleHonestly(seed >> 8);
        moody().blockAccount(address(0));
        ++successes["blockPayee"];
    }

    /// @dev In the middle of every transfer the token calls the escrow back. The guard refuses what moves tokens; what
    /// is left finds the escrow in order.
    function reenter(uint256 seed) public onClock {
        bytes[6] memory calls = [
            abi.encodeCall(IMarketEscrow.withdraw, (1)),
            abi.encodeCall(IMarketEscrow.deposit, (1)),
            abi.encodeCall(IMarketEscrow.claim, (uint32(within(seed >> 8, 1, PROVIDERS)))),
            abi.encodeCall(IMarketEscrow.claimFee, (OPERATOR)),
            abi.encodeCall(IMarketEscrow.settle, (OPERATOR, lastApplied, cosigned(lastApplied))),
            abi.encodeCall(IMarketEscrow.settleTickets, (lastTickets))
        ];
        uint256 made = moody().callsMade();
        uint256 accepted = moody().callsAccepted();
        moody().callBack(calls[seed % calls.length]);
        deposit(seed >> 16);
        withdraw(seed >> 16);
        claim(seed >> 24);
        moody().callBack("");
        isTrue(moody().callsMade() >= made + 2, "the token called back");
        equal(moody().callsAccepted(), accepted, "and was refused");
        ++successes["reenter"];
    }

    function prepare(uint256 seed, uint256 amount) private returns (address buyer) {
        buyer = buyerAt(seed >> 32);
        token.mint(buyer, amount);
        vm.prank(buyer);
        token.approve(address(escrow), amount);
    }

    function isRefusedWith(address caller, bytes memory call, bytes memory refusal) private movesNothing {
        vm.prank(caller);
        (bool isAccepted, bytes memory answer) = address(escrow).call(call);
        isTrue(!isAccepted, "it is refused");
        equalBytes(answer, refusal, "refusal");
    }

    function isTurnedDown(address caller, bytes memory call) private movesNothing {
        vm.prank(caller);
        (bool isAccepted,) = address(escrow).call(call);
        isTrue(!isAccepted, "it is refused");
    }

    function moody() private view returns (MoodyToken) {
        return MoodyToken(address(token));
    }
}
