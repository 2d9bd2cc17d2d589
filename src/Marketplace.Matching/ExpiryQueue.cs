namespace Marketplace.Matching;

/// <summary>
/// The orders of all markets that end at a time, by (expiry, order number): a heap of four children a node. An order
/// knows its place, so that leaving takes no search.
/// </summary>
internal sealed class ExpiryQueue(MarketBook?[] markets)
{
    private const int Fanout = 4;

    private Entry[] entries = new Entry[64];

    public int Count { get; private set; }

    /// <summary>Seconds since 1970 UTC of the first to end; above every time if there is none.</summary>
    public long EarliestSeconds => Count == 0 ? long.MaxValue / 1000 : entries[0].ExpirySeconds;

    public (ushort Market, int Slot) First => (entries[0].Market, entries[0].Slot);

    public void Add(ushort market, int slot)
    {
        if (Count == entries.Length)
        {
            Array.Resize(ref entries, entries.Length * 2);
        }

        ref var order = ref markets[market]!.Orders[slot];
        var added = new Entry(order.OrderNo, slot, order.ExpirySeconds, market);
        Rise(Count++, added);
    }

    public void Remove(ref Order order)
    {
        var place = order.QueuePlace - 1;
        order.QueuePlace = 0;
        var last = entries[--Count];
        if (place == Count)
        {
            return;
        }

        if (place > 0 && last.IsBefore(entries[(place - 1) / Fanout]))
        {
            Rise(place, last);
        }
        else
        {
            Sink(place, last);
        }
    }

    /// <summary>Whether each order stands where it believes, and none before its parent.</summary>
    public bool IsSound()
    {
        for (var i = 0; i < Count; i++)
        {
            if (OrderAt(i).QueuePlace != i + 1 || OrderAt(i).Open == 0
                || i > 0 && entries[i].IsBefore(entries[(i - 1) / Fanout]))
            {
                return false;
            }
        }

        return true;
    }

    private ref Order OrderAt(int place) => ref markets[entries[place].Market]!.Orders[entries[place].Slot];

    private void Rise(int place, Entry risen)
    {
        while (place > 0 && risen.IsBefore(entries[(place - 1) / Fanout]))
        {
            Put(place, entries[(place - 1) / Fanout]);
            place = (place - 1) / Fanout;
        }

        Put(place, risen);
    }

    private void Sink(int place, Entry sunk)
    {
        while (FirstChild(place) is var child and not 0 && entries[child].IsBefore(sunk))
        {
            Put(place, entries[child]);
            place = child;
        }

        Put(place, sunk);
    }

    private int FirstChild(int place)
    {
        var first = place * Fanout + 1;
        if (first >= Count)
        {
            return 0;
        }

        for (var child = first + 1; child < Math.Min(Count, place * Fanout + 1 + Fanout); child++)
        {
            first = entries[child].IsBefore(entries[first]) ? child : first;
        }

        return first;
    }

    private void Put(int place, Entry entry)
    {
        entries[place] = entry;
        OrderAt(place).QueuePlace = place + 1;
    }

    private readonly record struct Entry(long OrderNo, int Slot, uint ExpirySeconds, ushort Market)
    {
        public bool IsBefore(Entry other) =>
            ExpirySeconds < other.ExpirySeconds || ExpirySeconds == other.ExpirySeconds && OrderNo < other.OrderNo;
    }
}
