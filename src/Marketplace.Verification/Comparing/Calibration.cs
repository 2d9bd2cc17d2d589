using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>Why honest distances make no calibration, in order of precedence.</summary>
public enum CalibrationRejection : byte
{
    /// <summary>There are fewer than a hundred blocks, or no trial.</summary>
    NothingMeasured = 1,

    /// <summary>The trials are the blocks again: a threshold passes the numbers that it was made from.</summary>
    TrialsNotFresh,

    /// <summary>A distance is beyond what a threshold can be.</summary>
    TooFar,
}

/// <summary>
/// Thresholds of one statistic for one pair of classes, from distances between honest runs, and whether they are good
/// enough to put anybody at fault (verification 5.8).
/// </summary>
/// <param name="Blocks">Honest distances that the thresholds were taken from.</param>
/// <param name="Trials">Fresh honest distances that they were tried on.</param>
/// <param name="FalseAlarms">Trials that they would have flagged.</param>
public sealed record Calibration(
    Statistic Statistic, OutputType Output, ClassPair Pair, Band Band, int Blocks, int Trials, int FalseAlarms)
{
    /// <summary>The least for a rank test at 1e-4: p = (1 + those at or above) / (blocks + 1).</summary>
    public const int LeastBlocks = 9_999;

    /// <summary>The least for a bound of 1e-4 at 95 % confidence.</summary>
    public const int LeastTrials = 29_956;

    private const double Unconfident = 0.05;
    private const double Billion = 1e9;
    private const int AgreementPercent = 99;

    /// <summary>
    /// Certified with enough blocks, enough trials and no false alarm; in shadow with anything less. It follows from
    /// the numbers, so no record can claim it.
    /// </summary>
    public Standing Standing => Blocks >= LeastBlocks && Trials >= LeastTrials && FalseAlarms == 0
        ? new Certified(CalibrationRecord.HashOf(this), BoundBillionths(Trials))
        : new Shadow();

    /// <summary>
    /// Difference begins above every honest block (at 9,999 blocks: p = 1e-4); agreement is what 99 of 100 reach, so
    /// one honest job in a hundred costs a further checker.
    /// </summary>
    /// <param name="blocks">Distances of honest pairs, billionths, in any order.</param>
    /// <param name="trials">More of them, measured apart, which had no part in the thresholds.</param>
    public static Result<Calibration, CalibrationRejection> Of(
        Statistic statistic,
        OutputType output,
        ClassPair pair,
        IReadOnlyCollection<long> blocks,
        IReadOnlyCollection<long> trials)
    {
        if (blocks.Count < 100 || trials.Count == 0)
        {
            return CalibrationRejection.NothingMeasured;
        }

        long[] sorted = [.. blocks.Order()];
        if (sorted.AsSpan().SequenceEqual(trials.Order().ToArray()))
        {
            return CalibrationRejection.TrialsNotFresh;
        }

        var agreement = sorted[(int)(((long)sorted.Length * AgreementPercent / 100) - 1)];
        return sorted[^1] < Band.Most && Band.IsPossible(agreement, sorted[^1] + 1)
            ? Try(statistic, output, pair, new Band(agreement, sorted[^1] + 1), blocks.Count, trials)
            : CalibrationRejection.TooFar;
    }

    /// <summary>Tries given thresholds on fresh honest distances, as those of a test whose alpha is known.</summary>
    public static Calibration Try(
        Statistic statistic,
        OutputType output,
        ClassPair pair,
        Band band,
        int blocks,
        IReadOnlyCollection<long> trials) => new(
            statistic, output, pair, band, blocks, trials.Count,
            trials.Count(distance => band.Judge(distance) == Outcome.Mismatch));

    /// <summary>The p-value of a distance among honest ones, in billionths, rounded up.</summary>
    /// <remarks>(1 + #{honest at or above}) / (m + 1): a rank test, so no distribution is assumed.</remarks>
    public static long RankBillionths(IReadOnlyCollection<long> honest, long distance)
    {
        var above = 1L + honest.Count(other => other >= distance);
        var all = honest.Count + 1L;
        return checked(((above * (long)Billion) + all - 1) / all);
    }

    /// <summary>With no false alarm in so many trials, the rate is at most 1 - 0.05^(1/trials) at 95 %.</summary>
    /// <returns>Billionths, rounded up.</returns>
    public static long BoundBillionths(int trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        return (long)Math.Ceiling((1 - IeeeMath.Exp(IeeeMath.Ln(Unconfident) / trials)) * Billion);
    }
}
