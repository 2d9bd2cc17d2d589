using Marketplace.Verification;

namespace Marketplace.Fleet;

/// <summary>A fleet under a policy, and what to call it.</summary>
public sealed record FleetScenario(string Name, FleetTerms Terms)
{
    private static readonly PartsPerMillion Fifth = new(200_000);

    /// <summary>The table of experiment E2 (verification 7), in the size that is asked for.</summary>
    /// <param name="size">Its providers, jobs and hold are taken for every row.</param>
    public static IReadOnlyList<FleetScenario> Table(FleetTerms size)
    {
        var plain = size with { NeedsHeldPay = false };
        FleetTerms Of(string policy) => plain with { Policy = policy };
        FleetTerms Ring(string policy) => Of(policy) with { Colludes = true };
        FleetTerms Many(string policy) => Of(policy) with { Cheaters = Fifth };
        FleetTerms Sleeping(string policy) => Of(policy) with { SleepRuns = 1_000 };
        FleetTerms Noisy(string policy, int noise) => Of(policy) with { Noise = new(noise) };
        FleetTerms Floor(int floor) => Of("ours") with { Floor = new(floor) };
        return
        [
            new("duplication", Of("duplication")),
            new("duplication, ring", Ring("duplication")),
            new("BOINC v10", Of("boinc")),
            new("BOINC v10, ring", Ring("boinc")),
            new("BOINC v10 ejecting", Of("boinc-ejecting")),
            new("PoSP 5 %", Of("posp")),
            new("PoSP 5 %, ring", Ring("posp")),
            new("iExec trust 10", Of("iexec")),
            new("iExec trust 1,000", Of("iexec") with { Trust = 1_000 }),
            new("ours, floor 2 %", Floor(20_000)),
            new("ours, floor 5 %", Floor(50_000)),
            new("ours, floor 8 %", Floor(80_000)),
            new("ours, ring", Ring("ours")),
            new("ours, held pay", size with { Policy = "ours" }),
            new("ours, held pay, ring", size with { Policy = "ours", Colludes = true }),
            new("duplication, 20 % ring", Many("duplication") with { Colludes = true }),
            new("BOINC v10, 20 % ring", Many("boinc") with { Colludes = true }),
            new("PoSP, 20 % ring", Many("posp") with { Colludes = true }),
            new("iExec trust 10, 20 % ring", Many("iexec") with { Colludes = true }),
            new("ours, 20 %", Many("ours")),
            new("ours, 20 % ring", Many("ours") with { Colludes = true }),
            new("ours, held pay, 20 % ring",
                size with { Policy = "ours", Cheaters = Fifth, Colludes = true }),
            new("sleepers: BOINC ejecting", Sleeping("boinc-ejecting")),
            new("sleepers: PoSP", Sleeping("posp")),
            new("sleepers: ours", Sleeping("ours")),
            new("sleepers: ours, held pay", size with { Policy = "ours", SleepRuns = 1_000 }),
            new("noise 1e-4: PoSP", Noisy("posp", 100)),
            new("noise 1e-4: ours", Noisy("ours", 100)),
            new("noise 1e-3: ours", Noisy("ours", 1_000)),
            new("adaptive: BOINC", Of("boinc") with { IsAdaptive = true }),
            new("adaptive: ours", Of("ours") with { IsAdaptive = true }),
            new("adaptive: ours, held pay", size with { Policy = "ours", IsAdaptive = true }),
            new("churn: ours", Of("ours") with { ChurnJobs = ChurnOf(size) }),
            new("churn: ours, held pay", size with { Policy = "ours", ChurnJobs = ChurnOf(size) }),
        ];
    }

    // Half of the fleet is replaced in the course of the run.
    private static int ChurnOf(FleetTerms size) => Math.Max(1, size.Jobs / Math.Max(1, size.Providers / 2));
}
