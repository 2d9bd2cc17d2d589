namespace Marketplace.Matching;

/// <content>Orders that meet the other side one by one, and their trades.</content>
public sealed partial class MatchingEngine
{
    /// <summary>How many plans of bids in legs may fail in one command: bounds what one ask can cost.</summary>
    private const int MaxFailedRetries = 64;

    private EndReason MeetPlain(MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        var group = purses[order.Account].OwnerGroup;
        var failedRetries = 0;
        walk.Open(book, book.Opposite(order.Side), order.Signature, order.Tick);
        while (order.Open > 0 && walk.TryNext(out var met))
        {
            ref var resting = ref book.Orders[met];
            if (purses[resting.Account].OwnerGroup == group)
            {
                if (PreventSelfTrade(book, slot, met))
                {
                    return EndReason.SelfTrade;
                }
            }
            else if (resting.IsInLegs)
            {
                failedRetries += failedRetries < MaxFailedRetries && !TryRetry(book, met, slot) ? 1 : 0;
            }
            else if (Math.Min(order.Open, resting.Open) is var quantity && resting.Allows(quantity))
            {
                Trade(book, slot, met, resting.Tick, quantity);
            }
        }

        return EndReason.None;
    }

    // The plan of a bid in legs, with the incoming ask among the asks of the book; done at once if it holds.
    private bool TryRetry(MarketBook book, int bid, int incoming)
    {
        if (!TryPlanLegs(book, bid, incoming, replaced: NoOrder))
        {
            return false;
        }

        CommitLegs(book, bid, bidIsTaker: false, price: 0);
        return true;
    }

    /// <summary>Trades and, if the resting order is filled by it, takes that out of the book.</summary>
    private void Trade(MarketBook book, int incoming, int resting, int tick, long quantity)
    {
        var bidIsTaker = book.Orders[incoming].Side == Side.Bid;
        var (bid, ask) = bidIsTaker ? (incoming, resting) : (resting, incoming);
        TradeBetween(book, bid, ask, tick, quantity, bidIsTaker);
        LeaveIfFilled(book, resting);
    }

    private void TradeBetween(MarketBook book, int bidSlot, int askSlot, int tick, long quantity, bool bidIsTaker)
    {
        ref var bid = ref book.Orders[bidSlot];
        ref var ask = ref book.Orders[askSlot];
        var before = Holds.Limit(book, bid.Tick, bid.Open, legs: 1);
        var given = before - Holds.Limit(book, bid.Tick, bid.Open - quantity, legs: 1);
        var cost = Holds.Cost(book.TickSize, tick, quantity);
        var escrowed = Math.Min(cost + Holds.Fee(cost, bidIsTaker ? book.TakerFeeBps : book.MakerFeeBps), given);
        ref var purse = ref purses[bid.Account];
        purse.Held -= given;
        purse.InEscrow += escrowed;
        purse.Free += given - escrowed;
        Fill(book, ref bid, quantity);
        Fill(book, ref ask, quantity);
        ref var traded = ref EmitTrade(book, bidSlot, askSlot, tick, quantity);
        traded.Flags = (bidIsTaker ? TradeFlags.BidIsTaker : TradeFlags.None)
            | (bid.Open == 0 ? TradeFlags.BidDone : TradeFlags.None)
            | (ask.Open == 0 ? TradeFlags.AskDone : TradeFlags.None);
        traded.Amount = escrowed;
        traded.Released = given - escrowed;
    }

    private static void Fill(MarketBook book, ref Order order, long quantity)
    {
        order.Filled += quantity;
        Lose(book, ref order, quantity);
    }

    private static void Lose(MarketBook book, ref Order order, long quantity)
    {
        order.Open -= quantity;
        if (order.Leaf != 0)
        {
            var side = book.Sides(order.Side);
            side.Tree.Level(order.Leaf, side.Rank(order.Tick)).Quantity -= quantity;
        }
    }

    private void LeaveIfFilled(MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        if (order.Open == 0)
        {
            TakeOut(book, ref order, slot);
            book.Release(slot);
        }
    }

    private void TakeOut(MarketBook book, ref Order order, int slot)
    {
        if (order.Leaf != 0)
        {
            book.Sides(order.Side).Unlink(book.Orders, slot);
        }

        if (order.QueuePlace != 0)
        {
            expiries.Remove(ref order);
        }
    }

    private ref MatchEvent Emit(MatchEventKind kind, MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        ref var added = ref output.Add();
        added.Kind = kind;
        added.Market = book.Number;
        added.Signature = order.Signature;
        added.Seq = seq;
        added.Order = book.Handle(slot);
        added.Account = order.Account;
        added.Tick = order.Tick;
        added.Side = order.Side;
        return ref added;
    }

    private ref MatchEvent EmitTrade(MarketBook book, int bidSlot, int askSlot, int tick, long quantity)
    {
        ref var bid = ref book.Orders[bidSlot];
        ref var added = ref output.Add();
        added.Kind = MatchEventKind.Traded;
        added.Market = book.Number;
        added.Signature = bid.Signature;
        added.Seq = seq;
        added.Order = book.Handle(bidSlot);
        added.Other = book.Handle(askSlot);
        added.Account = bid.Account;
        added.OtherAccount = book.Orders[askSlot].Account;
        added.Tick = tick;
        added.Quantity = quantity;
        return ref added;
    }
}
