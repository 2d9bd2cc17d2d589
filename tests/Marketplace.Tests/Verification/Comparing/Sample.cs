using Marketplace.Kernel;
using Marketplace.Verification.Comparing;

namespace Marketplace.Tests.Verification.Comparing;

/// <summary>Tokens, evidence and thresholds as tests need them.</summary>
internal static class Sample
{
    public const long One = 1_000_000_000;

    public static readonly ClassPair Pair = new(Keccak256.Hash("class of the primary"), Keccak256.Hash("another"));

    public static readonly Thresholds Text = Thresholds.Starting(OutputType.Text, Pair);

    /// <summary>A token whose first choice is itself at gap 0, or another one that is so much likelier.</summary>
    /// <param name="gap">Thousandths of a nat.</param>
    public static TokenChoice Token(uint id, int gap = 0)
    {
        const short first = -700;
        var other = id + 1_000_000;
        return gap == 0
            ? new TokenChoice(id, first, [new(id, first), new(other, -2_600)])
            : new TokenChoice(id, (short)(first - gap), [new(other, first), new(id, (short)(first - gap))]);
    }

    /// <summary>An answer of which the checker would have chosen a share otherwise.</summary>
    /// <param name="rate">Share of tokens that are not the first choice.</param>
    /// <param name="meanGap">Of those, in nats, exponentially distributed.</param>
    public static TokenChoice[] Answer(Random random, int tokens, double rate, double meanGap) =>
        [.. Enumerable.Range(1, tokens).Select(id => Token((uint)id, random.NextDouble() < rate
            ? 1 + (int)Math.Min(9_000, -1_000 * meanGap * Math.Log(1 - random.NextDouble()))
            : 0))];

    public static uint[] Ids(IEnumerable<TokenChoice> tokens) => [.. tokens.Select(token => token.Id)];

    /// <summary>How often an experiment is run: few by default, more by the environment.</summary>
    public static int Runs(string variable, int few) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var runs) ? runs : few;
}
