namespace Marketplace.Matching;

/// <summary>
/// Finds the one price and the trades of a batch market; changes nothing in the book. Its lists are used again.
/// </summary>
internal sealed class Auction
{
    private readonly uint[] usedDomains = new uint[16];
    private AuctionOrder[] bids = new AuctionOrder[64];
    private AuctionOrder[] asks = new AuctionOrder[64];
    private Fill[] fills = new Fill[64];
    private int bidCount;
    private int askCount;
    private int fillCount;
    private int lastPrice;

    public int Price { get; private set; }

    /// <summary>Units traded.</summary>
    public long Volume { get; private set; }

    public ReadOnlySpan<AuctionOrder> Bids => bids.AsSpan(0, bidCount);

    public ReadOnlySpan<AuctionOrder> Asks => asks.AsSpan(0, askCount);

    /// <summary>In the order in which they happen; those of a bid in legs stand together.</summary>
    public ReadOnlySpan<Fill> Fills => fills.AsSpan(0, fillCount);

    public void Gather(MatchingEngine engine, MarketBook book, ulong seedLow, ulong seedHigh)
    {
        lastPrice = book.LastClearTick;
        bidCount = Gather(engine, book, book.Bids, ref bids, seedLow, seedHigh);
        askCount = Gather(engine, book, book.Asks, ref asks, seedLow, seedHigh);
    }

    /// <summary>Drops the worst bid that cannot be met, until all can; then all such bids at once.</summary>
    public void Decide(int maxDrops)
    {
        for (var drops = 0; ; drops++)
        {
            Price = FindPrice();
            var worst = Price == 0 ? ServeNone() : Serve();
            if (worst < 0)
            {
                return;
            }

            for (var i = 0; i < bidCount; i++)
            {
                bids[i].IsDropped |= drops < maxDrops ? i == worst : bids[i].Turn < 2;
            }
        }
    }

    private static int Gather(
        MatchingEngine engine, MarketBook book, BookSide side, ref AuctionOrder[] list, ulong seedLow, ulong seedHigh)
    {
        if (list.Length < side.Orders)
        {
            list = new AuctionOrder[side.Orders * 2];
        }

        var count = 0;
        var resting = new RestingOrders(book, side.Side);
        while (resting.MoveNext())
        {
            ref var order = ref book.Orders[resting.CurrentSlot];
            var (group, domain) = engine.Owner(order.Account);
            list[count++] = new AuctionOrder
            {
                Slot = resting.CurrentSlot,
                Tick = order.Tick,
                Rank = side.Rank(order.Tick),
                Key = AuctionOrder.Draw(seedLow, seedHigh, order),
                OrderNo = order.OrderNo,
                Open = order.Open,
                LeastFill = order.LeastFill,
                Legs = order.Legs,
                IsInLegs = order.IsInLegs,
                OwnerGroup = group,
                Domain = domain,
            };
        }

        AuctionOrder.Sort(list.AsSpan(0, count));
        return count;
    }

    // The limits in ascending order; of equally good ones the first stays. 0 if nothing can trade.
    private int FindPrice()
    {
        var demand = Demand();
        Int128 supply = 0;
        var (bid, ask) = (bidCount - 1, 0);
        var best = (Price: 0, Volume: Int128.Zero, Gap: Int128.Zero);
        while (true)
        {
            while (bid >= 0 && bids[bid].IsDropped)
            {
                bid--;
            }

            if (bid < 0)
            {
                // Above the best bid there is no demand.
                return best.Price;
            }

            var price = ask < askCount ? Math.Min(bids[bid].Tick, asks[ask].Tick) : bids[bid].Tick;
            for (; ask < askCount && asks[ask].Tick == price; ask++)
            {
                supply += asks[ask].Open;
            }

            var (volume, gap) = (Int128.Min(demand, supply), Int128.Abs(demand - supply));
            if (volume > best.Volume || volume == best.Volume && volume != 0 && (gap < best.Gap
                || gap == best.Gap && Math.Abs(price - lastPrice) < Math.Abs(best.Price - lastPrice)))
            {
                best = (price, volume, gap);
            }

            for (; bid >= 0 && (bids[bid].IsDropped || bids[bid].Tick == price); bid--)
            {
                demand -= bids[bid].IsDropped ? 0 : (Int128)bids[bid].Open * bids[bid].Legs;
            }
        }
    }

    private Int128 Demand()
    {
        Int128 demand = 0;
        for (var i = 0; i < bidCount; i++)
        {
            demand += bids[i].IsDropped ? 0 : (Int128)bids[i].Open * bids[i].Legs;
        }

        return demand;
    }

    private int ServeNone()
    {
        fillCount = 0;
        Volume = 0;
        return -1;
    }

    // The place of the worst bid whose legs or minimum cannot be met; -1 if there is none.
    private int Serve()
    {
        ServeNone();
        for (var i = 0; i < askCount; i++)
        {
            asks[i].Left = asks[i].Open;
        }

        var worst = -1;
        for (var turn = 0; turn < 3; turn++)
        {
            for (var i = 0; i < bidCount && bids[i].Tick >= Price; i++)
            {
                if (!bids[i].IsDropped && bids[i].Turn == turn && !(turn == 0 ? ServeLegs(i) : ServeUnits(i)))
                {
                    worst = Math.Max(worst, i);
                }
            }
        }

        return worst;
    }

    private bool ServeLegs(int place)
    {
        ref var bid = ref bids[place];
        var (start, legs) = (fillCount, 0);
        for (var i = 0; i < askCount && asks[i].Tick <= Price && legs < bid.Legs; i++)
        {
            ref var ask = ref asks[i];
            if (ask.Left >= bid.Open && ask.Allows(bid.Open) && ask.OwnerGroup != bid.OwnerGroup
                && !usedDomains.AsSpan(0, legs).Contains(ask.Domain))
            {
                usedDomains[legs++] = ask.Domain;
                Add(place, i, bid.Open);
            }
        }

        return legs == bid.Legs || Undo(start);
    }

    private bool ServeUnits(int place)
    {
        ref var bid = ref bids[place];
        var (start, wanted) = (fillCount, bid.Open);
        for (var i = 0; i < askCount && asks[i].Tick <= Price && wanted > 0; i++)
        {
            ref var ask = ref asks[i];
            var quantity = Math.Min(wanted, ask.Left);
            if (quantity > 0 && ask.Allows(quantity) && ask.OwnerGroup != bid.OwnerGroup)
            {
                Add(place, i, quantity);
                wanted -= quantity;
            }
        }

        return bid.Turn == 2 || bid.Open - wanted >= Math.Min(bid.LeastFill, bid.Open) || Undo(start);
    }

    private void Add(int bid, int ask, long quantity)
    {
        if (fillCount == fills.Length)
        {
            Array.Resize(ref fills, fillCount * 2);
        }

        fills[fillCount++] = new Fill(bid, ask, quantity);
        asks[ask].Left -= quantity;
        Volume += quantity;
    }

    private bool Undo(int start)
    {
        while (fillCount > start)
        {
            var undone = fills[--fillCount];
            asks[undone.Ask].Left += undone.Quantity;
            Volume -= undone.Quantity;
        }

        return false;
    }

    internal readonly record struct Fill(int Bid, int Ask, long Quantity);
}
