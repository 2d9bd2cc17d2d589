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

    // A bid's rank is 2^24 less its tick, an ask's its tick; as the side of the next order cannot be guessed, it is
    // computed without a branch: ~tick = -tick - 1.
    private readonly int flip = side == Side.Bid ? -1 : 0;
    private readonly int origin = side == Side.Bid ? TickLimit + 1 : 0;
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
    public int Rank(int tick) => (tick ^ flip) + origin;

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
    /// <remarks>
    /// Whether a neighbour is there cannot be guessed in a book, so nothing here branches on it: slot 0 takes the link
    /// that an order without one would get.
    /// </remarks>
    public void Link(Order[] orders, int slot)
    {
        ref var order = ref orders[slot];
        var rank = Rank(order.Tick);
        var leaf = Tree.LeafFor(ref ladders[order.Signature], rank);
        ref var level = ref Tree.Level(leaf, rank);
        var (head, tail) = (level.Head, level.Tail);
        order.Leaf = leaf;
        order.Next = 0;
        order.Prev = tail;
        orders[tail].Next = slot;
        level.Head = head == 0 ? slot : head;
        level.Tail = slot;
        level.Count++;
        level.Quantity += order.Open;
        Tree.BitsOf(leaf) |= 1UL << rank;
        Orders++;
        OrdersInLegs += order.IsInLegs ? 1 : 0;
        ref var front = ref Fronts[order.Signature];
        if (rank < front.Rank)
        {
            front.Rank = rank;
            front.Slot = slot;
            front.OrderNo = order.OrderNo;
        }
    }

    /// <summary>Takes an order out of its level.</summary>
    public void Unlink(Order[] orders, int slot)
    {
        ref var order = ref orders[slot];
        var rank = Rank(order.Tick);
        ref var level = ref Tree.Level(order.Leaf, rank);
        ref var inLeaf = ref Tree.BitsOf(order.Leaf);
        var (next, prev) = (order.Next, order.Prev);
        var (head, tail, count) = (level.Head, level.Tail, level.Count - 1);
        orders[next].Prev = prev;
        orders[prev].Next = next;
        level.Head = prev == 0 ? next : head;
        level.Tail = next == 0 ? prev : tail;
        level.Count = count;
        level.Quantity -= order.Open;
        inLeaf &= ~((count == 0 ? 1UL : 0UL) << rank);
        Orders--;
        OrdersInLegs -= order.IsInLegs ? 1 : 0;
        order.Leaf = 0;
        if (inLeaf == 0 || Fronts[order.Signature].Slot == slot)
        {
            FrontLeft(orders, slot, rank, next, inLeaf);
        }
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

    // The ladder's first order has left it, or a leaf its last.
    private void FrontLeft(Order[] orders, int slot, int rank, int next, ulong inLeaf)
    {
        var signature = orders[slot].Signature;
        if (inLeaf == 0)
        {
            Tree.Release(ref ladders[signature], rank);
        }

        ref var front = ref Fronts[signature];
        if (front.Slot != slot)
        {
            return;
        }

        if (next != 0)
        {
            front.Slot = next;
            front.OrderNo = orders[next].OrderNo;
            return;
        }

        // No better price had orders, so what is left in the leaf comes behind.
        var first = inLeaf != 0
            ? rank & ~63 | BitOperations.TrailingZeroCount(inLeaf)
            : Tree.Above(in ladders[signature], rank);
        MoveFront(orders, ref front, signature, first);
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
