using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <content>Orders of one owner group never trade with each other (RULES.md, section 7).</content>
public sealed partial class MatchingEngine
{
    // True if the incoming order goes no further.
    private bool PreventSelfTrade(MarketBook book, int incoming, int resting)
    {
        switch (book.Orders[incoming].SelfTrade)
        {
            case SelfTradeRule.CancelResting:
                End(book, resting, EndReason.SelfTrade);
                return false;
            case SelfTradeRule.CancelIncoming:
                return true;
            case SelfTradeRule.CancelBoth:
                End(book, resting, EndReason.SelfTrade);
                return true;
            case SelfTradeRule.Decrement:
                return Decrement(book, incoming, resting);
            default:
                throw new InvariantViolationException("Two bits have four values.");
        }
    }

    private bool Decrement(MarketBook book, int incoming, int resting)
    {
        ref var met = ref book.Orders[resting];
        if (met.IsInLegs || met.HasMinimum)
        {
            End(book, resting, EndReason.SelfTrade);
            return false;
        }

        ref var order = ref book.Orders[incoming];
        var lost = Math.Min(order.Open, met.Open);
        Reduce(book, resting, lost);
        Reduce(book, incoming, lost);
        if (met.Open == 0)
        {
            End(book, resting, EndReason.SelfTrade);
        }

        return order.Open == 0;
    }

    // The order loses so much without a trade.
    private void Reduce(MarketBook book, int slot, long lost)
    {
        ref var order = ref book.Orders[slot];
        var released = Release(book, ref order, order.Open - lost);
        Lose(book, ref order, lost);
        ref var reduced = ref Emit(MatchEventKind.Reduced, book, slot);
        reduced.Quantity = order.Open;
        reduced.Released = released;
    }

    // Frees the part of a bid's hold that it does not need for what it keeps.
    private long Release(MarketBook book, ref Order order, long kept)
    {
        if (order.Side == Side.Ask)
        {
            return 0;
        }

        var released = Holds.Limit(book, order.Tick, order.Open, order.Legs)
            - Holds.Limit(book, order.Tick, kept, order.Legs);
        ref var purse = ref purses[order.Account];
        purse.Held -= released;
        purse.Free += released;
        return released;
    }
}
