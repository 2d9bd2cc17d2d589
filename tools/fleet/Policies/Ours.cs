using Marketplace.Kernel;
using Marketplace.Verification.Auditing;
using Marketplace.Verification.Deterrence;
using Marketplace.Verification.Judging;

namespace Marketplace.Fleet.Policies;

/// <summary>The market's own rules: every decision is made by the function that the product makes it with.</summary>
/// <remarks>
/// Two things are said in another way, for speed, and tests hold them equal: the checker is drawn by drawing anyone
/// until one may check (with equal stakes the same distribution as <see cref="CheckerDraw"/>), and held pay is counted
/// by <see cref="Holds"/>.
/// </remarks>
public sealed class Ours : IPolicy
{
    private static readonly TokenAmount Price = new(1_000_000);
    private static readonly HeldPayRules HeldRules = HeldPayRules.At(Price);

    private readonly FleetTerms terms;
    private readonly Holds holds;
    private readonly SplitMix64 random;
    private readonly Hash32 preimage;
    private readonly AuditRules rules;
    private readonly Registrations registrations = new();
    private readonly List<Standing> standings = [];
    private readonly List<Queue<EthAddress>> lastCheckers = [];

    public Ours(FleetTerms terms, Holds holds, SplitMix64 random)
    {
        this.terms = terms;
        this.holds = holds;
        this.random = random;
        preimage = random.Hash();
        rules = AuditRules.Default with { Floor = terms.Floor };
    }

    /// <summary>So many jobs of one price are worth what must be held, and what a fault takes.</summary>
    public static int RequiredJobsUp { get; } = (int)((HeldRules.Required.Micro + Price.Micro - 1) / Price.Micro);

    public Ruling Decide(IReadOnlyList<Ballot> ballots)
    {
        if (ballots.Count == 1)
        {
            return IsDrawn(ballots[0].Provider)
                ? new AskMore(1)
                : new AcceptAnswer(ballots[0].Answer, Mark.None, Mark.None);
        }

        if (ballots.Count == 2)
        {
            Remember(ballots[0].Provider, ballots[1].Provider);
        }

        var votes = ballots.Select(Vote).ToList();
        var comparisons = Comparisons.Of(votes.Count, (left, right) =>
            votes[left].Digest == votes[right].Digest ? Agreement.Match : Agreement.Mismatch);
        return Judge.Decide(votes, comparisons, JudgingRules.Default) switch
        {
            MoreVotes more => new AskMore(more.Count),
            Accepted accepted => new AcceptAnswer(
                ballots[accepted.Canonical].Answer, Mark.Valid, accepted.AtFault.Count > 0 ? Mark.Fault : Mark.None),
            ReferenceNeeded => new AskReference(),
            var other => throw new InvariantViolationException($"Answers that are equal or not cannot be {other}."),
        };
    }

    public bool MayCheck(int provider, IReadOnlyList<Ballot> ballots)
    {
        var primary = ballots[0].Provider;
        var involved = ballots.Skip(1).Select(ballot => registrations[ballot.Provider].Party).ToList();
        return DrawRules.Default.ExclusionOf(
            registrations[provider], registrations[primary].Party, involved, [.. CheckersOf(primary)])
            == CheckerExclusion.None;
    }

    public Aftermath Record(int provider, Mark mark)
    {
        if (mark == Mark.Valid)
        {
            standings[provider] = Of(provider).AfterValid(terms.Steps);
            return Aftermath.Nothing;
        }

        var (after, consequence) = Of(provider).AfterFault(FaultKind.Outvoted, terms.Steps);
        standings[provider] = after;
        return new Aftermath(
            consequence.Forfeiture == Forfeiture.Fee ? RequiredJobsUp : 0, after.IsEjected, consequence.Backtracks);
    }

    public bool IsSuspected(int provider) => Of(provider).Suspicion.IsAny;

    private bool IsDrawn(int provider)
    {
        var standing = Of(provider);
        var counted = new TokenAmount(Price.Micro * holds.CountOf(provider));
        var probability = AuditProbability.Of(
            new AuditStanding(standing.ValidInARow, standing.Suspicion.NanoNats, counted),
            terms.NeedsHeldPay ? HeldRules.Required : TokenAmount.Zero,
            AssuranceLevel.Spot,
            rules);
        return AuditLottery.IsDrawn(new DrawSeed(preimage, random.Hash(), random.Hash()), probability);
    }

    private Vote Vote(Ballot ballot)
    {
        var standing = Of(ballot.Provider);
        var registration = registrations[ballot.Provider];
        return new Vote(
            registration.Party.Provider,
            ballot.Answer.Digest(),
            registration.StakeMicro,
            Odds.OfRecord(standing.Valid, standing.Faulty));
    }

    private Standing Of(int provider)
    {
        while (standings.Count <= provider)
        {
            standings.Add(Standing.Newcomer);
        }

        return standings[provider];
    }

    private void Remember(int primary, int checker)
    {
        var last = CheckersOf(primary);
        last.Enqueue(registrations[checker].Party.Provider);
        if (last.Count > DrawRules.Default.PairWindow)
        {
            last.Dequeue();
        }
    }

    private Queue<EthAddress> CheckersOf(int primary)
    {
        while (lastCheckers.Count <= primary)
        {
            lastCheckers.Add([]);
        }

        return lastCheckers[primary];
    }
}
