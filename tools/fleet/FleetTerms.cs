using Marketplace.Verification;
using Marketplace.Verification.Judging;

namespace Marketplace.Fleet;

/// <summary>What a run is asked to simulate. Every number is part of the report, so that it can be run again.</summary>
/// <param name="Policy">A name of <see cref="FleetPolicies"/>.</param>
/// <param name="Providers">How many serve at the start; <see cref="FewestProviders"/> and up.</param>
/// <param name="Jobs">How many jobs are bought; 1 and up.</param>
public sealed record FleetTerms(string Policy, int Providers, int Jobs)
{
    /// <summary>One checker makes a twentieth of another's checks at most, so there must be many of them.</summary>
    public const int FewestProviders = 50;

    /// <summary>The share of providers that cheat.</summary>
    public PartsPerMillion Cheaters { get; init; } = new(50_000);

    /// <summary>The share of its runs that a cheater answers wrongly.</summary>
    public PartsPerMillion CheatRate { get; init; } = new(50_000);

    /// <summary>The cheaters are one ring: they cheat on the same jobs and give the same wrong answer.</summary>
    public bool Colludes { get; init; }

    /// <summary>So many runs a cheater is honest before it begins.</summary>
    public int SleepRuns { get; init; }

    /// <summary>e0: the share of honest runs that a comparer takes for wrong.</summary>
    public PartsPerMillion Noise { get; init; }

    /// <summary>Cheaters are honest while the policy suspects them.</summary>
    public bool IsAdaptive { get; init; }

    /// <summary>After so many jobs one provider leaves and a stranger of its kind comes; 0 for never.</summary>
    public int ChurnJobs { get; init; }

    /// <summary>The least audit probability of those policies that have one.</summary>
    public PartsPerMillion Floor { get; init; } = new(50_000);

    /// <summary>A provider's last so many jobs are not settled yet.</summary>
    public int HoldJobs { get; init; } = 500;

    /// <summary>Trust is given only against held pay; false asks for none, as experiment E2 does.</summary>
    public bool NeedsHeldPay { get; init; } = true;

    /// <summary>iExec's trust: 2 and up. The chance of a wrong result is meant to be at most one in it.</summary>
    public int Trust { get; init; } = 10;

    /// <summary>Why these terms cannot be simulated, in the words of the command line; null if they can.</summary>
    public string? Refusal => this switch
    {
        { Providers: < FewestProviders or > 1_000_000 } => "--providers is 50 to 1,000,000",
        { Jobs: < 1 or > 1_000_000_000 } => "--jobs is 1 to 1,000,000,000",
        { SleepRuns: < 0 } or { ChurnJobs: < 0 } or { HoldJobs: < 0 } => "--sleep, --churn and --hold are 0 and up",
        { Trust: < 2 or > 1_000_000 } => "--trust is 2 to 1,000,000",
        // A vote needs an honest majority to be drawn from, and ejection may take every cheater.
        { Cheaters.Value: > 500_000 } => "--cheaters is at most half of all",
        _ => null,
    };

    /// <summary>The steps of suspicion of the best comparer that this noise lets be certified.</summary>
    public SuspicionSteps Steps => Noise.Value switch
    {
        <= 1 => SuspicionSteps.Exact,
        <= 100 => SuspicionSteps.Tolerant,
        _ => SuspicionSteps.Coarse,
    };
}
