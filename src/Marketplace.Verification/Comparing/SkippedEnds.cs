namespace Marketplace.Verification.Comparing;

/// <summary>
/// Finds answers that are padded past their end: steps that go on although the checker holds the end for likely by 0.9
/// or more (Targon's rule, stated as a probability).
/// </summary>
public static class SkippedEnds
{
    /// <summary>ln 0.9 is -0.10536: -105 thousandths are the least that are 0.9 or more.</summary>
    public const short NearlyCertain = -105;

    private const long One = 1_000_000_000;

    /// <summary>Counts them over the checker's evidence for the claimed tokens.</summary>
    /// <param name="claimed">Token ids; the last may be the end token itself.</param>
    /// <param name="ends">The model's end tokens.</param>
    public static Comparison Compare(
        IReadOnlyList<uint> claimed,
        IReadOnlyList<TokenChoice>? scored,
        IReadOnlySet<uint> ends,
        Thresholds thresholds)
    {
        if (TokenEvidence.FaultOf(claimed, scored, leastAlternatives: 1) is { } fault)
        {
            return Comparison.Failed(Comparer.SkippedEnds, fault, Side.Checker);
        }

        var skipped = scored!.Count(token => !ends.Contains(token.Id)
            && ends.Contains(token.Top[0].Id) && token.Top[0].MilliNats >= NearlyCertain);
        var measure = thresholds.Measure(Statistic.SkippedEnds, skipped * One);
        return measure.Outcome == Outcome.Mismatch
            ? Comparison.Mismatch(Comparer.SkippedEnds, ComparisonReason.EndSkipped, Side.Primary, measure)
            : Comparison.Of(Comparer.SkippedEnds, measure);
    }
}
