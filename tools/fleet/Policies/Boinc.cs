namespace Marketplace.Fleet.Policies;

/// <summary>BOINC's adaptive replication, version 10: trust grows with valid results, without a floor.</summary>
/// <remarks>Source: sched/sched_send.cpp and validator.cpp; only replicated jobs count.</remarks>
public sealed class Boinc(SplitMix64 random, bool ejects) : IPolicy
{
    private const int Trial = 10;

    private readonly Tally validInARow = new();

    /// <summary>One job in so many is replicated.</summary>
    public static int OneIn(int validInARow) => validInARow < Trial ? 1 : validInARow;

    public Ruling Decide(IReadOnlyList<Ballot> ballots)
    {
        if (ballots.Count > 1)
        {
            return Majority.Decide(ballots);
        }

        return random.Below(OneIn(validInARow[ballots[0].Provider])) == 0
            ? new AskMore(1)
            : new AcceptAnswer(ballots[0].Answer, Mark.None, Mark.None);
    }

    public bool MayCheck(int provider, IReadOnlyList<Ballot> ballots) => Majority.IsNew(provider, ballots);

    public Aftermath Record(int provider, Mark mark)
    {
        validInARow[provider] = mark == Mark.Valid ? validInARow[provider] + 1 : 0;
        return mark == Mark.Fault && ejects ? Aftermath.Ejection : Aftermath.Nothing;
    }

    public bool IsSuspected(int provider) => validInARow[provider] < Trial;
}

/// <summary>A number for each provider, 0 for one that was not seen yet.</summary>
internal sealed class Tally
{
    private readonly List<int> numbers = [];

    public int this[int provider]
    {
        get => provider < numbers.Count ? numbers[provider] : 0;
        set
        {
            while (numbers.Count <= provider)
            {
                numbers.Add(0);
            }

            numbers[provider] = value;
        }
    }
}
