using Marketplace.Kernel;

namespace Marketplace.Verification.Auditing;

/// <summary>Why no checkers were drawn.</summary>
public enum DrawRejection : byte
{
    /// <summary>A provider is listed twice: it would be drawn with twice its weight.</summary>
    ListedTwice = 1,

    /// <summary>Fewer may be drawn than were asked for. None is, so that nothing hangs on a partial draw.</summary>
    TooFewEligible = 2,
}

/// <summary>One round of the draw, with all that is needed to do it again by hand.</summary>
public sealed record CheckerRound(int Round, long Ticket, long TotalWeight, Candidate Drawn);

/// <summary>Draws who checks a job, by capped stake, without replacement (verification 5.5.4).</summary>
public static class CheckerDraw
{
    /// <param name="involved">All that were already asked to run this job again: the result of earlier draws.</param>
    /// <param name="firstRound">How many rounds this job had before: no round is drawn twice.</param>
    public static Result<IReadOnlyList<CheckerRound>, DrawRejection> Draw(
        DrawSeed seed,
        DrawRules rules,
        Party primary,
        IReadOnlyList<Candidate> candidates,
        IReadOnlyList<Party> involved,
        IReadOnlyList<EthAddress> lastCheckers,
        int firstRound,
        int count)
    {
        if (candidates.DistinctBy(candidate => candidate.Party.Provider).Count() != candidates.Count)
        {
            return DrawRejection.ListedTwice;
        }

        var inOrder = candidates.OrderBy(candidate => candidate.Party.Provider).ToList();
        var taken = involved.ToList();
        var rounds = new List<CheckerRound>(count);
        for (var round = firstRound; round < firstRound + count; round++)
        {
            var eligible = inOrder.Where(candidate =>
                rules.ExclusionOf(candidate, primary, taken, lastCheckers) == CheckerExclusion.None).ToList();
            if (eligible.Count == 0)
            {
                return DrawRejection.TooFewEligible;
            }

            rounds.Add(DrawOne(seed, round, eligible, rules.WeightCapMicro));
            taken.Add(rounds[^1].Drawn.Party);
        }

        return rounds;
    }

    private static CheckerRound DrawOne(DrawSeed seed, int round, List<Candidate> eligible, long cap)
    {
        var total = eligible.Sum(candidate => Weight(candidate, cap));
        var ticket = seed.CheckerTicket(round, total);

        var passed = 0L;
        var drawn = eligible.First(candidate => (passed += Weight(candidate, cap)) > ticket);
        return new CheckerRound(round, ticket, total, drawn);
    }

    private static long Weight(Candidate candidate, long cap) => Math.Min(candidate.StakeMicro, cap);
}
