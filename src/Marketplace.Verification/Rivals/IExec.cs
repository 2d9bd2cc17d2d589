using System.Numerics;

namespace Marketplace.Verification.Rivals;

/// <summary>The weight of one group of equal results, and of all votes with the chance that all are wrong.</summary>
public readonly record struct IExecTally(BigInteger Group, BigInteger Total);

/// <summary>iExec's consensus, to be compared with (IexecPoco2Facet.sol; verification 1.2).</summary>
public static class IExec
{
    private const int ScoreParts = 3;
    private const int LeastWeight = 3;

    /// <summary>max(score / 3, 3) - 1, in whole numbers: 2 and up.</summary>
    public static int Weight(int score) => Math.Max(score / ScoreParts, LeastWeight) - 1;

    /// <summary>A wrong or unrevealed contribution keeps two thirds of a score, rounded down.</summary>
    public static int ScoreAfterFault(int score) => score - ((score + ScoreParts - 1) / ScoreParts);

    /// <summary>The product of a group's weights against one and the sum of all groups' products.</summary>
    /// <param name="scores">The scores of each group's workers; no group is empty.</param>
    public static IExecTally Tally(IReadOnlyList<IReadOnlyList<int>> scores, int group)
    {
        var products = scores.Select(members =>
            members.Aggregate(BigInteger.One, (product, score) => product * Weight(score))).ToList();
        return new IExecTally(products[group], products.Aggregate(BigInteger.One, (sum, product) => sum + product));
    }

    /// <summary>group * trust &gt; total * (trust - 1): the confidence is above 1 - 1 / trust.</summary>
    public static bool IsConsensus(IExecTally tally, int trust) => tally.Group * trust > tally.Total * (trust - 1);
}
