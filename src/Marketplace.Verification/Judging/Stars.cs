using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Verification.Judging;

/// <summary>One execution of a disputed job.</summary>
/// <param name="StakeMicro">The executor's bond, in micro-tokens: the second word in a tie.</param>
/// <param name="Odds">Of being right, by its record; the judgement caps them.</param>
public sealed record Vote(EthAddress Executor, Hash32 Digest, long StakeMicro, Odds Odds);

/// <summary>A result and the votes that match it: a star, since matching need not be transitive.</summary>
/// <param name="Canonical">The vote at the centre.</param>
/// <param name="Members">All votes that match it, itself included.</param>
public sealed record Star(int Canonical, IReadOnlyList<int> Members);

/// <summary>Divides votes into stars (BOINC's canonical result; verification 5.9).</summary>
public static class Stars
{
    /// <summary>Takes the largest star out, then the largest of what is left, until no vote is left.</summary>
    /// <remarks>Ties go to the larger stake of the star, then to the lower digest, then to the lower address, so that
    /// the order in which results came in decides nothing.</remarks>
    public static IReadOnlyList<Star> Of(IReadOnlyList<Vote> votes, Comparisons comparisons)
    {
        Invariant.Holds(votes.Count == comparisons.Count, "every vote is compared with every other");
        var left = Enumerable.Range(0, votes.Count).ToHashSet();
        var stars = new List<Star>();
        while (left.Count > 0)
        {
            var star = left.Select(centre => Within(left, centre, comparisons))
                .OrderByDescending(candidate => candidate.Members.Count)
                .ThenByDescending(candidate => Stake(votes, candidate))
                .ThenBy(candidate => votes[candidate.Canonical].Digest)
                .ThenBy(candidate => votes[candidate.Canonical].Executor)
                .First();
            stars.Add(star);
            left.ExceptWith(star.Members);
        }

        return stars;
    }

    private static Star Within(HashSet<int> left, int centre, Comparisons comparisons) =>
        new(centre, [.. comparisons.StarOf(centre).Where(left.Contains)]);

    private static BigInteger Stake(IReadOnlyList<Vote> votes, Star star) =>
        star.Members.Aggregate(BigInteger.Zero, (sum, vote) => sum + votes[vote].StakeMicro);
}
