using FluentAssertions;
using Marketplace.Fleet;
using Xunit;

namespace Marketplace.Tests.Fleet;

/// <summary>What providers can be, and that each of it shows.</summary>
public sealed class BehaviourTests
{
    [Fact]
    public void Honest_providers_are_checked_and_never_wrong_nor_ejected()
    {
        var run = Fleets.Run(Fleets.Small("ours") with { Cheaters = default });

        (run.Wrong, run.HonestEjected, run.Cheaters).Should().Be((0, 0, 0));
        run.OverheadPpm.Should().BeInRange(1_050_000, 1_058_000);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        var terms = Fleets.Small("ours") with { Jobs = 20_000 };

        Fleets.Run(terms, 7).Should().Be(Fleets.Run(terms, 7));
        Fleets.Run(terms, 8).Executions.Should().NotBe(Fleets.Run(terms, 7).Executions);
    }

    [Fact]
    public void A_sleeper_does_nothing_wrong_before_it_wakes()
    {
        var terms = Fleets.Small("boinc-ejecting") with { Jobs = 100_000 };

        Fleets.Run(terms with { SleepRuns = 100_000 }).Wrong.Should().Be(0);
        Fleets.Run(terms with { SleepRuns = 100 }).Wrong.Should().BePositive();
    }

    [Fact]
    public void Noise_ejects_the_honest_under_a_one_strike_rule_and_not_under_ours()
    {
        var noise = new Marketplace.Verification.PartsPerMillion(1_000);

        Fleets.Run(Fleets.Small("posp") with { Noise = noise }).HonestEjected.Should().BePositive();
        Fleets.Run(Fleets.Small("ours") with { Noise = noise }).HonestEjected.Should().Be(0);
    }

    /// <summary>A cheater that waits until its suspicion is gone is never ejected: it pays by fees instead.</summary>
    [Fact]
    public void An_adaptive_cheater_stays_and_pays_with_the_checks_of_its_honest_work()
    {
        var bold = Fleets.Run(Fleets.Small("ours"));
        var adaptive = Fleets.Run(Fleets.Small("ours") with { IsAdaptive = true });

        adaptive.CheatersEjected.Should().BeLessThan(bold.CheatersEjected);
        adaptive.Executions.Should().BeGreaterThan(bold.Executions);
    }

    [Fact]
    public void Strangers_that_replace_others_cost_their_first_checks_again()
    {
        var terms = Fleets.Small("ours") with { Cheaters = default };

        var settled = Fleets.Run(terms);
        var churned = Fleets.Run(terms with { ChurnJobs = 4_000 });

        churned.Honest.Should().Be(settled.Honest + 100);
        churned.Executions.Should().BeGreaterThan(settled.Executions + (100 * 5));
    }

    [Fact]
    public void Backtracking_finds_wrong_results_that_a_short_hold_has_settled()
    {
        var seeds = Enumerable.Range(1, 4).Select(seed => (ulong)seed).ToList();

        var held = seeds.Sum(seed => Fleets.Run(Fleets.Small("ours"), seed).Wrong);
        var gone = seeds.Sum(seed => Fleets.Run(Fleets.Small("ours") with { HoldJobs = 0 }, seed).Wrong);

        gone.Should().BeGreaterThan(held);
    }

    [Theory]
    [InlineData(49, 1, 10, 0, "--providers")]
    [InlineData(50, 0, 10, 0, "--jobs")]
    [InlineData(50, 1, 1, 0, "--trust")]
    [InlineData(50, 1, 10, 500_001, "--cheaters")]
    public void Terms_that_cannot_be_simulated_are_refused(
        int providers, int jobs, int trust, int cheaters, string why) =>
        (new FleetTerms("ours", providers, jobs) { Trust = trust, Cheaters = new(cheaters) }).Refusal
            .Should().StartWith(why);
}
