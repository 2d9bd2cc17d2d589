using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Verification.Deterrence;

/// <summary>What honesty and cheating are worth in one job (verification 6.1, Proof of Sampling extended).</summary>
/// <param name="Saving">G: what a cheat saves on one job; 1 micro-token and up.</param>
/// <param name="Price">R: what the job pays.</param>
/// <param name="Power">d: the chance that a comparer sees a wrong result.</param>
/// <param name="HonestFault">e0: the chance that it takes a right result for a wrong one.</param>
/// <param name="Collusion">r: the share of stake that may be one ring.</param>
/// <param name="Checkers">k: independent checkers of one audit; 1 to 4.</param>
public sealed record DeterrenceTerms(
    TokenAmount Saving,
    TokenAmount Price,
    PartsPerMillion Power,
    PartsPerMillion HonestFault,
    PartsPerMillion Collusion,
    int Checkers)
{
    private static readonly BigInteger Whole = PartsPerMillion.Whole;

    /// <summary>The design's values: the cheapest fraud saves 60 % of the price, 10 % of stake collude.</summary>
    public static DeterrenceTerms At(TokenAmount price) => new(
        new TokenAmount(checked((long)(((Int128)price.Micro * 6 + 9) / 10))),
        price,
        new PartsPerMillion(990_000),
        new PartsPerMillion(100),
        new PartsPerMillion(100_000),
        1);

    /// <summary>p_min = G / ((R + F) (d (1 - r^k) - e0)): below it, cheating pays.</summary>
    /// <returns>In parts per 10^9, rounded up; above 10^9 where no audit deters.</returns>
    public long LeastAuditPerBillionUp(TokenAmount fee)
    {
        var (advantage, scale) = Advantage();
        var atStake = (BigInteger)Price.Micro + fee.Micro;
        return (long)DivideUp(1_000_000_000 * Saving.Micro * scale, atStake * advantage);
    }

    /// <summary>F_min = G / (p (d (1 - r^k) - e0)) - R: the smallest fee that deters.</summary>
    public TokenAmount LeastFeeUp(PartsPerMillion audit) => FeeUp(audit, safetyTenths: 10);

    /// <summary>F = 1.5 G / (p (d (1 - r^k) - e0)) - R: the fee that is taken for a lost dispute.</summary>
    public TokenAmount FeeUp(PartsPerMillion audit) => FeeUp(audit, safetyTenths: 15);

    /// <summary>What one job is worth to whoever runs it honestly: R - C - p e0 (R + F).</summary>
    /// <returns>In parts of a micro-token: the true value times <see cref="PayoffScale"/>, exactly.</returns>
    public BigInteger HonestPayoff(TokenAmount cost, PartsPerMillion audit, TokenAmount fee) =>
        (((BigInteger)Price.Micro - cost.Micro) * PayoffScale())
        - (Loss(fee, audit) * HonestFault.Value * BigInteger.Pow(Whole, Checkers));

    /// <summary>What it is worth to whoever cheats: R - (C - G) - p d (1 - r^k) (R + F).</summary>
    /// <returns>In parts of a micro-token: the true value times <see cref="PayoffScale"/>, exactly.</returns>
    public BigInteger CheatPayoff(TokenAmount cost, PartsPerMillion audit, TokenAmount fee) =>
        (((BigInteger)Price.Micro - cost.Micro + Saving.Micro) * PayoffScale())
        - (Loss(fee, audit) * Power.Value * Independent());

    /// <summary>How many parts of a micro-token the payoffs count in.</summary>
    public BigInteger PayoffScale() => BigInteger.Pow(Whole, Checkers + 2);

    private TokenAmount FeeUp(PartsPerMillion audit, int safetyTenths)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(audit.Value, 1);
        var (advantage, scale) = Advantage();
        var atStake = DivideUp(Saving.Micro * safetyTenths * Whole * scale, 10 * audit.Value * advantage);
        return new TokenAmount((long)BigInteger.Max(0, atStake - Price.Micro));
    }

    /// <summary>d (1 - r^k) - e0, as a fraction: how much likelier a cheat is caught than an honest provider.</summary>
    private (BigInteger Advantage, BigInteger Scale) Advantage()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Checkers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Checkers, 4);

        var scale = BigInteger.Pow(Whole, Checkers + 1);
        var advantage = (Power.Value * Independent()) - (HonestFault.Value * BigInteger.Pow(Whole, Checkers));
        Invariant.Holds(advantage > 0, "a comparer that accuses the honest as often as the cheat deters nobody");
        return (advantage, scale);
    }

    /// <summary>(1 - r^k), times 10^(6k).</summary>
    private BigInteger Independent() => BigInteger.Pow(Whole, Checkers) - BigInteger.Pow(Collusion.Value, Checkers);

    private BigInteger Loss(TokenAmount fee, PartsPerMillion audit) =>
        ((BigInteger)Price.Micro + fee.Micro) * audit.Value;

    private static BigInteger DivideUp(BigInteger dividend, BigInteger divisor) =>
        (dividend + divisor - 1) / divisor;
}
