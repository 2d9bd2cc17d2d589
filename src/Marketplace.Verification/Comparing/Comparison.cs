using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>What one comparison found. <see cref="Thresholds.Judge"/> says whether it may blame anybody.</summary>
public sealed record Comparison
{
    private Comparison(Comparer comparer, Outcome outcome, ComparisonReason reason, Side side, Measure[] measures) =>
        (Comparer, Outcome, Reason, Side, Measures) = (comparer, outcome, reason, side, measures);

    public Comparer Comparer { get; }

    public Outcome Outcome { get; }

    public ComparisonReason Reason { get; }

    public Side Side { get; }

    public IReadOnlyList<Measure> Measures { get; }

    /// <summary>The worst of the measures decides: all must agree for a match, one suffices for a mismatch.</summary>
    public static Comparison Of(Comparer comparer, params Measure[] measures)
    {
        Invariant.Holds(measures.Length > 0, "What was not measured does not agree.");
        var worst = measures.Max(measure => measure.Outcome);
        return new Comparison(comparer, worst, ReasonOf(worst), Side.Either, measures);
    }

    public static Comparison Match(Comparer comparer, ComparisonReason reason, params Measure[] measures) =>
        new(comparer, Outcome.Match, reason, Side.Either, measures);

    public static Comparison Mismatch(
        Comparer comparer, ComparisonReason reason, Side side, params Measure[] measures) =>
        new(comparer, Outcome.Mismatch, reason, side, measures);

    public static Comparison Inconclusive(
        Comparer comparer, ComparisonReason reason, params Measure[] measures) =>
        new(comparer, Outcome.Inconclusive, reason, Side.Either, measures);

    /// <summary>Missing or impossible evidence is a failure of the side that owed it.</summary>
    public static Comparison Failed(Comparer comparer, EvidenceFault fault, Side side)
    {
        var isMissing = fault == EvidenceFault.Missing;
        var reason = isMissing ? ComparisonReason.EvidenceMissing : ComparisonReason.EvidenceMalformed;
        return Mismatch(comparer, reason, side);
    }

    private static ComparisonReason ReasonOf(Outcome outcome) => outcome switch
    {
        Outcome.Match => ComparisonReason.Agrees,
        Outcome.Inconclusive => ComparisonReason.BetweenThresholds,
        Outcome.Mismatch => ComparisonReason.BeyondThreshold,
        _ => throw new InvariantViolationException($"There is no outcome {outcome}."),
    };
}
