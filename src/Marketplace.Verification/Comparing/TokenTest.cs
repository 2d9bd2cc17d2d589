namespace Marketplace.Verification.Comparing;

/// <summary>
/// What one token adds to the log-likelihood ratio, and where it decides, in billionths of a nat. Whole numbers, so
/// that every machine adds up to the same.
/// </summary>
/// <param name="MatchStep">ln((1 - q1) / (1 - q0)), negative.</param>
/// <param name="MismatchStep">ln(q1 / q0), positive.</param>
/// <param name="Band">Agreement up to ln(beta / (1 - alpha)), difference from ln((1 - beta) / alpha) on.</param>
/// <param name="MostTokens">Tokens of one answer that are looked at.</param>
public sealed record TokenTestPlan(long MatchStep, long MismatchStep, Band Band, int MostTokens)
{
    /// <summary>
    /// q0 = 0.02, above the worst honest rate of tokens that differ; q1 = 0.08; alpha = 1e-6; beta = 1e-3
    /// (verification 5.8, 6.6).
    /// </summary>
    public static readonly TokenTestPlan Standard =
        new(-63_178_902, 1_386_294_361, new Band(-6_907_754_279, 13_814_510_058), 1_024);

    /// <summary>The plan of a sequential probability ratio test (Wald 1945).</summary>
    /// <param name="honestRate">q0, between 0 and <paramref name="badRate"/>.</param>
    /// <param name="badRate">q1, below 1.</param>
    /// <param name="alpha">Chance to reject at q0.</param>
    /// <param name="beta">Chance to accept at q1.</param>
    public static TokenTestPlan For(double honestRate, double badRate, double alpha, double beta, int mostTokens) =>
        new(
            IeeeMath.ToBillionths(IeeeMath.Ln((1 - badRate) / (1 - honestRate))),
            IeeeMath.ToBillionths(IeeeMath.Ln(badRate / honestRate)),
            new Band(
                IeeeMath.ToBillionths(IeeeMath.Ln(beta / (1 - alpha))),
                IeeeMath.ToBillionths(IeeeMath.Ln((1 - beta) / alpha))),
            mostTokens);
}

/// <summary>A sequential test over an answer's tokens: each is the checker's first choice or is not.</summary>
/// <param name="Ratio">Log-likelihood ratio so far, in billionths of a nat.</param>
/// <param name="Tokens">Tokens so far; those after the decision are not counted.</param>
public sealed record TokenTest(TokenTestPlan Plan, long Ratio, int Tokens, int Mismatches)
{
    public TokenTest(TokenTestPlan plan)
        : this(plan, 0, 0, 0)
    {
    }

    /// <summary>Accepted, rejected, or not yet known.</summary>
    public Outcome Outcome => Plan.Band.Judge(Ratio);

    public bool IsOver => Outcome != Outcome.Inconclusive || Tokens >= Plan.MostTokens;

    /// <summary>One more token. A test that is over stays as it is.</summary>
    public TokenTest Take(bool isMismatch) => IsOver
        ? this
        : this with
        {
            Ratio = checked(Ratio + (isMismatch ? Plan.MismatchStep : Plan.MatchStep)),
            Tokens = Tokens + 1,
            Mismatches = Mismatches + (isMismatch ? 1 : 0),
        };
}

/// <summary>
/// The sum of short answers of one provider in one class. One short answer proves little and is paid; only when
/// together they prove as much as a long one do they count as one passed check (verification 5.8).
/// </summary>
/// <param name="Ratio">In billionths of a nat, never above 0.</param>
public readonly record struct CarriedRatio(long Ratio)
{
    /// <summary>Adds what an answer carried.</summary>
    /// <returns>The sum after it, and whether a check has been passed; then the sum begins again.</returns>
    public (CarriedRatio Next, bool HasPassed) Add(long carried, TokenTestPlan plan)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(carried, 0);
        var sum = checked(Ratio + carried);
        return sum <= plan.Band.OkUpTo ? (default, true) : (new CarriedRatio(sum), false);
    }
}
