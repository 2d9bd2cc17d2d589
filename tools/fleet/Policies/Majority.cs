namespace Marketplace.Fleet.Policies;

/// <summary>Votes by number alone, as the rivals count them.</summary>
public static class Majority
{
    /// <summary>After so many runs the largest group is taken, whatever its size (BOINC's order of 8x).</summary>
    public const int MostRuns = 9;

    /// <summary>The first answer that two give is accepted; runs are asked for one by one.</summary>
    public static Ruling Decide(IReadOnlyList<Ballot> ballots) => FirstTo(2, ballots, MostRuns);

    /// <summary>The first answer that so many give is accepted (m-first), or the leader's in the end.</summary>
    public static Ruling FirstTo(int enough, IReadOnlyList<Ballot> ballots, int mostRuns)
    {
        var leader = ballots.MaxBy(ballot => CountOf(ballot.Answer, ballots)).Answer;
        return CountOf(leader, ballots) >= enough || ballots.Count >= mostRuns
            ? new AcceptAnswer(leader, Mark.Valid, Mark.Fault)
            : new AskMore(1);
    }

    /// <summary>Whether it has not run the job yet: all that the rivals ask of a checker.</summary>
    public static bool IsNew(int provider, IReadOnlyList<Ballot> ballots)
    {
        for (var index = 0; index < ballots.Count; index++)
        {
            if (ballots[index].Provider == provider)
            {
                return false;
            }
        }

        return true;
    }

    private static int CountOf(Answer answer, IReadOnlyList<Ballot> ballots) =>
        ballots.Count(ballot => ballot.Answer == answer);
}

/// <summary>Every job is run twice, and until two agree.</summary>
public sealed class Duplication : IPolicy
{
    public Ruling Decide(IReadOnlyList<Ballot> ballots) =>
        ballots.Count == 1 ? new AskMore(1) : Majority.Decide(ballots);

    public bool MayCheck(int provider, IReadOnlyList<Ballot> ballots) => Majority.IsNew(provider, ballots);

    public Aftermath Record(int provider, Mark mark) => Aftermath.Nothing;

    public bool IsSuspected(int provider) => false;
}
