using FluentAssertions;
using Marketplace.Fleet;
using Marketplace.Verification;
using Marketplace.Verification.Judging;
using Xunit;

namespace Marketplace.Tests.Fleet;

/// <summary>Experiment E7: how many executions a cheater has until it is ejected (verification 6.3).</summary>
public sealed class DetectionTimeTests
{
    private const int Runs = 100_000;
    private const int CheatRate = 50_000;

    public static TheoryData<int, SuspicionSteps, int, int, int> Table => new()
    {
        { 20_000, SuspicionSteps.Exact, 377, 2_444, 3_598 },
        { 50_000, SuspicionSteps.Exact, 168, 1_019, 1_502 },
        { 80_000, SuspicionSteps.Exact, 116, 663, 973 },
        { 100_000, SuspicionSteps.Exact, 98, 542, 806 },
        { 1_000_000, SuspicionSteps.Exact, 34, 133, 190 },
        { 50_000, SuspicionSteps.Tolerant, 192, 1_027, 1_484 },
        { 1_000_000, SuspicionSteps.Tolerant, 54, 187, 258 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_cheater_on_a_twentieth_of_its_runs_is_gone_after_so_many(
        int audit, SuspicionSteps steps, int median, int last100th, int last1000th)
    {
        var random = new SplitMix64(7);
        var times = Enumerable.Range(0, Runs).Select(_ => TimeToEjection(audit, steps, random)).Order().ToList();

        ((double)times[Runs / 2]).Should().BeApproximately(median, median * 0.05);
        ((double)times[Runs * 99 / 100]).Should().BeApproximately(last100th, last100th * 0.05);
        ((double)times[Runs * 999 / 1_000]).Should().BeApproximately(last1000th, last1000th * 0.05);
    }

    // Both executions of a check are compared, so of a provider's executions 2p / (1 + p) are.
    private static int TimeToEjection(int audit, SuspicionSteps steps, SplitMix64 random)
    {
        var compared = (int)(2L * audit * PartsPerMillion.Whole / (PartsPerMillion.Whole + audit));
        var perRun = (double)compared / PartsPerMillion.Whole * CheatRate / PartsPerMillion.Whole;
        var suspicion = Suspicion.None;
        var executions = 0;
        while (!suspicion.IsEjection)
        {
            // Without suspicion nothing changes until the next fault: how long that takes is drawn at once.
            executions += suspicion.IsAny ? 1 : Geometric(perRun, random);
            var isCaught = !suspicion.IsAny || random.Happens(new(CheatRate));
            suspicion = isCaught ? suspicion.AfterFault(steps) : suspicion.AfterValid(steps);
        }

        return executions;
    }

    private static int Geometric(double chance, SplitMix64 random) =>
        (int)(Math.Log(1 - ((random.Next() >> 11) * Math.ScaleB(1, -53))) / Math.Log(1 - chance)) + 1;
}
