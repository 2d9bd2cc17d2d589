using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>A comparison of sampled text, and the provider's surprisal with this job in it.</summary>
public sealed record SampledVerdict(Comparison Comparison, SurprisalSum Surprisal);

/// <summary>
/// Compares sampled text by scoring its tokens (verification 5.8): the probabilities that the primary claims with those
/// recomputed, the surprise with what the sampler must give, and the tokens with the set it draws from.
/// </summary>
public static class SampledText
{
    private const int LeastSet = 20;
    private const double Close = 0.9;

    // z is normal only in sums: one unlikely and honest token among a few certain ones is many deviations away.
    private const int LeastPositions = 256;

    /// <summary>Compares, and adds the job's surprisal to what the provider's earlier jobs left.</summary>
    /// <param name="claimed">The primary's evidence.</param>
    /// <param name="scored">The checker's, of the same tokens, with its likeliest max(20, top-k).</param>
    public static SampledVerdict Compare(
        IReadOnlyList<uint> answer,
        IReadOnlyList<TokenChoice>? claimed,
        IReadOnlyList<TokenChoice>? scored,
        SamplerSettings sampler,
        SurprisalSum before,
        Thresholds thresholds)
    {
        Invariant.Holds(sampler is { TemperatureMilli: > 0, TopK: > 0 }, "Without a temperature it is greedy text.");
        var set = Math.Max(LeastSet, sampler.TopK);
        if (TokenEvidence.FaultOf(answer, claimed, leastAlternatives: 0) is { } fault)
        {
            return new SampledVerdict(Comparison.Failed(Comparer.Sampled, fault, Side.Primary), before);
        }

        if (TokenEvidence.FaultOf(answer, scored, set) is { } checkers)
        {
            return new SampledVerdict(Comparison.Failed(Comparer.Sampled, checkers, Side.Checker), before);
        }

        if (answer.Count == 0)
        {
            const ComparisonReason reason = ComparisonReason.ShortAndDoubtful;
            return new SampledVerdict(Comparison.Inconclusive(Comparer.Sampled, reason), before);
        }

        var surprisal = before + Surprisal.Sum(scored!, sampler);
        return new SampledVerdict(
            Comparison.Of(Comparer.Sampled, [.. Measures(claimed!, scored!, set, surprisal, thresholds)]), surprisal);
    }

    /// <summary>Targon's score of one token: 1 - |dp|, and 1 from 0.9 on.</summary>
    public static double Score(int claimedMilliNats, int scoredMilliNats)
    {
        var score = 1 - Difference(claimedMilliNats, scoredMilliNats);
        return score >= Close ? 1 : score;
    }

    private static IEnumerable<Measure> Measures(
        IReadOnlyList<TokenChoice> claimed,
        IReadOnlyList<TokenChoice> scored,
        int set,
        SurprisalSum surprisal,
        Thresholds thresholds)
    {
        var difference = 0.0;
        var outside = 0;
        for (var index = 0; index < scored.Count; index++)
        {
            difference += Difference(claimed[index].MilliNats, scored[index].MilliNats);
            outside += scored[index].Top.Take(set).Any(other => other.Id == scored[index].Id) ? 0 : 1;
        }

        double count = scored.Count;
        yield return thresholds.Measure(
            Statistic.ProbabilityDifference, IeeeMath.ToBillionths(difference / count));
        yield return thresholds.Measure(Statistic.OutsideTop, IeeeMath.ToBillionths(outside / count));
        if (surprisal.Positions >= LeastPositions && surprisal.Z is { } z)
        {
            yield return thresholds.Measure(Statistic.Surprisal, Math.Abs(z));
        }
    }

    private static double Difference(int claimed, int scored) =>
        Math.Abs(MilliNats.Probability(claimed) - MilliNats.Probability(scored));
}
