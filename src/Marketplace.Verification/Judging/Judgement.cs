using Marketplace.Kernel;

namespace Marketplace.Verification.Judging;

/// <summary>What it takes to accept a result, and to fault those who gave another (verification 5.9).</summary>
/// <param name="Accept">The credibility at which a result is accepted and paid.</param>
/// <param name="Fault">The credibility at which the others are at fault, or an asked level is met.</param>
/// <param name="FaultMembers">So many must agree before anybody is at fault.</param>
/// <param name="Collusion">r: caps what a record can weigh.</param>
/// <param name="MostVotes">After so many executions the votes are given up.</param>
public sealed record JudgingRules(
    PartsPerMillion Accept, PartsPerMillion Fault, int FaultMembers, PartsPerMillion Collusion, int MostVotes)
{
    public static JudgingRules Default { get; } = new(
        new PartsPerMillion(980_000), new PartsPerMillion(998_000), 3, new PartsPerMillion(100_000), 9);
}

/// <summary>What the votes so far mean.</summary>
public abstract record Judgement;

/// <summary>So many executors more, asked at once.</summary>
public sealed record MoreVotes(int Count) : Judgement;

/// <summary>Nothing could be told apart or found equal: one more, of the primary's own class of machines.</summary>
public sealed record VoteOfOwnClass : Judgement;

/// <summary>Still nothing could be told apart: the job is paid, and no record changes.</summary>
public sealed record PaidUndecided : Judgement;

/// <summary>A result is accepted.</summary>
/// <param name="Right">The votes that match it.</param>
/// <param name="AtFault">Votes told apart from it by enough others; empty where they only are not paid.</param>
/// <param name="Unpaid">Votes outside the group that are at no fault: inconclusive, or outvoted by too few.</param>
public sealed record Accepted(
    int Canonical, IReadOnlyList<int> Right, IReadOnlyList<int> AtFault, IReadOnlyList<int> Unpaid) : Judgement;

/// <summary>All executions are spent and no group leads: the reference nodes decide.</summary>
public sealed record ReferenceNeeded : Judgement;

/// <summary>Judges a checked job from its votes alone; votes[0] is the primary's (verification 5.9 and 5.10).</summary>
public static class Judge
{
    public static Judgement Decide(IReadOnlyList<Vote> votes, Comparisons comparisons, JudgingRules rules)
    {
        Invariant.Holds(votes.Count >= 2, "a judgement needs a result and a check of it");
        Invariant.Holds(votes.DistinctBy(vote => vote.Executor).Count() == votes.Count, "one executor has one vote");

        if (comparisons.IsOnlyInconclusive)
        {
            return votes.Count == 2 ? new VoteOfOwnClass() : new PaidUndecided();
        }

        var stars = Stars.Of(votes, comparisons);
        var credibilities = Credibilities(votes, stars, rules);
        var isUndisputed = !IsDisputed(comparisons, votes.Count);
        if (isUndisputed && stars[0].Members.Contains(0))
        {
            return Accept(stars[0], votes.Count, comparisons, isFault: false);
        }

        var isFault = stars[0].Members.Count >= rules.FaultMembers && credibilities[0].IsAtLeast(rules.Fault);
        if (isFault || (votes.Count >= rules.MostVotes && credibilities[0].IsAtLeast(rules.Accept)))
        {
            return Accept(stars[0], votes.Count, comparisons, isFault);
        }

        return votes.Count >= rules.MostVotes
            ? new ReferenceNeeded()
            : new MoreVotes(NextVotes(votes.Count, rules));
    }

    /// <summary>Judges work of level L3: accepted once it is as credible as the buyer asked.</summary>
    /// <param name="theta">The asked credibility.</param>
    public static Judgement DecideCredible(
        IReadOnlyList<Vote> votes, Comparisons comparisons, PartsPerMillion theta, JudgingRules rules)
    {
        var stars = Stars.Of(votes, comparisons);
        var credibility = Credibilities(votes, stars, rules)[0];
        if (credibility.IsAtLeast(theta))
        {
            var isFault = stars[0].Members.Count >= rules.FaultMembers && credibility.IsAtLeast(rules.Fault);
            return Accept(stars[0], votes.Count, comparisons, isFault);
        }

        return votes.Count >= rules.MostVotes ? new ReferenceNeeded() : new MoreVotes(1);
    }

    private static IReadOnlyList<Credibility> Credibilities(
        IReadOnlyList<Vote> votes, IReadOnlyList<Star> stars, JudgingRules rules)
    {
        var cap = Odds.Cap(rules.Collusion);
        return Credibility.Of([.. stars.Select(star =>
            (IReadOnlyList<Odds>)[.. star.Members.Select(vote => Odds.Min(votes[vote].Odds, cap))])]);
    }

    // The first two further executors run at once: one alone could only make it two against one, which decides nothing.
    private static int NextVotes(int votesSoFar, JudgingRules rules) =>
        Math.Min(votesSoFar == 2 ? 2 : 1, rules.MostVotes - votesSoFar);

    private static bool IsDisputed(Comparisons comparisons, int count) => Enumerable.Range(0, count)
        .Any(left => Enumerable.Range(0, count).Any(right => comparisons[left, right] == Agreement.Mismatch));

    private static Accepted Accept(Star star, int count, Comparisons comparisons, bool isFault)
    {
        var outside = Enumerable.Range(0, count).Except(star.Members).ToList();
        var atFault = isFault
            ? outside.Where(vote => comparisons[star.Canonical, vote] == Agreement.Mismatch).ToList()
            : [];
        return new Accepted(star.Canonical, star.Members, atFault, [.. outside.Except(atFault)]);
    }
}
