using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Judging;
using Xunit;

namespace Marketplace.Tests.Verification.Judging;

/// <summary>Verification 6.3: the vectors of the cumulative sum. F is a fault, V a valid check.</summary>
public sealed class SuspicionVectorTests
{
    private static readonly Dictionary<string, (SuspicionSteps Steps, double HonestRate)> Comparers = new()
    {
        ["exact"] = (SuspicionSteps.Exact, 1e-6),
        ["tolerant"] = (SuspicionSteps.Tolerant, 1e-4),
        ["coarse"] = (SuspicionSteps.Coarse, 1e-3),
    };

    [Theory]
    [InlineData("exact")]
    [InlineData("tolerant")]
    [InlineData("coarse")]
    public void The_steps_are_the_logarithms_that_5_11_asks_for(string comparer)
    {
        var (steps, rate) = Comparers[comparer];

        steps.FaultNanoNats.Should().Be((long)Math.Round(Math.Log(0.05 / rate) * 1e9));
        steps.ValidNanoNats.Should().Be((long)Math.Round(Math.Log(0.95 / (1 - rate)) * 1e9));
        SuspicionSteps.EjectionNanoNats.Should().Be((long)Math.Round(Math.Log(1e6) * 1e9));
    }

    [Theory]
    [InlineData("exact", "F", 10_819_778, false)]
    [InlineData("exact", "F 10V", 10_306_855, false)]
    [InlineData("exact", "F 10V F", 21_126_634, true)]
    [InlineData("exact", "F 152V F", 13_843_128, true)]
    [InlineData("exact", "F 153V F", 13_791_836, false)]
    [InlineData("exact", "F 210V", 48_397, false)]
    [InlineData("exact", "F 211V", 0, false)]
    [InlineData("tolerant", "F", 6_214_608, false)]
    [InlineData("tolerant", "F V", 6_163_415, false)]
    [InlineData("tolerant", "F V F", 12_378_023, false)]
    [InlineData("tolerant", "F V F V", 12_326_830, false)]
    [InlineData("tolerant", "F V F V F", 18_541_438, true)]
    [InlineData("tolerant", "F 121V", 20_220, false)]
    [InlineData("tolerant", "F 122V", 0, false)]
    [InlineData("coarse", "F F F", 11_736_069, false)]
    [InlineData("coarse", "F F F F", 15_648_092, true)]
    public void Suspicion_is_that_of_6_3_in_millionths_of_a_nat(
        string comparer, string checks, long microNats, bool isEjection)
    {
        var suspicion = After(checks, Comparers[comparer].Steps);

        (suspicion.NanoNats / 1000).Should().BeCloseTo(microNats, 1);
        suspicion.IsEjection.Should().Be(isEjection);
    }

    [Fact]
    public void One_mismatch_ejects_nobody_whatever_the_record() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 500]).Sample((comparer, valid) =>
            After($"{valid}V F", Comparers.Values.ElementAt(comparer).Steps).IsEjection.Should().BeFalse());

    [Fact]
    public void A_second_fault_comes_within_152_checks_of_a_cheat_in_twenty()
    {
        // 6.3: 1 - 0.95^152 = 0.99958886. It decides nothing.
        (1 - Math.Pow(0.95, 152)).Should().BeApproximately(0.99958886, 1e-8);

        // 6.3, detection: of a provider's executions the share compared is q = 2p / (1 + p).
        var share = 2 * 0.05 / 1.05;
        Math.Ceiling(Math.Log(0.001) / Math.Log(1 - (0.05 * share))).Should().Be(1_448);
    }

    [Theory]
    [InlineData(50_000, SuspicionOf.Exact, 168, 1_019, 1_502)]
    [InlineData(1_000_000, SuspicionOf.Exact, 34, 133, 190)]
    [InlineData(50_000, SuspicionOf.Tolerant, 192, 1_027, 1_484)]
    public void A_cheat_in_twenty_is_ejected_as_soon_as_6_3_says(
        int audit, SuspicionOf comparer, int median, int of99, int of999)
    {
        // E7 of the design: 20,000 runs, quantiles within 5 % (10 % at the far end, where twenty runs decide).
        var steps = comparer == SuspicionOf.Exact ? SuspicionSteps.Exact : SuspicionSteps.Tolerant;
        var random = new Random(7);
        var runs = Enumerable.Range(0, 20_000).Select(_ => RunsToEjection(random, audit / 1e6, steps)).Order().ToList();

        ((double)runs[10_000]).Should().BeApproximately(median, (median * 0.05) + 1);
        ((double)runs[19_800]).Should().BeApproximately(of99, of99 * 0.05);
        ((double)runs[19_980]).Should().BeApproximately(of999, of999 * 0.10);
    }

    /// <summary>The comparers whose detection time 6.3 lists.</summary>
    public enum SuspicionOf
    {
        Exact,
        Tolerant,
    }

    private static int RunsToEjection(Random random, double audit, SuspicionSteps steps)
    {
        var share = 2 * audit / (1 + audit);
        var suspicion = Suspicion.None;
        var runs = 0;
        while (!suspicion.IsEjection)
        {
            runs++;
            if (suspicion.IsAny || random.NextDouble() < share)
            {
                suspicion = random.NextDouble() < 0.05 ? suspicion.AfterFault(steps) : suspicion.AfterValid(steps);
            }
        }

        return runs;
    }

    private static Suspicion After(string checks, SuspicionSteps steps)
    {
        var suspicion = Suspicion.None;
        foreach (var word in checks.Split(' '))
        {
            var times = word.Length == 1 ? 1 : int.Parse(word[..^1], System.Globalization.CultureInfo.InvariantCulture);
            for (var time = 0; time < times; time++)
            {
                suspicion = word[^1] == 'F' ? suspicion.AfterFault(steps) : suspicion.AfterValid(steps);
            }
        }

        Invariant.Holds(suspicion.NanoNats >= 0, "suspicion is never negative");
        return suspicion;
    }
}
