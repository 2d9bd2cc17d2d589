using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <content>What must hold of the structure after every command; slow, for tests.</content>
public sealed partial class MatchingEngine
{
    /// <exception cref="InvariantViolationException">Something does not hold.</exception>
    internal void CheckStructure()
    {
        var queued = 0;
        var held = new long[purseCount];
        foreach (var book in markets)
        {
            if (book is not null)
            {
                queued += CheckSlab(book, held);
                CheckSide(book, book.Bids);
                CheckSide(book, book.Asks);
            }
        }

        Invariant.Holds(expiries.IsSound() && queued == expiries.Count, "Each timed order is queued once, in order.");
        for (var i = 0; i < purseCount; i++)
        {
            Invariant.Holds(purses[i].Held == held[i], $"Account {i} holds what its bids need.");
            Invariant.Holds(long.Min(purses[i].Free, purses[i].InEscrow) >= 0, $"Account {i} owes nothing.");
        }
    }

    // How many orders of the market should be queued.
    private static int CheckSlab(MarketBook book, long[] held)
    {
        var (free, live, retired, queued) = (0, 0, 0, 0);
        for (var slot = book.FreeSlot; slot != 0; slot = book.Orders[slot].Next)
        {
            Invariant.Holds(
                book.Orders[slot].Open == 0 && free++ < book.UsedSlots, "The free list has free slots only.");
        }

        for (var slot = 1; slot < book.UsedSlots; slot++)
        {
            ref var order = ref book.Orders[slot];
            var isLive = order.Open != 0;
            live += isLive ? 1 : 0;
            retired += !isLive && order.Generation == MarketBook.LastGeneration ? 1 : 0;
            queued += isLive && order.ExpirySeconds != 0 ? 1 : 0;
            held[isLive ? order.Account : 0] += isLive && order.Side == Side.Bid
                ? Holds.Limit(book, order.Tick, order.Open, order.Legs) : 0;
        }

        Invariant.Holds(live + free + retired == book.UsedSlots - 1, "Each slot is live, free or used up.");
        Invariant.Holds(live == book.Bids.Orders + book.Asks.Orders, "Each live order rests.");
        return queued;
    }

    private static void CheckSide(MarketBook book, BookSide side)
    {
        var (orders, inLegs) = (0, 0);
        for (var signature = 0; signature < side.SignatureCount; signature++)
        {
            var first = side.Tree.Above(in side.Ladder(signature), 0);
            var front = side.Fronts[signature];
            Invariant.Holds(first == 0 ? front.Rank == int.MaxValue : front.Rank == first, "The front is the best.");
            for (var rank = first; rank != 0; rank = side.Tree.Above(in side.Ladder(signature), rank))
            {
                var isFront = rank == first;
                var head = side.Head(signature, rank);
                Invariant.Holds(
                    !isFront || front.Slot == head && front.OrderNo == book.Orders[head].OrderNo,
                    "The front is first.");
                orders += CheckLevel(book, side, signature, rank, ref inLegs);
            }
        }

        Invariant.Holds(orders == side.Orders && inLegs == side.OrdersInLegs, "Each order is in a level.");
        side.Tree.Check(side.SignatureCount, side);
    }

    private static int CheckLevel(MarketBook book, BookSide side, int signature, int rank, ref int inLegs)
    {
        var level = side.Tree.Find(in side.Ladder(signature), rank);
        var (count, quantity, previous, orderNo) = (0, 0L, 0, long.MinValue);
        for (var slot = level.Head; slot != 0; slot = book.Orders[slot].Next)
        {
            ref var order = ref book.Orders[slot];
            Invariant.Holds(
                order.Prev == previous && side.Rank(order.Tick) == rank && order.Signature == signature
                && order.Side == side.Side && order.Open > 0 && order.OrderNo > orderNo,
                "A level has the orders of its price and signature, the oldest first.");
            (count, quantity, previous, orderNo) = (count + 1, quantity + order.Open, slot, order.OrderNo);
            inLegs += order.IsInLegs ? 1 : 0;
        }

        Invariant.Holds(count > 0, "A set bit is a level with orders.");
        Invariant.Holds(level.Tail == previous && level.Count == count, "A level counts its orders.");
        Invariant.Holds(level.Quantity == quantity, "A level has the quantity of its orders.");
        return count;
    }
}
