namespace Marketplace.Fleet.Policies;

/// <summary>iExec's Proof of Contribution: workers are asked until their scores outweigh the wanted trust.</summary>
/// <remarks>Source: PoCo v5, IexecPoco2Facet.sol: contribute and checkConsensus.</remarks>
/// <param name="trust">2 and up.</param>
public sealed class IExec(int trust) : IPolicy
{
    private readonly Tally scores = new();

    /// <summary>What one contribution multiplies its group by: 2 for a stranger.</summary>
    public static long WeightOf(int score) => Math.Max(score / 3, 3) - 1;

    /// <summary>What a score is after a fault.</summary>
    public static int AfterFault(int score) => (int)(score * 2L / 3);

    /// <summary>The weights of a vote so far.</summary>
    /// <param name="contributions">Each contribution's answer and its worker's score, in order of arrival.</param>
    /// <returns>The group of the last answer, and all groups and one.</returns>
    public static (Int128 Group, Int128 Total) Weigh(IEnumerable<(Answer Answer, int Score)> contributions)
    {
        var groups = new Dictionary<Answer, Int128>();
        var (group, total) = (Int128.Zero, Int128.One);
        foreach (var (answer, score) in contributions)
        {
            var before = groups.GetValueOrDefault(answer);
            group = Int128.Max(before, 1) * WeightOf(score);
            groups[answer] = group;
            total += group - before;
        }

        return (group, total);
    }

    /// <summary>Whether the group of the last answer outweighs all others by the trust.</summary>
    public static bool IsConsensus(Int128 group, Int128 total, int trust) => group * trust > total * (trust - 1);

    public Ruling Decide(IReadOnlyList<Ballot> ballots)
    {
        var (group, total) = Weigh(ballots.Select(ballot => (ballot.Answer, scores[ballot.Provider])));
        if (IsConsensus(group, total, trust))
        {
            return new AcceptAnswer(ballots[^1].Answer, Mark.Valid, Mark.Fault);
        }

        return ballots.Count < 2 * Majority.MostRuns ? new AskMore(1) : new AskReference();
    }

    public bool MayCheck(int provider, IReadOnlyList<Ballot> ballots) => Majority.IsNew(provider, ballots);

    public Aftermath Record(int provider, Mark mark)
    {
        scores[provider] = mark == Mark.Valid ? scores[provider] + 1 : AfterFault(scores[provider]);
        return Aftermath.Nothing;
    }

    public bool IsSuspected(int provider) => false;
}
