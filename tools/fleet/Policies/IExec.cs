using Rule = Marketplace.Verification.Rivals.IExec;

namespace Marketplace.Fleet.Policies;

/// <summary>iExec's Proof of Contribution: workers are asked until their scores outweigh the wanted trust.</summary>
/// <remarks>Source: PoCo v5, IexecPoco2Facet.sol: contribute and checkConsensus.</remarks>
/// <param name="trust">2 and up.</param>
public sealed class IExec(int trust) : IPolicy
{
    private readonly Tally scores = new();

    public Ruling Decide(IReadOnlyList<Ballot> ballots)
    {
        var groups = ballots.GroupBy(ballot => ballot.Answer, ballot => scores[ballot.Provider]).ToList();
        var last = groups.FindIndex(group => group.Key == ballots[^1].Answer);
        if (Rule.IsConsensus(Rule.Tally([.. groups.Select(group => group.ToList())], last), trust))
        {
            return new AcceptAnswer(ballots[^1].Answer, Mark.Valid, Mark.Fault);
        }

        return ballots.Count < 2 * Majority.MostRuns ? new AskMore(1) : new AskReference();
    }

    public bool MayCheck(int provider, IReadOnlyList<Ballot> ballots) => Majority.IsNew(provider, ballots);

    public Aftermath Record(int provider, Mark mark)
    {
        scores[provider] = mark == Mark.Valid ? scores[provider] + 1 : Rule.ScoreAfterFault(scores[provider]);
        return Aftermath.Nothing;
    }

    public bool IsSuspected(int provider) => false;
}
