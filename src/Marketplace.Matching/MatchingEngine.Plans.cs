namespace Marketplace.Matching;

/// <content>
/// Orders that trade only if a condition holds: first the plan, which changes nothing, then the whole of it.
/// </content>
public sealed partial class MatchingEngine
{
    private const int NoOrder = -1;

    private readonly int[] legSlots = new int[MaxReplicas];
    private readonly uint[] legDomains = new uint[MaxReplicas];
    private readonly long[] legCosts = new long[MaxReplicas];
    private int legCount;

    private int[] fillSlots = new int[64];
    private long[] fillQuantities = new long[64];
    private int fillCount;

    private void MeetWithMinimum(MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        if (PlanFills(book, slot) >= order.LeastFill)
        {
            for (var i = 0; i < fillCount; i++)
            {
                Trade(book, slot, fillSlots[i], book.Orders[fillSlots[i]].Tick, fillQuantities[i]);
            }
        }

        if (order.Side == Side.Bid || order.IsImmediate || book.Bids.OrdersInLegs == 0)
        {
            return;
        }

        var failedRetries = 0;
        var group = purses[order.Account].OwnerGroup;
        walk.Open(book, book.Bids, order.Signature, order.Tick);
        while (order.Open > 0 && failedRetries < MaxFailedRetries && walk.TryNext(out var met))
        {
            ref var bid = ref book.Orders[met];
            if (bid.IsInLegs && purses[bid.Account].OwnerGroup != group)
            {
                failedRetries += TryRetry(book, met, slot) ? 0 : 1;
            }
        }
    }

    // What the order could trade at once, as a list of fills.
    private long PlanFills(MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        var group = purses[order.Account].OwnerGroup;
        var open = order.Open;
        fillCount = 0;
        walk.Open(book, book.Opposite(order.Side), order.Signature, order.Tick);
        while (open > 0 && walk.TryNext(out var met))
        {
            ref var resting = ref book.Orders[met];
            var quantity = Math.Min(open, resting.Open);
            if (purses[resting.Account].OwnerGroup != group && !resting.IsInLegs && resting.Allows(quantity))
            {
                AddFill(met, quantity);
                open -= quantity;
            }
        }

        return order.Open - open;
    }

    private void AddFill(int slot, long quantity)
    {
        if (fillCount == fillSlots.Length)
        {
            Array.Resize(ref fillSlots, fillCount * 2);
            Array.Resize(ref fillQuantities, fillCount * 2);
        }

        fillSlots[fillCount] = slot;
        fillQuantities[fillCount++] = quantity;
    }

    /// <summary>Looks for an ask for every leg of a bid.</summary>
    /// <param name="incoming">An ask that is not in the book and takes its place among the others.</param>
    /// <param name="replaced">An ask of the book that does not count, for the incoming one takes its place.</param>
    private bool TryPlanLegs(MarketBook book, int bidSlot, int incoming, int replaced)
    {
        ref var bid = ref book.Orders[bidSlot];
        var incomingTick = incoming == NoOrder ? int.MaxValue : book.Orders[incoming].Tick;
        legCount = 0;
        planWalk.Open(book, book.Asks, bid.Signature, bid.Tick);
        while (legCount < bid.Replicas)
        {
            var isFound = planWalk.TryNext(out var slot);
            var tick = isFound ? book.Orders[slot].Tick : int.MaxValue;
            if (tick > incomingTick)
            {
                incomingTick = int.MaxValue;
                AddLeg(book, ref bid, incoming);
            }

            if (!isFound)
            {
                break;
            }

            if (legCount < bid.Replicas && slot != replaced)
            {
                AddLeg(book, ref bid, slot);
            }
        }

        return legCount == bid.Replicas;
    }

    private void AddLeg(MarketBook book, ref Order bid, int slot)
    {
        ref var ask = ref book.Orders[slot];
        ref var seller = ref purses[ask.Account];
        if (ask.Open >= bid.Open && ask.Allows(bid.Open)
            && seller.OwnerGroup != purses[bid.Account].OwnerGroup
            && !legDomains.AsSpan(0, legCount).Contains(seller.Domain))
        {
            legDomains[legCount] = seller.Domain;
            legSlots[legCount++] = slot;
        }
    }

    /// <summary>Sells the planned legs; an ask or bid that rests and is filled by it leaves the book.</summary>
    /// <param name="price">The tick of all trades; 0 for that of the older order of each.</param>
    private void CommitLegs(MarketBook book, int bidSlot, bool bidIsTaker, int price)
    {
        ref var bid = ref book.Orders[bidSlot];
        var quantity = bid.Open;
        var given = Holds.Limit(book, bid.Tick, quantity, bid.Replicas);
        var firstLeg = PriceLegs(book, ref bid, bidIsTaker, price, given, out var released);
        ref var purse = ref purses[bid.Account];
        purse.Held -= given;
        purse.InEscrow += given - released;
        purse.Free += released;
        Fill(book, ref bid, quantity);
        for (var leg = 0; leg < legCount; leg++)
        {
            var isLast = leg == legCount - 1;
            ref var ask = ref book.Orders[legSlots[leg]];
            Fill(book, ref ask, quantity);
            ref var traded = ref EmitTrade(book, bidSlot, legSlots[leg], LegPrice(bid, ask, price), quantity);
            traded.LegNo = (byte)(leg + 1);
            traded.Amount = leg == 0 ? firstLeg : legCosts[leg];
            traded.Released = isLast ? released : 0;
            traded.Flags = (bidIsTaker ? TradeFlags.BidIsTaker : TradeFlags.None)
                | (isLast ? TradeFlags.BidDone : TradeFlags.None)
                | (ask.Open == 0 ? TradeFlags.AskDone : TradeFlags.None);
            LeaveIfResting(book, legSlots[leg]);
        }

        LeaveIfResting(book, bidSlot);
    }

    // What the trade of leg 1 puts into escrow: its cost and the whole fee, or what the other legs leave of the hold.
    private long PriceLegs(
        MarketBook book, ref Order bid, bool bidIsTaker, int price, long given, out long released)
    {
        long cost = 0;
        for (var leg = 0; leg < legCount; leg++)
        {
            var tick = LegPrice(bid, book.Orders[legSlots[leg]], price);
            legCosts[leg] = Holds.Cost(book.TickSize, tick, bid.Open);
            cost += legCosts[leg];
        }

        var due = cost + Holds.Fee(cost, bidIsTaker ? book.TakerFeeBps : book.MakerFeeBps);
        var escrowed = bid.EscrowsLimit ? given : Math.Min(due, given);
        released = given - escrowed;
        return escrowed - (cost - legCosts[0]);
    }

    private static int LegPrice(in Order bid, in Order ask, int price) =>
        price != 0 ? price : bid.OrderNo < ask.OrderNo ? bid.Tick : ask.Tick;

    // The incoming order does not rest; its own command concludes it.
    private void LeaveIfResting(MarketBook book, int slot)
    {
        if (book.Orders[slot].Leaf != 0)
        {
            LeaveIfFilled(book, slot);
        }
    }
}
