using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>How much an answer repeats phrases of 15 tokens.</summary>
/// <param name="Times">How often the most repeated phrase stands in it, without overlap.</param>
/// <param name="CoveredTokens">Tokens within phrases that stand in it more than once.</param>
public readonly record struct Repetition(int Times, int CoveredTokens, int Tokens)
{
    /// <summary>Longer phrases contain phrases of this length, so none shorter need be looked for.</summary>
    public const int PhraseTokens = 15;

    private const long One = 1_000_000_000;

    public static Repetition Of(IReadOnlyList<uint> tokens)
    {
        var ids = tokens.ToArray();
        var places = new Dictionary<Hash32, List<int>>();
        for (var at = 0; at + PhraseTokens <= ids.Length; at++)
        {
            var phrase = System.Runtime.InteropServices.MemoryMarshal.AsBytes(ids.AsSpan(at, PhraseTokens));
            var key = Keccak256.Hash(phrase);
            if (!places.TryGetValue(key, out var found))
            {
                places[key] = found = [];
            }

            if (found.Count == 0 || found[^1] + PhraseTokens <= at)
            {
                found.Add(at);
            }
        }

        var repeated = places.Values.Where(found => found.Count > 1).ToList();
        var covered = new bool[ids.Length];
        foreach (var at in repeated.SelectMany(found => found))
        {
            Array.Fill(covered, true, at, PhraseTokens);
        }

        var times = places.Count == 0 ? 0 : places.Values.Max(found => found.Count);
        return new Repetition(times, covered.Count(isCovered => isCovered), ids.Length);
    }

    /// <summary>
    /// Some questions make every model loop: an answer fails only where the checker's own run does not repeat itself.
    /// </summary>
    /// <param name="checker">The checker's own free run, if there is one.</param>
    public static Comparison Compare(
        IReadOnlyList<uint> primary, IReadOnlyList<uint>? checker, Thresholds thresholds)
    {
        var measures = Of(primary).Measures(thresholds);
        if (!IsRepetitive(measures))
        {
            return Comparison.Of(Comparer.Repetition, measures);
        }

        return checker is null
            ? Comparison.Inconclusive(Comparer.Repetition, ComparisonReason.RepeatsUnchecked, measures)
            : IsRepetitive(Of(checker).Measures(thresholds))
                ? Comparison.Match(Comparer.Repetition, ComparisonReason.Agrees, measures)
                : Comparison.Mismatch(Comparer.Repetition, ComparisonReason.Repeats, Side.Primary, measures);
    }

    private Measure[] Measures(Thresholds thresholds) =>
    [
        thresholds.Measure(Statistic.RepeatedPhrase, Times * One),
        thresholds.Measure(Statistic.RepeatedShare, Tokens == 0 ? 0 : CoveredTokens * One / Tokens),
    ];

    private static bool IsRepetitive(Measure[] measures) =>
        measures.Any(measure => measure.Outcome == Outcome.Mismatch);
}
