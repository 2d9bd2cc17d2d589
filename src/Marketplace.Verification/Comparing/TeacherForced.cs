using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>A comparison of tokens, and what a short answer leaves to add to the provider's sum.</summary>
/// <param name="Carried">Billionths of a nat, at most 0; 0 unless the answer was short and is paid.</param>
public sealed record TokenVerdict(Comparison Comparison, long Carried)
{
    /// <summary>
    /// The worst of count and sizes; where the sizes agree and the answer ended before the count decided, as short ones
    /// always do, it is paid and carried if it speaks for the provider, and left to another checker if not.
    /// </summary>
    internal static TokenVerdict Of(Comparer comparer, TokenTest test, Thresholds thresholds, params Measure[] sizes)
    {
        Measure[] measures = [thresholds.Measure(Statistic.TokenCount, test.Ratio), .. sizes];
        if (test.Outcome != Outcome.Inconclusive || sizes.Any(size => size.Outcome != Outcome.Match))
        {
            return new TokenVerdict(Comparison.Of(comparer, measures), 0);
        }

        // Without a single token there is nothing that speaks for anybody.
        return test is { Tokens: > 0, Ratio: <= 0 }
            ? new TokenVerdict(
                Comparison.Match(comparer, ComparisonReason.ShortAndCarried, measures), test.Ratio)
            : new TokenVerdict(
                Comparison.Inconclusive(comparer, ComparisonReason.ShortAndDoubtful, measures), 0);
    }
}

/// <summary>
/// Scores the primary's own tokens with the checker's model in one pass (verification 5.8, V2). Two free runs part at
/// their first honest flip and then have nothing in common; a pass over given tokens does not.
/// </summary>
public static class TeacherForced
{
    // The size of the gaps says something of a text as long as the shortest that the count can accept, and of no
    // shorter one: a single honest flip of half a nat in ten tokens has the mean of an attack.
    private const int LeastTokensForMean = 110;

    private const int MostGap = 5_000;
    private const int WideGap = 500;
    private const long One = 1_000_000_000;
    private const long BillionthsPerThousandth = 1_000_000;

    /// <summary>Compares the claimed tokens with what the checker's model holds for likely in their places.</summary>
    /// <param name="claimed">
    /// The primary's token ids, and the end token if it stopped by itself: left out, an answer cut short would pass.
    /// </param>
    /// <param name="scored">The checker's probabilities of exactly these ids, with its likeliest.</param>
    /// <param name="start">
    /// Where the count begins, drawn after the answer: an accepted head says nothing of a tail that the provider knew
    /// nobody would read. It goes around the end.
    /// </param>
    public static TokenVerdict Compare(
        IReadOnlyList<uint> claimed,
        IReadOnlyList<TokenChoice>? scored,
        TokenTestPlan plan,
        Thresholds thresholds,
        int start = 0)
    {
        if (TokenEvidence.FaultOf(claimed, scored, leastAlternatives: 1) is { } fault)
        {
            return new TokenVerdict(Comparison.Failed(Comparer.TeacherForced, fault, Side.Checker), 0);
        }

        Invariant.Holds(start >= 0 && (start == 0 || start < claimed.Count), "The count begins within the answer.");
        return Walk(scored!, new TokenTest(thresholds.Apply(plan)), thresholds, start);
    }

    private static TokenVerdict Walk(
        IReadOnlyList<TokenChoice> scored, TokenTest test, Thresholds thresholds, int start)
    {
        var (gaps, wide) = (0L, 0);
        while (test.Tokens < scored.Count && !test.IsOver)
        {
            var gap = scored[(start + test.Tokens) % scored.Count].Gap;
            gaps += Math.Min(gap, MostGap);
            wide += gap > WideGap ? 1 : 0;
            test = test.Take(gap > 0);
        }

        List<Measure> sizes = [thresholds.Measure(Statistic.WideGaps, wide * One)];
        if (test.Tokens >= LeastTokensForMean)
        {
            sizes.Add(thresholds.Measure(Statistic.MeanGap, gaps * BillionthsPerThousandth / test.Tokens));
        }

        return TokenVerdict.Of(Comparer.TeacherForced, test, thresholds, [.. sizes]);
    }
}
