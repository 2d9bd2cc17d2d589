using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Verification.Judging;

/// <summary>The odds that a voter is right: a whole number of each side, so that no rounding decides.</summary>
/// <param name="For">1 and up.</param>
/// <param name="Against">1 and up.</param>
public readonly record struct Odds(long For, long Against)
{
    /// <summary>
    /// (1 - eps) / eps with eps = (b + 1) / (a + b + 10): a Beta(9, 1) prior, a newcomer errs at 10 %.
    /// </summary>
    public static Odds OfRecord(int valid, int faulty) => new(valid + 9L, faulty + 1L);

    /// <summary>
    /// w_cap = (1 - r) / r: a record never weighs more than the chance that its owner is in the ring.
    /// </summary>
    public static Odds Cap(PartsPerMillion collusion) => new(PartsPerMillion.Whole - collusion.Value, collusion.Value);

    public static Odds Min(Odds left, Odds right) =>
        (Int128)left.For * right.Against <= (Int128)right.For * left.Against ? left : right;
}

/// <summary>How sure the votes make us of one group (Sarmenta's credibility; verification 5.9).</summary>
/// <remarks>Cr(g) = P(g) / (1 + sum of P(h) over all groups), with P the product of the odds of a group.</remarks>
public readonly record struct Credibility
{
    private readonly BigInteger numerator;
    private readonly BigInteger denominator;

    private Credibility(BigInteger numerator, BigInteger denominator)
    {
        this.numerator = numerator;
        this.denominator = denominator;
    }

    /// <summary>The credibility of each group, in the order of <paramref name="groups"/>.</summary>
    /// <param name="groups">The odds of the members of each group; no group is empty.</param>
    public static IReadOnlyList<Credibility> Of(IReadOnlyList<IReadOnlyList<Odds>> groups)
    {
        // Over the common denominator D, the product of everything against: P(g) = weight(g) / D.
        var common = groups.SelectMany(group => group).Aggregate(BigInteger.One, (all, odds) => all * odds.Against);
        var weights = groups.Select(group => Product(group, odds => odds.For)
            * (common / Product(group, odds => odds.Against))).ToList();
        var total = weights.Aggregate(common, (sum, weight) => sum + weight);

        return weights.ConvertAll(weight => new Credibility(weight, total));
    }

    /// <summary>Whether it is at least <paramref name="partsPerMillion"/>, decided without rounding.</summary>
    public bool IsAtLeast(PartsPerMillion partsPerMillion) =>
        numerator * PartsPerMillion.Whole >= denominator * partsPerMillion.Value;

    /// <summary>In parts per 10^9, rounded down: to be shown and published, not to decide.</summary>
    public long PerBillionDown() => (long)(numerator * 1_000_000_000 / denominator);

    /// <summary>
    /// How many equal voices of these odds are needed against nobody: the least m with w^m / (1 + w^m).
    /// </summary>
    /// <param name="theta">Above one half and below one.</param>
    public static int VotesFor(PartsPerMillion theta, Odds each)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(theta.Value, PartsPerMillion.Whole);
        Invariant.Holds(each.For > each.Against, "voices that are as often wrong as right add up to nothing");

        var votes = new List<Odds> { each };
        while (!Of([votes])[0].IsAtLeast(theta))
        {
            votes.Add(each);
        }

        return votes.Count;
    }

    private static BigInteger Product(IEnumerable<Odds> group, Func<Odds, long> side) =>
        group.Aggregate(BigInteger.One, (product, odds) => product * side(odds));
}
