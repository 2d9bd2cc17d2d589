using System.Numerics;
using System.Runtime.CompilerServices;

namespace Marketplace.Matching;

/// <summary>All orders of one price in one ladder, the oldest first.</summary>
internal struct Level
{
    public int Head;
    public int Tail;
    public int Count;

    /// <summary>Units open; of bids in legs those of one leg.</summary>
    public long Quantity;
}

[InlineArray(PriceTree.Fanout)]
internal struct Children
{
    private int first;
}

/// <summary>64 neighbouring parts of the price range: a set bit is a part that has orders.</summary>
internal struct PriceNode
{
    public ulong Bits;
    public Children Children;
}

/// <summary>Leaves found lately, by the low bits of their key, so that most orders need not descend the tree.</summary>
[InlineArray(PriceTree.Fanout)]
internal struct LeafCache
{
    private CachedLeaf first;
}

internal struct CachedLeaf
{
    public int Key;
    public int Leaf;
}

/// <summary>The prices of one signature's orders.</summary>
internal struct Ladder
{
    public int Root;
    public LeafCache Cache;
}

/// <summary>
/// The levels of all ladders of a side by rank, 1 to 2^24 - 1, the lowest the best: radix trees of depth four whose
/// nodes and leaves come from two pools. Node 0 and leaf 0 are empty and stay so: a missing branch reads as an empty
/// one.
/// </summary>
internal sealed partial class PriceTree
{
    public const int Fanout = 64;
    private const int Bits = 6;

    private PriceNode[] nodes = new PriceNode[8];

    // A leaf is 64 neighbouring prices: a set bit is a price that has orders. The bits of all leaves are together, for
    // they are looked at far more often than most levels.
    private ulong[] bitsOfLeaf = new ulong[4];
    private Level[] levels = new Level[4 * Fanout];
    private int usedNodes = 1;
    private int usedLeaves = 1;
    private int freeNode;
    private int freeLeaf;

    /// <summary>Which of a leaf's prices have orders.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref ulong BitsOf(int leaf) => ref bitsOfLeaf[leaf];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Level Level(int leaf, int rank) => ref levels[leaf * Fanout | rank & Fanout - 1];

    /// <summary>The leaf of a rank, made if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int LeafFor(ref Ladder ladder, int rank)
    {
        var key = rank >> Bits;
        ref var cached = ref ladder.Cache[key & Fanout - 1];
        return cached.Key == key && cached.Leaf != 0 ? cached.Leaf : Descend(ref ladder, ref cached, rank);
    }

    /// <summary>The lowest rank above <paramref name="rank"/> that has orders; 0 if none has.</summary>
    public int Above(in Ladder ladder, int rank)
    {
        var (first, second, third) = (rank >> 18, rank >> 12 & 63, rank >> 6 & 63);
        var upper = nodes[ladder.Root].Children[first];
        var lower = nodes[upper].Children[second];
        var leaf = nodes[lower].Children[third];
        if (After(bitsOfLeaf[leaf], rank & 63) is var bits and not 0)
        {
            return rank & ~0x3F | BitOperations.TrailingZeroCount(bits);
        }

        if ((bits = After(nodes[lower].Bits, third)) != 0)
        {
            return rank & ~0xFFF | InNode(lower, bits);
        }

        if ((bits = After(nodes[upper].Bits, second)) != 0)
        {
            return rank & ~0x3FFFF | InUpper(upper, bits);
        }

        bits = After(nodes[ladder.Root].Bits, first);
        if (bits == 0)
        {
            return 0;
        }

        var branch = BitOperations.TrailingZeroCount(bits);
        var next = nodes[ladder.Root].Children[branch];
        return branch << 18 | InUpper(next, nodes[next].Bits);
    }

    /// <summary>The level of a rank; an empty one if it has no orders.</summary>
    public ref Level Find(in Ladder ladder, int rank)
    {
        var upper = nodes[ladder.Root].Children[rank >> 18];
        var lower = nodes[upper].Children[rank >> 12 & 63];
        return ref Level(nodes[lower].Children[rank >> 6 & 63], rank);
    }

    /// <summary>Gives an empty leaf back, and the nodes above that have become empty with it.</summary>
    public void Release(ref Ladder ladder, int rank)
    {
        var (first, second, third) = (rank >> 18, rank >> 12 & 63, rank >> 6 & 63);
        var upper = nodes[ladder.Root].Children[first];
        var lower = nodes[upper].Children[second];
        FreeLeaf(nodes[lower].Children[third]);
        ref var cached = ref ladder.Cache[third];
        if (cached.Key == rank >> Bits)
        {
            cached = default;
        }

        if (Cut(lower, third) && Cut(upper, second) && Cut(ladder.Root, first))
        {
            ladder.Root = 0;
        }
    }

    private static ulong After(ulong bits, int index) => bits & ~1UL << index;

    private int InNode(int node, ulong bits)
    {
        var index = BitOperations.TrailingZeroCount(bits);
        return index << 6 | BitOperations.TrailingZeroCount(bitsOfLeaf[nodes[node].Children[index]]);
    }

    private int InUpper(int node, ulong bits)
    {
        var index = BitOperations.TrailingZeroCount(bits);
        var child = nodes[node].Children[index];
        return index << 12 | InNode(child, nodes[child].Bits);
    }

    private int Descend(ref Ladder ladder, ref CachedLeaf cached, int rank)
    {
        if (ladder.Root == 0)
        {
            ladder.Root = NewNode();
        }

        var upper = Child(ladder.Root, rank >> 18);
        var lower = Child(upper, rank >> 12 & 63);
        var index = rank >> 6 & 63;
        var leaf = nodes[lower].Children[index];
        if (leaf == 0)
        {
            leaf = NewLeaf();
            nodes[lower].Children[index] = leaf;
            nodes[lower].Bits |= 1UL << index;
        }

        cached.Key = rank >> Bits;
        cached.Leaf = leaf;
        return leaf;
    }

    private int Child(int node, int index)
    {
        var child = nodes[node].Children[index];
        if (child == 0)
        {
            child = NewNode();
            nodes[node].Children[index] = child;
            nodes[node].Bits |= 1UL << index;
        }

        return child;
    }

    // True if the node is empty and has been given back.
    private bool Cut(int node, int index)
    {
        ref var cut = ref nodes[node];
        cut.Children[index] = 0;
        cut.Bits &= ~(1UL << index);
        if (cut.Bits != 0)
        {
            return false;
        }

        cut.Children[0] = freeNode;
        freeNode = node;
        return true;
    }

    private int NewNode()
    {
        if (freeNode != 0)
        {
            var node = freeNode;
            freeNode = nodes[node].Children[0];
            nodes[node].Children[0] = 0;
            return node;
        }

        if (usedNodes == nodes.Length)
        {
            Array.Resize(ref nodes, nodes.Length * 2);
        }

        return usedNodes++;
    }

    // A free leaf keeps the next free one where a used leaf has the head of its first level.
    private void FreeLeaf(int leaf)
    {
        levels[leaf * Fanout].Head = freeLeaf;
        freeLeaf = leaf;
    }

    private int NewLeaf()
    {
        if (freeLeaf != 0)
        {
            var leaf = freeLeaf;
            freeLeaf = levels[leaf * Fanout].Head;
            levels[leaf * Fanout].Head = 0;
            return leaf;
        }

        if (usedLeaves == bitsOfLeaf.Length)
        {
            Array.Resize(ref bitsOfLeaf, usedLeaves * 2);
            Array.Resize(ref levels, levels.Length * 2);
        }

        return usedLeaves++;
    }
}
