using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>What kind of answer is compared.</summary>
public enum OutputType : byte
{
    Text = 1,
    Embedding = 2,
    Json = 4,
}

/// <summary>Whose runs are compared: scoring is not symmetric, so the order counts.</summary>
/// <param name="Primary">Hash of the equivalence class that ran the job.</param>
/// <param name="Checker">Hash of the equivalence class that checks it.</param>
public readonly record struct ClassPair(Hash32 Primary, Hash32 Checker);

/// <summary>Why thresholds do not take a calibration, in order of precedence.</summary>
public enum ThresholdsRejection : byte
{
    /// <summary>It is of another kind of answer.</summary>
    OtherOutput = 1,

    /// <summary>It is of another pair of classes, or of the same two the other way round.</summary>
    OtherPair,
}

/// <summary>One statistic's thresholds and what they rest on.</summary>
public sealed record Rule(Band Band, Standing Standing);

/// <summary>The thresholds of one kind of answer and one pair of classes, as one version.</summary>
public sealed record Thresholds
{
    private const long One = 1_000_000_000;

    private static readonly Dictionary<Statistic, Band> StartingBands = new()
    {
        [Statistic.TokenCount] = TokenTestPlan.Standard.Band,
        [Statistic.MeanGap] = new Band(One / 100, One / 20),
        [Statistic.WideGaps] = new Band(2 * One, 3 * One),
        [Statistic.ProbabilityDifference] = new Band(One / 10, One / 4),
        [Statistic.Surprisal] = new Band(5 * One, 8 * One),
        [Statistic.OutsideTop] = new Band(One / 100, One / 20),
        [Statistic.SkippedEnds] = new Band(0, 2 * One),
        [Statistic.MeterDifference] = new Band(0, 2 * One),
        [Statistic.CosineDistance] = new Band(One / 1_000, One / 100),
        [Statistic.RepeatedPhrase] = new Band(9 * One, 10 * One),
        [Statistic.RepeatedShare] = new Band((3 * One / 4) - 1, 3 * One / 4),
    };

    private readonly IReadOnlyDictionary<Statistic, Rule> rules;

    private Thresholds(OutputType output, ClassPair pair, int version, IReadOnlyDictionary<Statistic, Rule> rules) =>
        (Output, Pair, Version, this.rules) = (output, pair, version, rules);

    public OutputType Output { get; }

    public ClassPair Pair { get; }

    public int Version { get; }

    /// <summary>The starting values of verification 5.8, all in shadow.</summary>
    public static Thresholds Starting(OutputType output, ClassPair pair) =>
        new(output, pair, 0, StartingBands.ToDictionary(row => row.Key, row => new Rule(row.Value, new Shadow())));

    /// <summary>The same with what a calibration found, one version later.</summary>
    public Result<Thresholds, ThresholdsRejection> With(Calibration calibration)
    {
        if (calibration.Output != Output)
        {
            return ThresholdsRejection.OtherOutput;
        }

        if (calibration.Pair != Pair)
        {
            return ThresholdsRejection.OtherPair;
        }

        var next = new Dictionary<Statistic, Rule>(rules)
        {
            [calibration.Statistic] = new Rule(calibration.Band, calibration.Standing),
        };
        return new Thresholds(Output, Pair, checked(Version + 1), next);
    }

    public Rule RuleOf(Statistic statistic) => rules[statistic];

    public Measure Measure(Statistic statistic, long billionths) =>
        new(statistic, billionths, rules[statistic].Band.Judge(billionths));

    /// <summary>The plan with this pair's thresholds in place of its own.</summary>
    public TokenTestPlan Apply(TokenTestPlan plan) => plan with { Band = rules[Statistic.TokenCount].Band };

    /// <summary>
    /// Binding only if no statistic of the comparer is in shadow, whichever of them decided: one that is not yet
    /// calibrated could have hidden behind another. What compares by definition has none, and binds.
    /// </summary>
    public Judgement Judge(Comparison comparison) =>
        comparison.Comparer.Statistics.All(statistic => rules[statistic].Standing is Certified)
            ? new BindingJudgement(comparison)
            : new ShadowJudgement(comparison);
}
