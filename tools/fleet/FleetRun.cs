namespace Marketplace.Fleet;

/// <summary>What one run came to. Counts are exact; rates are rounded down.</summary>
/// <param name="Executions">All runs of all jobs, those of checks, of references and of backtracking with them.</param>
/// <param name="Wrong">Jobs that were settled with a wrong result, or paid back to a buyer who was not told.</param>
/// <param name="Cheaters">All that ever served.</param>
public sealed record FleetRun(
    ulong Seed,
    int Jobs,
    long Executions,
    long Wrong,
    int Cheaters,
    int CheatersEjected,
    int Honest,
    int HonestEjected,
    int References)
{
    /// <summary>Executions by jobs, in millionths: 1,000,000 is no overhead.</summary>
    public long OverheadPpm => Executions * 1_000_000 / Jobs;

    /// <summary>Wrong settled results in 10^9 jobs: a thousandth of those per million.</summary>
    public long WrongPerBillion => Wrong * 1_000_000_000 / Jobs;

    /// <summary>Wrong settled results for each cheater, in thousandths; 0 without cheaters.</summary>
    public long WrongPerCheaterMilli => Cheaters == 0 ? 0 : Wrong * 1_000 / Cheaters;
}
