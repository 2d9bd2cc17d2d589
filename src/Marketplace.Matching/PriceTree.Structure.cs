using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <content>What must hold of the trees after every command; slow, for tests.</content>
internal sealed partial class PriceTree
{
    /// <summary>Each node and leaf is free or reached by one ladder; a bit is set iff something is below.</summary>
    /// <exception cref="InvariantViolationException">Something does not hold.</exception>
    public void Check(int ladders, BookSide side)
    {
        var (reachedNodes, reachedLeaves) = (0, 0);
        for (var i = 0; i < ladders; i++)
        {
            if (side.Ladder(i).Root != 0)
            {
                Count(side.Ladder(i).Root, depth: 1, ref reachedNodes, ref reachedLeaves);
            }
        }

        for (var node = freeNode; node != 0; node = nodes[node].Children[0])
        {
            reachedNodes++;
        }

        for (var leaf = freeLeaf; leaf != 0; leaf = levels[leaf * Fanout].Head)
        {
            reachedLeaves++;
        }

        Invariant.Holds(reachedNodes == usedNodes - 1 && reachedLeaves == usedLeaves - 1, "No node is lost.");
    }

    private void Count(int node, int depth, ref int reachedNodes, ref int reachedLeaves)
    {
        reachedNodes++;
        Invariant.Holds(nodes[node].Bits != 0, "A node in use has something below.");
        for (var i = 0; i < Fanout; i++)
        {
            var child = nodes[node].Children[i];
            Invariant.Holds(child != 0 == ((nodes[node].Bits >> i & 1) != 0), "A set bit is a branch.");
            if (child != 0 && depth < 3)
            {
                Count(child, depth + 1, ref reachedNodes, ref reachedLeaves);
            }
            else if (child != 0)
            {
                reachedLeaves++;
                CheckLeaf(child);
            }
        }
    }

    private void CheckLeaf(int leaf)
    {
        Invariant.Holds(bitsOfLeaf[leaf] != 0, "A leaf in use has orders.");
        for (var i = 0; i < Fanout; i++)
        {
            var level = levels[leaf * Fanout + i];
            var isEmpty = level.Head == 0 && level.Tail == 0 && level.Count == 0 && level.Quantity == 0;
            Invariant.Holds(isEmpty == ((bitsOfLeaf[leaf] >> i & 1) == 0), "A set bit is a level with orders.");
        }
    }
}
