namespace Marketplace.Verification.Judging;

/// <summary>What becomes of an answer that comes after the verdict (BOINC's straggler; verification 5.10).</summary>
public enum StragglerOutcome : byte
{
    /// <summary>It matches the accepted result: full pay, and no trust gained.</summary>
    Paid = 1,

    /// <summary>It differs: logged, a step of suspicion, no fee.</summary>
    Suspected = 2,

    /// <summary>It can be compared with nothing: no pay, no change.</summary>
    Unpaid = 3,

    /// <summary>The accepted result is no longer kept: nothing.</summary>
    TooLate = 4,
}

/// <summary>Judges late answers against the accepted result alone: nobody votes a second time.</summary>
public static class Stragglers
{
    /// <param name="withAccepted">The comparison with the accepted result; null once that is pruned.</param>
    public static (StragglerOutcome Outcome, Standing After) Judge(
        Standing standing, Agreement? withAccepted, SuspicionSteps steps) => withAccepted switch
        {
            null => (StragglerOutcome.TooLate, standing),
            Agreement.Match => (StragglerOutcome.Paid, standing),
            Agreement.Inconclusive => (StragglerOutcome.Unpaid, standing),
            Agreement.Mismatch => (StragglerOutcome.Suspected, standing.AfterStraggler(steps)),
            _ => throw new ArgumentOutOfRangeException(nameof(withAccepted), withAccepted, "No such agreement."),
        };
}
