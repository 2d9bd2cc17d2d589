using System.Runtime.CompilerServices;

namespace Marketplace.Matching;

/// <summary>Walks one side of a market: <c>foreach (var order in engine.Resting(market, side))</c>.</summary>
public ref struct RestingOrders
{
    private readonly MarketBook book;
    private readonly BookSide side;

    // Of each signature the order that comes next; 0 once it has no more.
    private NextOrders next;
    private int current;

    internal RestingOrders(MarketBook book, Side side)
    {
        this.book = book;
        this.side = book.Sides(side);
        for (var i = 0; i < this.side.SignatureCount; i++)
        {
            next[i] = this.side.Fronts[i].Slot;
        }
    }

    public readonly OrderView Current => MatchingEngine.View(book, current);

    internal readonly int CurrentSlot => current;

    public readonly RestingOrders GetEnumerator() => this;

    public bool MoveNext()
    {
        var first = -1;
        for (var i = 0; i < side.SignatureCount; i++)
        {
            if (next[i] != 0 && (first < 0 || IsBefore(next[i], next[first])))
            {
                first = i;
            }
        }

        if (first < 0)
        {
            return false;
        }

        current = next[first];
        next[first] = After(current);
        return true;
    }

    private readonly bool IsBefore(int slot, int other)
    {
        ref var one = ref book.Orders[slot];
        ref var two = ref book.Orders[other];
        return one.Tick == two.Tick ? one.OrderNo < two.OrderNo : side.Rank(one.Tick) < side.Rank(two.Tick);
    }

    private readonly int After(int slot)
    {
        ref var order = ref book.Orders[slot];
        if (order.Next != 0)
        {
            return order.Next;
        }

        var rank = side.NextRank(order.Signature, side.Rank(order.Tick));
        return rank == int.MaxValue ? 0 : side.Head(order.Signature, rank);
    }

    [InlineArray(BookSide.MaxSignatures)]
    private struct NextOrders
    {
        private int first;
    }
}
