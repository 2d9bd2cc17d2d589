using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>What one side counted of a job: tokens of the prompt and of the answer.</summary>
public readonly record struct TokenMeters(uint PromptTokens, uint CompletionTokens)
{
    private const long One = 1_000_000_000;

    /// <summary>The smaller of each count: what is paid for until the meters agree.</summary>
    public static TokenMeters Smaller(TokenMeters left, TokenMeters right) => new(
        Math.Min(left.PromptTokens, right.PromptTokens), Math.Min(left.CompletionTokens, right.CompletionTokens));

    /// <summary>Compares the provider's count with that of whoever counted the same tokens again.</summary>
    /// <remarks>Counts are exact by construction; one token more or less is the end token, which some count.</remarks>
    public static Comparison Compare(TokenMeters provider, TokenMeters? gateway, Thresholds thresholds)
    {
        if (gateway is not { } counted)
        {
            return Comparison.Failed(Comparer.Meters, EvidenceFault.Missing, Side.Checker);
        }

        var difference = Math.Max(
            Math.Abs((long)provider.PromptTokens - counted.PromptTokens),
            Math.Abs((long)provider.CompletionTokens - counted.CompletionTokens));
        var measure = thresholds.Measure(Statistic.MeterDifference, checked(difference * One));
        return measure.Outcome == Outcome.Mismatch
            ? Comparison.Mismatch(Comparer.Meters, ComparisonReason.Differs, Side.Primary, measure)
            : Comparison.Of(Comparer.Meters, measure);
    }

    /// <summary>The price of the smaller of two metered quantities, rounded down.</summary>
    /// <exception cref="OverflowException">The cost exceeds 2^63 - 1 micro-tokens.</exception>
    public static TokenAmount Pay(UnitPrice price, Quantity provider, Quantity gateway) =>
        price.CostDown(Quantity.Min(provider, gateway));
}
