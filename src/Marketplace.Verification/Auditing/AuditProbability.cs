using Marketplace.Kernel;

namespace Marketplace.Verification.Auditing;

/// <summary>What is known of a provider when its job is committed.</summary>
/// <param name="ValidInARow">Checked and found valid without a fault between, in this class of machines.</param>
/// <param name="SuspicionNanoNats">The cumulative sum of its faults; 0 and up, in 10^-9 nats.</param>
/// <param name="CountedHeldPay">Its held pay, as far as it counts.</param>
public sealed record AuditStanding(int ValidInARow, long SuspicionNanoNats, TokenAmount CountedHeldPay);

/// <summary>How often checks are made (verification 5.6 and 5.13).</summary>
/// <param name="Floor">The probability never falls below this, whatever the record.</param>
/// <param name="Trial">So many valid checks in a row are made of a newcomer.</param>
public sealed record AuditRules(PartsPerMillion Floor, int Trial)
{
    public static AuditRules Default { get; } = new(new PartsPerMillion(50_000), 10);
}

/// <summary>The chance that a job is checked: a schedule of trust with a floor (verification 5.6).</summary>
public static class AuditProbability
{
    /// <param name="requiredHeldPay">What must be held before trust is given, at this job's price.</param>
    public static PartsPerMillion Of(
        AuditStanding standing, TokenAmount requiredHeldPay, AssuranceLevel level, AuditRules rules)
    {
        var isAlwaysChecked = level >= AssuranceLevel.Dual
            || standing.ValidInARow < rules.Trial
            || standing.SuspicionNanoNats > 0
            || standing.CountedHeldPay < requiredHeldPay;

        return isAlwaysChecked
            ? PartsPerMillion.Always
            : PartsPerMillion.Max(rules.Floor, OneInUp(standing.ValidInARow));
    }

    /// <summary>1/n, rounded up: a remainder is checked, not waived. A record of nothing is always checked.</summary>
    public static PartsPerMillion OneInUp(int validInARow) => validInARow <= 1
        ? PartsPerMillion.Always
        : new PartsPerMillion((PartsPerMillion.Whole - 1) / validInARow + 1);
}
