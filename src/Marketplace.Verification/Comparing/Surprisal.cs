namespace Marketplace.Verification.Comparing;

/// <summary>How tokens are drawn: from the likeliest <paramref name="TopK"/>, at a temperature.</summary>
/// <param name="TemperatureMilli">Thousandths, above 0.</param>
public sealed record SamplerSettings(int TemperatureMilli, int TopK);

/// <summary>Surprise beyond the expected, summed over tokens and then over jobs (verification 6.6).</summary>
/// <param name="Excess">Sum of -ln p(chosen) - H, billionths of a nat.</param>
/// <param name="Variance">Sum of the variances of -ln p, billionths of a square nat.</param>
public readonly record struct SurprisalSum(long Excess, long Variance, long Positions)
{
    /// <summary>Standard deviations from the expected, in billionths; nothing while no choice was open.</summary>
    public long? Z => Variance <= 0
        ? null
        : IeeeMath.ToBillionths(Excess / Billion / Math.Sqrt(Variance / Billion));

    private const double Billion = 1e9;

    public static SurprisalSum operator +(SurprisalSum left, SurprisalSum right) => new(
        checked(left.Excess + right.Excess),
        checked(left.Variance + right.Variance),
        checked(left.Positions + right.Positions));
}

/// <summary>Whether tokens were drawn as a sampler draws them, neither too likely nor too unlikely.</summary>
public static class Surprisal
{
    private const double Thousand = 1_000;

    /// <summary>One position's share.</summary>
    /// <param name="probabilities">Of the sampler's choices, adding up to 1; those that are 0 add nothing.</param>
    /// <param name="chosen">Index of the token that came; its probability is not 0.</param>
    public static (double Excess, double Variance) Of(ReadOnlySpan<double> probabilities, int chosen)
    {
        var (entropy, squares) = (0.0, 0.0);
        foreach (var probability in probabilities)
        {
            var surprise = probability > 0 ? -IeeeMath.Ln(probability) : 0;
            entropy += probability * surprise;
            squares += probability * surprise * surprise;
        }

        return (-IeeeMath.Ln(probabilities[chosen]) - entropy, Math.Max(0, squares - (entropy * entropy)));
    }

    /// <summary>Probabilities at a temperature, from log-probabilities in nats, likeliest first.</summary>
    public static double[] Temper(ReadOnlySpan<double> nats, double temperature)
    {
        var weights = new double[nats.Length];
        var sum = 0.0;
        for (var index = 0; index < nats.Length; index++)
        {
            weights[index] = IeeeMath.Exp((nats[index] - nats[0]) / temperature);
            sum += weights[index];
        }

        for (var index = 0; index < weights.Length; index++)
        {
            weights[index] /= sum;
        }

        return weights;
    }

    /// <summary>
    /// The sum over scored tokens. A token that the sampler could not draw is left out: it has no surprise, and is
    /// counted as outside the set.
    /// </summary>
    public static SurprisalSum Sum(IReadOnlyList<TokenChoice> scored, SamplerSettings sampler)
    {
        var (excess, variance, positions) = (0.0, 0.0, 0);
        foreach (var token in scored)
        {
            var set = token.Top.Take(sampler.TopK).ToArray();
            var chosen = Array.FindIndex(set, alternative => alternative.Id == token.Id);
            double[] nats = [.. set.Select(alternative => alternative.MilliNats / Thousand)];
            var probabilities = Temper(nats, sampler.TemperatureMilli / Thousand);
            if (chosen < 0 || probabilities[chosen] == 0)
            {
                continue;
            }

            var (more, spread) = Of(probabilities, chosen);
            (excess, variance, positions) = (excess + more, variance + spread, positions + 1);
        }

        return new SurprisalSum(IeeeMath.ToBillionths(excess), IeeeMath.ToBillionths(variance), positions);
    }
}
