namespace Marketplace.Verification.Judging;

/// <summary>What a comparer says of two results.</summary>
public enum Agreement : byte
{
    Match = 1,

    Mismatch = 2,

    /// <summary>Neither: it speaks for nobody and against nobody.</summary>
    Inconclusive = 3,
}

/// <summary>All pairs of votes, compared. A result matches itself; matching need not be transitive.</summary>
public sealed record Comparisons
{
    private readonly Agreement[,] edges;

    private Comparisons(Agreement[,] edges) => this.edges = edges;

    public int Count => edges.GetLength(0);

    public Agreement this[int left, int right] => edges[left, right];

    /// <summary>Compares every pair once, the earlier vote first.</summary>
    public static Comparisons Of(int count, Func<int, int, Agreement> compare)
    {
        var edges = new Agreement[count, count];
        for (var left = 0; left < count; left++)
        {
            edges[left, left] = Agreement.Match;
            for (var right = left + 1; right < count; right++)
            {
                edges[left, right] = edges[right, left] = compare(left, right);
            }
        }

        return new Comparisons(edges);
    }

    /// <summary>Who matches <paramref name="centre"/>, itself included.</summary>
    public IReadOnlyList<int> StarOf(int centre) => [.. Those(centre, Agreement.Match)];

    /// <summary>Whether any pair was told apart or found equal.</summary>
    public bool IsOnlyInconclusive => Enumerable.Range(0, Count).All(vote =>
        Those(vote, Agreement.Inconclusive).Count() == Count - 1);

    private IEnumerable<int> Those(int centre, Agreement agreement) =>
        Enumerable.Range(0, Count).Where(vote => edges[centre, vote] == agreement);
}
