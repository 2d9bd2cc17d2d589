namespace Marketplace.Inference;

/// <summary>Byte-pair merges: which neighbours become one symbol, and in what order.</summary>
internal sealed class PairMerges(IReadOnlyDictionary<(string Left, string Right), int> ranks)
{
    private const int None = -1;

    /// <summary>
    /// Joins neighbours until no merge applies: the best rank first, the leftmost first within a rank. It takes
    /// n log n steps, because the text is a stranger's and may be one word of a megabyte.
    /// </summary>
    public IEnumerable<string> Join(IReadOnlyList<string> bytes)
    {
        var row = new Row(bytes, ranks);
        while (row.TryTakeBest(out var at))
        {
            row.JoinWithNext(at);
        }

        return row.Symbols();
    }

    /// <summary>A linked row of symbols, and the pairs in it that may be joined.</summary>
    private sealed class Row
    {
        private readonly IReadOnlyDictionary<(string Left, string Right), int> ranks;
        private readonly PriorityQueue<(int At, string Left, string Right), (int Rank, int At)> candidates = new();
        private readonly string?[] symbols;
        private readonly int[] next;
        private readonly int[] previous;

        public Row(IReadOnlyList<string> bytes, IReadOnlyDictionary<(string Left, string Right), int> ranks)
        {
            this.ranks = ranks;
            symbols = [.. bytes];
            next = [.. Enumerable.Range(1, symbols.Length)];
            previous = [.. Enumerable.Range(None, symbols.Length)];
            for (var at = 0; at < symbols.Length; at++)
            {
                Consider(at);
            }
        }

        public bool TryTakeBest(out int at)
        {
            while (candidates.TryDequeue(out var pair, out _))
            {
                at = pair.At;
                var right = next[at];
                if (symbols[at] == pair.Left && right < symbols.Length && symbols[right] == pair.Right)
                {
                    return true;
                }
            }

            at = None;
            return false;
        }

        public void JoinWithNext(int at)
        {
            var gone = next[at];
            symbols[at] += symbols[gone];
            symbols[gone] = null;
            next[at] = next[gone];
            if (next[at] < symbols.Length)
            {
                previous[next[at]] = at;
            }

            Consider(previous[at]);
            Consider(at);
        }

        public IEnumerable<string> Symbols() => symbols.OfType<string>();

        private void Consider(int at)
        {
            if (at == None || next[at] == symbols.Length)
            {
                return;
            }

            var (left, right) = (symbols[at]!, symbols[next[at]]!);
            if (ranks.TryGetValue((left, right), out var rank))
            {
                candidates.Enqueue((at, left, right), (rank, at));
            }
        }
    }
}
