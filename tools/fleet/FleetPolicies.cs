using Marketplace.Fleet.Policies;

namespace Marketplace.Fleet;

/// <summary>The policies by the names that a command line and a report give them.</summary>
public static class FleetPolicies
{
    public const string Ours = "ours";

    public static IReadOnlyList<string> Names { get; } =
        ["duplication", "boinc", "boinc-ejecting", "posp", "iexec", Ours];

    /// <param name="holds">The held jobs of the fleet: what trust is given against.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no policy of this name.</exception>
    public static IPolicy Make(FleetTerms terms, Holds holds, SplitMix64 random) => terms.Policy switch
    {
        "duplication" => new Duplication(),
        "boinc" => new Boinc(random, ejects: false),
        "boinc-ejecting" => new Boinc(random, ejects: true),
        "posp" => new ProofOfSampling(random, terms.Floor),
        "iexec" => new IExec(terms.Trust),
        Ours => new Ours(terms, holds, random),
        _ => throw new ArgumentOutOfRangeException(nameof(terms), terms.Policy, "There is no such policy."),
    };
}
