using Marketplace.Verification;

namespace Marketplace.Fleet.Policies;

/// <summary>Proof of Sampling: a fixed share of jobs is checked, and the first fault costs the whole stake.</summary>
public sealed class ProofOfSampling(SplitMix64 random, PartsPerMillion share) : IPolicy
{
    public Ruling Decide(IReadOnlyList<Ballot> ballots)
    {
        if (ballots.Count > 1)
        {
            return Majority.Decide(ballots);
        }

        return random.Happens(share)
            ? new AskMore(1)
            : new AcceptAnswer(ballots[0].Answer, Mark.None, Mark.None);
    }

    public bool MayCheck(int provider, IReadOnlyList<Ballot> ballots) => Majority.IsNew(provider, ballots);

    public Aftermath Record(int provider, Mark mark) =>
        mark == Mark.Fault ? Aftermath.Ejection : Aftermath.Nothing;

    public bool IsSuspected(int provider) => false;
}
