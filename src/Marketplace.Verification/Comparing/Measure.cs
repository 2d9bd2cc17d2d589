using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>What is measured between two results. All values are whole billionths of the unit named here.</summary>
public enum Statistic : byte
{
    /// <summary>Log-likelihood ratio of the count of tokens that are not the checker's first choice, in nats.</summary>
    TokenCount = 1,

    /// <summary>Mean of min(gap, 5), gap = log-probability of the first choice less the claimed, in nats.</summary>
    MeanGap,

    /// <summary>Positions with a gap above 0.5 nat.</summary>
    WideGaps,

    /// <summary>Mean absolute difference of the claimed and the recomputed probability of a token.</summary>
    ProbabilityDifference,

    /// <summary>Absolute surprisal z (verification 6.6), in standard deviations.</summary>
    Surprisal,

    /// <summary>Share of claimed tokens outside the checker's likeliest 20.</summary>
    OutsideTop,

    /// <summary>Steps that go on although the end had a probability of 0.9 or more.</summary>
    SkippedEnds,

    /// <summary>Tokens by which two meters differ, the larger of prompt and completion.</summary>
    MeterDifference,

    /// <summary>1 - cosine of two vectors.</summary>
    CosineDistance,

    /// <summary>How often the most repeated phrase of 15 tokens stands in an answer, without overlap.</summary>
    RepeatedPhrase,

    /// <summary>Share of an answer's tokens within phrases of 15 that stand in it more than once.</summary>
    RepeatedShare,
}

/// <summary>Two thresholds in billionths: agreement up to the first, difference from the second on.</summary>
public sealed record Band
{
    /// <summary>The largest that JSON carries without loss: 2^53, some nine million units.</summary>
    public const long Most = 1L << 53;

    /// <exception cref="InvariantViolationException">The two are not apart, or beyond 2^53.</exception>
    public Band(long okUpTo, long badFrom)
    {
        Invariant.Holds(IsPossible(okUpTo, badFrom), "What is agreement cannot be difference too.");
        (OkUpTo, BadFrom) = (okUpTo, badFrom);
    }

    public long OkUpTo { get; }

    public long BadFrom { get; }

    public static bool IsPossible(long okUpTo, long badFrom) =>
        okUpTo < badFrom && okUpTo >= -Most && badFrom <= Most;

    public Outcome Judge(long billionths) =>
        billionths >= BadFrom ? Outcome.Mismatch
        : billionths <= OkUpTo ? Outcome.Match
        : Outcome.Inconclusive;
}

/// <summary>One measured value and what its band says of it.</summary>
/// <param name="Billionths">In billionths of the statistic's unit.</param>
public sealed record Measure(Statistic Statistic, long Billionths, Outcome Outcome);
