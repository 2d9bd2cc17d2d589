using System.Numerics;
using System.Runtime.CompilerServices;

namespace Marketplace.Matching;

/// <summary>The first order of a ladder; without one the rank is above every limit.</summary>
internal struct Front
{
    public static readonly Front None = new() { Rank = int.MaxValue };

    public int Rank;
    public int Slot;
    public long OrderNo;
}

/// <summary>
/// One side of a market: a ladder for each signature. Prices are kept as ranks, the better the lower on both sides: an
/// ask's rank is its tick, a bid's is 2^24 less it.
/// </summary>
internal sealed class BookSide(Side side)
{
    public const int MaxSignatures = 256;
    public const int RowWords = MaxSignatures / 64;
    public const int TickLimit = 1 << 24;

    private Ladder[] ladders = new Ladder[1];
    private SignatureView[] signatures = new SignatureView[1];
    private ulong[] compatible = [1, 0, 0, 0];

    public Side Side => side;

    public PriceTree Tree { get; } = new();

    public Front[] Fronts { get; private set; } = [Front.None];

    public int SignatureCount { get; private set; } = 1;

    public int Orders { get; private set; }

    /// <summary>Bids in legs that rest.</summary>
    public int OrdersInLegs { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Rank(int tick) => side == Side.Bid ? TickLimit - tick : tick;

    public ref Ladder Ladder(int signature) => ref ladders[signature];

    public ReadOnlySpan<SignatureView> Signatures => signatures.AsSpan(0, SignatureCount);

    public SignatureView Signature(int signature) => signatures[signature];

    /// <summary>The signatures of the other side that meet this one: 256 bits.</summary>
    public ReadOnlySpan<ulong> Compatible(int signature) =>
        compatible.AsSpan(signature * RowWords, RowWords);

    /// <summary>Adds a signature and enters in both sides with whom it meets.</summary>
    public void Define(SignatureView added, BookSide other)
    {
        var number = SignatureCount++;
        Grow();
        signatures[number] = added;
        Fronts[number] = Front.None;
        for (var i = 0; i < other.SignatureCount; i++)
        {
            var met = other.signatures[i];
            if (added.IsCompatible(met))
            {
                compatible[number * RowWords + i / 64] |= 1UL << i;
                other.compatible[i * RowWords + number / 64] |= 1UL << number;
            }
        }
    }

    /// <summary>Puts an order behind all others of its price and signature.</summary>
    public void Link(Order[] orders, int slot)
    {
        ref var order = ref orders[slot];
        var rank = Rank(order.Tick);
        var leaf = Tree.LeafFor(ref ladders[order.Signature], rank);
        ref var level = ref Tree.Level(leaf, rank);
        order.Leaf = leaf;
        order.Next = 0;
        order.Prev = level.Tail;
        if (level.Tail == 0)
        {
            level.Head = slot;
            Tree.Leaf(leaf).Bits |= 1UL << rank;
            ref var front = ref Fronts[order.Signature];
            if (rank < front.Rank)
            {
                front.Rank = rank;
                front.Slot = slot;
                front.OrderNo = order.OrderNo;
            }
        }
        else
        {
            orders[level.Tail].Next = slot;
        }

        level.Tail = slot;
        level.Count++;
        level.Quantity += order.Open;
        Orders++;
        OrdersInLegs += order.IsInLegs ? 1 : 0;
    }

    /// <summary>Takes an order out of its level; what it has open still counts in the level's quantity.</summary>
    public void Unlink(Order[] orders, int slot)
    {
        ref var order = ref orders[slot];
        var rank = Rank(order.Tick);
        ref var level = ref Tree.Level(order.Leaf, rank);
        level.Count--;
        level.Quantity -= order.Open;
        Orders--;
        OrdersInLegs -= order.IsInLegs ? 1 : 0;
        if (order.Next == 0)
        {
            level.Tail = order.Prev;
        }
        else
        {
            orders[order.Next].Prev = order.Prev;
        }

        if (order.Prev != 0)
        {
            orders[order.Prev].Next = order.Next;
        }
        else
        {
            level.Head = order.Next;
            HeadLeft(orders, ref order, slot, rank);
        }

        order.Leaf = 0;
    }

    /// <summary>The rank after this one that has orders of the signature; above every limit if there is none.</summary>
    public int NextRank(int signature, int rank)
    {
        var front = Fronts[signature].Rank;
        if (front > rank)
        {
            return front;
        }

        var above = Tree.Above(in ladders[signature], rank);
        return above == 0 ? int.MaxValue : above;
    }

    /// <summary>The oldest order of a level; 0 if it has none.</summary>
    public int Head(int signature, int rank) => Tree.Find(in ladders[signature], rank).Head;

    // The level's oldest order has left it: the bitmaps and the ladder's front may change.
    private void HeadLeft(Order[] orders, ref Order order, int slot, int rank)
    {
        ref var front = ref Fronts[order.Signature];
        if (order.Next != 0)
        {
            if (front.Slot == slot)
            {
                front.Slot = order.Next;
                front.OrderNo = orders[order.Next].OrderNo;
            }

            return;
        }

        ref var leaf = ref Tree.Leaf(order.Leaf);
        leaf.Bits &= ~(1UL << rank);
        var inLeaf = leaf.Bits;
        if (inLeaf == 0)
        {
            Tree.Release(ref ladders[order.Signature], rank);
        }

        if (front.Slot == slot)
        {
            // No better price had orders, so what is left in the leaf comes behind.
            var next = inLeaf != 0
                ? rank & ~63 | BitOperations.TrailingZeroCount(inLeaf)
                : Tree.Above(in ladders[order.Signature], rank);
            MoveFront(orders, ref front, order.Signature, next);
        }
    }

    private void MoveFront(Order[] orders, ref Front front, int signature, int rank)
    {
        if (rank == 0)
        {
            front = Front.None;
            return;
        }

        ref var ladder = ref ladders[signature];
        front.Rank = rank;
        front.Slot = Tree.Level(Tree.LeafFor(ref ladder, rank), rank).Head;
        front.OrderNo = orders[front.Slot].OrderNo;
    }

    private void Grow()
    {
        if (SignatureCount <= ladders.Length)
        {
            return;
        }

        Array.Resize(ref ladders, ladders.Length * 2);
        Array.Resize(ref signatures, ladders.Length);
        Array.Resize(ref compatible, ladders.Length * RowWords);
        var fronts = Fronts;
        Array.Resize(ref fronts, ladders.Length);
        Fronts = fronts;
    }
}
