namespace Marketplace.Verification.Auditing;

/// <summary>How sure the buyer wants to be (verification 5.2).</summary>
public enum AssuranceLevel : byte
{
    /// <summary>L0: delivered at once, checked now and then. The check is paid out of the operator's fee.</summary>
    Spot = 0,

    /// <summary>L1: delivered at once, always checked.</summary>
    Dual = 1,

    /// <summary>L2: delivered when two equal results lead.</summary>
    Quorum = 2,

    /// <summary>L3: delivered when the results are as credible as the buyer asked.</summary>
    Credible = 3,
}

/// <summary>What a level costs on top of one execution, in ten-thousandths of the job's price.</summary>
public static class AssurancePrice
{
    private const int OneExecutionBps = 10_000;
    private const int DisputeReserveBps = 1_000;

    /// <summary>The surcharge that a quote shows.</summary>
    /// <param name="fleetMean">The fleet's mean audit probability: what a spot check costs on average.</param>
    /// <param name="votes">How many equal results the asked credibility needs; used by L3 alone, 2 and up.</param>
    /// <returns>Ten-thousandths, rounded up. L0 names the cost that the fee bears, not an extra charge.</returns>
    public static int OnTopBpsUp(AssuranceLevel level, PartsPerMillion fleetMean, int votes) => level switch
    {
        AssuranceLevel.Spot => (fleetMean.Value + 99) / 100,
        AssuranceLevel.Dual => OneExecutionBps,
        // A second execution always, and a third where the two differ: about one job in ten is priced in.
        AssuranceLevel.Quorum => OneExecutionBps + DisputeReserveBps,
        AssuranceLevel.Credible => OnTopOfOne(votes),
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "There is no such level."),
    };

    private static int OnTopOfOne(int votes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(votes, 2);
        return (votes - 1) * OneExecutionBps;
    }
}
