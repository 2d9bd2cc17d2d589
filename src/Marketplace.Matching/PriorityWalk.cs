namespace Marketplace.Matching;

/// <summary>
/// Meets the orders of one side in their priority, those of compatible signatures merged by (rank, order number). The
/// order it stands on may be filled, reduced or removed meanwhile, all others must stay.
/// </summary>
internal sealed class PriorityWalk
{
    private readonly Cursor[] cursors = new Cursor[BookSide.MaxSignatures];
    private MarketBook? book;
    private BookSide? side;
    private int limit;
    private int count;
    private int current;

    // Read before the order it stands on may leave, for that changes its links.
    private int following;

    /// <summary>Starts at the best order.</summary>
    /// <param name="signature">That of the order which meets them; it is on the other side.</param>
    /// <param name="tick">Its limit.</param>
    public void Open(MarketBook market, BookSide walked, int signature, int tick)
    {
        limit = walked.Rank(tick);
        current = -1;
        count = 0;
        if (walked.SignatureCount == 1 && walked.Fronts[0].Rank > limit)
        {
            return;
        }

        var row = market.Opposite(walked.Side).Compatible(signature);
        if (walked.SignatureCount == 1)
        {
            if ((row[0] & 1) == 0)
            {
                return;
            }

            Enter(walked.Fronts, 0);
        }
        else
        {
            EnterAll(walked.Fronts, row);
        }

        book = market;
        side = walked;
    }

    public bool TryNext(out int slot)
    {
        if (current >= 0)
        {
            Advance(ref cursors[current]);
        }

        if (count == 0)
        {
            current = -1;
            slot = 0;
            return false;
        }

        current = count == 1 ? 0 : First();
        slot = cursors[current].Slot;
        following = book!.Orders[slot].Next;
        return true;
    }

    private void EnterAll(Front[] fronts, ReadOnlySpan<ulong> row)
    {
        for (var word = 0; word < row.Length; word++)
        {
            for (var bits = row[word]; bits != 0; bits &= bits - 1)
            {
                var signature = word << 6 | System.Numerics.BitOperations.TrailingZeroCount(bits);
                if (fronts[signature].Rank <= limit)
                {
                    Enter(fronts, signature);
                }
            }
        }
    }

    private void Enter(Front[] fronts, int signature)
    {
        ref var cursor = ref cursors[count++];
        ref var front = ref fronts[signature];
        cursor.Slot = front.Slot;
        cursor.Rank = front.Rank;
        cursor.OrderNo = front.OrderNo;
        cursor.Signature = signature;
    }

    private int First()
    {
        var entered = cursors.AsSpan(0, count);
        var first = 0;
        for (var i = 1; i < entered.Length; i++)
        {
            if (entered[i].Rank < entered[first].Rank
                || entered[i].Rank == entered[first].Rank && entered[i].OrderNo < entered[first].OrderNo)
            {
                first = i;
            }
        }

        return first;
    }

    private void Advance(ref Cursor cursor)
    {
        if (following == 0)
        {
            cursor.Rank = side!.NextRank(cursor.Signature, cursor.Rank);
            if (cursor.Rank > limit)
            {
                cursor = cursors[--count];
                return;
            }

            following = side.Head(cursor.Signature, cursor.Rank);
        }

        cursor.Slot = following;
        cursor.OrderNo = book!.Orders[following].OrderNo;
    }

    private struct Cursor
    {
        public int Slot;
        public int Rank;
        public int Signature;
        public long OrderNo;
    }
}
