using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <content>One more leg for a job whose bid is gone.</content>
public sealed partial class MatchingEngine
{
    /// <summary>
    /// Sells one more leg to a job: the best compatible ask at or under the limit with the quantity in one piece, of
    /// another owner group than the bid's, of no excluded domain and account. No money moves: the job's pot pays.
    /// </summary>
    /// <returns>False, and nothing has changed, when there is none.</returns>
    /// <exception cref="InvariantViolationException">
    /// The market, the signature or the account is none, or tick and quantity are not those of an order.
    /// </exception>
    public bool TryTakeLeg(in LegRequest leg, MatchEvents events)
    {
        var book = Book(leg.Market);
        Invariant.Holds(leg.BidSignature < book.Bids.SignatureCount, "The leg's signature is defined.");
        Invariant.Holds(leg.BidAccount < (uint)purseCount, "The leg's account is open.");
        Invariant.Holds(leg.LimitTick is >= 1 and <= MaxTick, "The leg's limit is a tick.");
        Invariant.Holds(leg.Quantity is >= 1 and <= MaxQuantity, "The leg has a quantity.");
        Begin(leg.Seq, events);
        walk.Open(book, book.Asks, leg.BidSignature, leg.LimitTick);
        while (walk.TryNext(out var slot))
        {
            if (IsUsable(leg, book, slot))
            {
                SellLeg(leg, book, slot);
                return true;
            }
        }

        return false;
    }

    private bool IsUsable(in LegRequest leg, MarketBook book, int slot)
    {
        ref var ask = ref book.Orders[slot];
        ref var seller = ref purses[ask.Account];
        return ask.Open >= leg.Quantity
            && ask.Allows(leg.Quantity)
            && seller.OwnerGroup != purses[leg.BidAccount].OwnerGroup
            && !leg.ExcludedDomains.Contains(seller.Domain)
            && !leg.ExcludedAccounts.Contains(ask.Account);
    }

    private void SellLeg(in LegRequest leg, MarketBook book, int slot)
    {
        ref var ask = ref book.Orders[slot];
        Fill(book, ref ask, leg.Quantity);
        ref var traded = ref EmitTrade(book, bidSlot: 0, slot, ask.Tick, leg.Quantity);
        traded.Order = default;
        traded.Signature = leg.BidSignature;
        traded.Account = leg.BidAccount;
        traded.Flags = TradeFlags.BidIsTaker | (ask.Open == 0 ? TradeFlags.AskDone : TradeFlags.None);
        LeaveIfFilled(book, slot);
    }
}
