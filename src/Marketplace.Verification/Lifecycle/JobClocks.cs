namespace Marketplace.Verification.Lifecycle;

/// <summary>The clocks of one attempt, as multiples of tau (iExec's ratios 7, 2 and 10; verification 5.3).</summary>
/// <remarks>tau is the 95th percentile of the class's run time for the asked length. Instants are block time: while
/// the chain halts, <see cref="AfterOutage"/> puts every clock off by as long.</remarks>
public sealed record JobClocks(DateTimeOffset CommitBy, DateTimeOffset RevealBy, DateTimeOffset FinalBy)
{
    private const int CommitTaus = 7;
    private const int RevealTaus = 2;
    private const int FinalTaus = 10;

    /// <param name="tau">Above zero.</param>
    public static JobClocks From(DateTimeOffset assignedAt, TimeSpan tau)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(tau, TimeSpan.Zero);
        return new JobClocks(
            assignedAt + (tau * CommitTaus),
            assignedAt + (tau * (CommitTaus + RevealTaus)),
            assignedAt + (tau * FinalTaus));
    }

    public JobClocks AfterOutage(TimeSpan outage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outage, TimeSpan.Zero);
        return new JobClocks(CommitBy + outage, RevealBy + outage, FinalBy + outage);
    }
}
