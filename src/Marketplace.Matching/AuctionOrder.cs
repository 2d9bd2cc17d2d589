namespace Marketplace.Matching;

/// <summary>An order as the auction sees it.</summary>
internal struct AuctionOrder
{
    public int Slot;
    public int Tick;
    public int Rank;
    public ulong Key;
    public long OrderNo;
    public long Open;
    public long LeastFill;
    public int Legs;
    public bool IsInLegs;
    public uint OwnerGroup;
    public uint Domain;

    /// <summary>Of an ask what no bid has taken yet.</summary>
    public long Left;

    /// <summary>Of a bid whether it has been left out, since its legs or its minimum could not be met.</summary>
    public bool IsDropped;

    /// <summary>Bids in legs are served first, then those with a minimum, then the others.</summary>
    public readonly int Turn => IsInLegs ? 0 : LeastFill > 1 ? 1 : 2;

    public readonly bool Allows(long quantity) => quantity >= Math.Min(LeastFill, Left);

    /// <summary>Better price, then lower key, then older.</summary>
    public readonly bool IsBefore(in AuctionOrder other) =>
        Rank != other.Rank ? Rank < other.Rank : Key != other.Key ? Key < other.Key : OrderNo < other.OrderNo;

    /// <summary>The draw of one order: no one who does not know the seed can choose it.</summary>
    public static ulong Draw(ulong seedLow, ulong seedHigh, in Order order)
    {
        var key = Split(seedLow);
        key = Split(key ^ seedHigh);
        key = Split(key ^ order.Account);
        key = Split(key ^ (ulong)order.Tick);
        key = Split(key ^ (ulong)order.Open);
        key = Split(key ^ order.Minimum);
        return Split(key ^ order.Replicas);
    }

    /// <summary>Puts orders into their order in place, without allocating: heapsort (Williams 1964).</summary>
    public static void Sort(Span<AuctionOrder> orders)
    {
        for (var i = orders.Length / 2 - 1; i >= 0; i--)
        {
            Sink(orders, i);
        }

        for (var last = orders.Length - 1; last > 0; last--)
        {
            (orders[0], orders[last]) = (orders[last], orders[0]);
            Sink(orders[..last], 0);
        }
    }

    private static void Sink(Span<AuctionOrder> orders, int place)
    {
        while (place * 2 + 1 < orders.Length)
        {
            var child = place * 2 + 1;
            child += child + 1 < orders.Length && orders[child].IsBefore(orders[child + 1]) ? 1 : 0;
            if (!orders[place].IsBefore(orders[child]))
            {
                return;
            }

            (orders[place], orders[child]) = (orders[child], orders[place]);
            place = child;
        }
    }

    // SplitMix64 (Steele, Lea, Flood 2014): its golden-ratio step and finalizer, modulo 2^64.
    private static ulong Split(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
            value = (value ^ value >> 27) * 0x94D049BB133111EB;
            return value ^ value >> 31;
        }
    }
}
