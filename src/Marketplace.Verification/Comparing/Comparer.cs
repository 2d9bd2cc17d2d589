using System.Globalization;
using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>A comparer's name and version: another version may judge the same results otherwise.</summary>
public readonly record struct ComparerId(string Name, int Version)
{
    /// <summary>What signed messages carry: the Keccak-256 of <c>name/version</c>.</summary>
    public Hash32 Hash => Keccak256.Hash(ToString());

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}/{Version}");
}

/// <summary>A way to compare, and the statistics whose bands it needs; none if it compares by definition.</summary>
public sealed record Comparer
{
    public static readonly Comparer ExactTokens = new("tokens.exact");
    public static readonly Comparer TeacherForced =
        new("tokens.scored", Statistic.TokenCount, Statistic.MeanGap, Statistic.WideGaps);

    public static readonly Comparer Resumed = new("tokens.resumed", Statistic.TokenCount);
    public static readonly Comparer Sampled =
        new("tokens.sampled", Statistic.ProbabilityDifference, Statistic.Surprisal, Statistic.OutsideTop);

    public static readonly Comparer Embedding = new("embedding", Statistic.CosineDistance);
    public static readonly Comparer Json = new("json");
    public static readonly Comparer Label = new("label");
    public static readonly Comparer Meters = new("meters");
    public static readonly Comparer SkippedEnds = new("tokens.ends", Statistic.SkippedEnds);
    public static readonly Comparer Repetition =
        new("tokens.repetition", Statistic.RepeatedPhrase, Statistic.RepeatedShare);


    private const int FirstVersion = 1;

    private Comparer(string name, params Statistic[] statistics) =>
        (Id, Statistics) = (new ComparerId(name, FirstVersion), statistics);

    public static IReadOnlyList<Comparer> All { get; } =
    [
        ExactTokens, TeacherForced, Resumed, Sampled, Embedding, Json, Label, Meters, SkippedEnds, Repetition,
    ];

    public ComparerId Id { get; }

    public IReadOnlyList<Statistic> Statistics { get; }
}
