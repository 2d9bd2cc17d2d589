namespace Marketplace.Matching;

/// <content>Cancel, amend and expiry of an order in the book (RULES.md, section 6).</content>
public sealed partial class MatchingEngine
{
    private MatchRefusal Cancel(in MatchCommand command)
    {
        var refusal = FindOwn(command, out var book, out var slot);
        if (refusal == MatchRefusal.None)
        {
            End(book, slot, EndReason.Cancelled);
        }

        return refusal;
    }

    private MatchRefusal FindOwn(in MatchCommand command, out MarketBook book, out int slot)
    {
        slot = 0;
        if (!TryBook(command.Market, out book))
        {
            return MatchRefusal.UnknownMarket;
        }

        if (command.Account >= purseCount)
        {
            return MatchRefusal.UnknownAccount;
        }

        if (!book.TryFind(command.TargetSlot, command.TargetGeneration, out slot))
        {
            return MatchRefusal.UnknownOrder;
        }

        return book.Orders[slot].Account == command.Account ? MatchRefusal.None : MatchRefusal.NotOwner;
    }

    private MatchRefusal Amend(in MatchCommand command)
    {
        var refusal = FindOwn(command, out var book, out var slot);
        if (refusal != MatchRefusal.None)
        {
            return refusal;
        }

        ref var order = ref book.Orders[slot];
        if (command.Tick is < 1 or > MaxTick)
        {
            return MatchRefusal.InvalidTick;
        }

        if (command.Quantity is < 1 or > MaxQuantity)
        {
            return MatchRefusal.InvalidQuantity;
        }

        var isSamePrice = command.Tick == order.Tick;
        if (isSamePrice && command.Quantity == order.Open)
        {
            return MatchRefusal.NothingToAmend;
        }

        if (!isSamePrice || command.Quantity > order.Open)
        {
            return Move(command, book, slot);
        }

        order.Minimum = (uint)Math.Min(order.Minimum, command.Quantity);
        Reduce(book, slot, order.Open - command.Quantity);
        return MatchRefusal.None;
    }

    private MatchRefusal Move(in MatchCommand command, MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        long hold = 0;
        long released = 0;
        if (order.Side == Side.Bid)
        {
            if (!Holds.TryLimit(book, command.Tick, command.Quantity, order.Legs, out hold))
            {
                return MatchRefusal.AmountTooLarge;
            }

            released = Holds.Limit(book, order.Tick, order.Open, order.Legs);
        }

        ref var purse = ref purses[order.Account];
        if (hold - released > purse.Free)
        {
            return MatchRefusal.InsufficientFunds;
        }

        if (order.IsPostOnly && WouldMovedTrade(command, book, slot))
        {
            return MatchRefusal.WouldTrade;
        }

        purse.Free -= hold - released;
        purse.Held += hold - released;
        TakeOut(book, ref order, slot);
        Reenter(command, book, slot, hold, released);
        return MatchRefusal.None;
    }

    private void Reenter(in MatchCommand command, MarketBook book, int slot, long hold, long released)
    {
        var old = book.Handle(slot);
        slot = book.Renew(slot);
        ref var order = ref book.Orders[slot];
        Renew(ref order, command);
        ref var moved = ref Emit(MatchEventKind.Moved, book, slot);
        moved.Other = old;
        moved.Quantity = order.Open;
        moved.Amount = hold;
        moved.Released = released;
        Meet(book, slot);
    }

    private bool WouldMovedTrade(in MatchCommand command, MarketBook book, int slot)
    {
        var moved = book.Orders[slot];
        Renew(ref moved, command);
        return WouldTrade(book, moved, replaced: slot);
    }

    private static void Renew(ref Order order, in MatchCommand command)
    {
        order.OrderNo = command.Seq;
        order.Tick = command.Tick;
        order.Open = command.Quantity;
        order.Filled = 0;
        order.Minimum = (uint)Math.Min(order.Minimum, command.Quantity);
        order.Leaf = 0;
        order.QueuePlace = 0;
    }

    private MatchRefusal Expire(long timeMilliseconds)
    {
        while (NeedsTick(timeMilliseconds))
        {
            var (market, slot) = expiries.First;
            End(markets[market]!, slot, EndReason.Expired);
        }

        return MatchRefusal.None;
    }

    // What is open goes, with its hold; the handle is never good again.
    private void End(MarketBook book, int slot, EndReason reason)
    {
        ref var order = ref book.Orders[slot];
        ref var ended = ref Emit(MatchEventKind.Ended, book, slot);
        ended.Reason = reason;
        ended.Quantity = order.Open;
        ended.Released = Release(book, ref order, kept: 0);
        TakeOut(book, ref order, slot);
        book.Release(slot);
    }
}
