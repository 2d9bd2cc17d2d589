using Marketplace.Fleet;

namespace Marketplace.Tests.Fleet;

/// <summary>Runs that a test can afford: 200 providers and 400,000 jobs, about a second.</summary>
internal static class Fleets
{
    public const int Jobs = 400_000;

    public static FleetTerms Small(string policy) => new(policy, 200, Jobs) { NeedsHeldPay = false };

    public static FleetRun Run(FleetTerms terms, ulong seed = 1) =>
        Simulation.Run(terms, seed, new Silence(), CancellationToken.None);

    private sealed class Silence : IProgress<int>
    {
        public void Report(int value)
        {
        }
    }
}
