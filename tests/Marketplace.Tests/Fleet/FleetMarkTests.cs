using FluentAssertions;
using Xunit;

namespace Marketplace.Tests.Fleet;

/// <summary>Experiment E2 in its small size: our rules within their marks, the rivals within theirs.</summary>
public sealed class FleetMarkTests
{
    [Fact]
    public void Our_rules_catch_every_cheater_for_six_percent_and_accuse_nobody_else()
    {
        var run = Fleets.Run(Fleets.Small("ours"));

        run.OverheadPpm.Should().BeInRange(1_053_200, 1_059_200, "the reference is 1.0562");
        run.WrongPerBillion.Should().BeLessThanOrEqualTo(80_000);
        run.CheatersEjected.Should().Be(run.Cheaters).And.Be(10);
        run.HonestEjected.Should().Be(0);
    }

    [Fact]
    public void A_ring_of_a_fifth_gets_less_than_one_result_in_ten_thousand_through()
    {
        var run = Fleets.Run(Fleets.Small("ours") with { Cheaters = new(200_000), Colludes = true });

        run.WrongPerBillion.Should().BeLessThanOrEqualTo(100_000);
        run.CheatersEjected.Should().Be(run.Cheaters).And.Be(40);
    }

    [Fact]
    public void Where_trust_needs_held_pay_nothing_wrong_is_settled_and_the_first_jobs_cost_more()
    {
        var trusting = Fleets.Run(Fleets.Small("ours"));
        var covered = Fleets.Run(Fleets.Small("ours") with { NeedsHeldPay = true });

        covered.Wrong.Should().BeLessThan(trusting.Wrong);
        covered.Executions.Should().BeGreaterThan(trusting.Executions);
        covered.CheatersEjected.Should().Be(covered.Cheaters);
        covered.HonestEjected.Should().Be(0);
    }

    [Fact]
    public void Boinc_without_ejection_is_cheap_and_lets_two_thousand_per_million_through()
    {
        var run = Fleets.Run(Fleets.Small("boinc"));

        run.OverheadPpm.Should().BeInRange(1_023_900, 1_027_900, "the reference is 1.0259");
        run.WrongPerBillion.Should().BeInRange(1_950_000, 2_450_000, "the reference is 2,202.5, three sigma 225");
        run.CheatersEjected.Should().Be(0);
    }

    [Fact]
    public void Boinc_with_ejection_removes_cheaters_after_they_have_done_more_harm_than_under_our_rules()
    {
        var seeds = Enumerable.Range(1, 4).Select(seed => (ulong)seed).ToList();

        var boinc = seeds.Sum(seed => Fleets.Run(Fleets.Small("boinc-ejecting"), seed).Wrong);
        var ours = seeds.Sum(seed => Fleets.Run(Fleets.Small("ours"), seed).Wrong);

        ours.Should().BeLessThan(boinc);
    }

    /// <summary>Two of a ring meet in three runs, drawn without replacement: 330 per million, 4 sigma 115.</summary>
    [Fact]
    public void Duplication_is_deceived_where_two_of_a_ring_meet_and_only_there()
    {
        var ring = Fleets.Run(Fleets.Small("duplication") with { Colludes = true });
        var strangers = Fleets.Run(Fleets.Small("duplication"));

        ring.OverheadPpm.Should().BeInRange(2_004_300, 2_005_300, "the reference is 2.0048");
        ring.WrongPerBillion.Should().BeInRange(215_000, 445_000);
        strangers.Wrong.Should().Be(0);
    }

    /// <summary>Of a cheater's wrong answers a share q = 2p/(1+p) is compared: (1-q)/q = 9.5 come through.</summary>
    [Fact]
    public void Proof_of_sampling_lets_nine_and_a_half_results_of_each_cheater_through()
    {
        var runs = Enumerable.Range(1, 8).Select(seed => Fleets.Run(Fleets.Small("posp"), (ulong)seed)).ToList();

        runs.Average(run => run.WrongPerCheaterMilli).Should().BeInRange(6_000, 13_000, "three sigma are 3.3");
        runs.Should().OnlyContain(run => run.OverheadPpm > 1_048_500 && run.OverheadPpm < 1_051_500);
        runs.Should().OnlyContain(run => run.CheatersEjected == run.Cheaters && run.HonestEjected == 0);
    }

    [Fact]
    public void More_trust_costs_iexec_more_runs_and_lets_less_through()
    {
        var little = Fleets.Run(Fleets.Small("iexec"));
        var much = Fleets.Run(Fleets.Small("iexec") with { Trust = 1_000 });

        much.Executions.Should().BeGreaterThan(little.Executions);
        much.Wrong.Should().BeLessThan(little.Wrong);
        little.WrongPerBillion.Should().BeGreaterThan(1_000_000, "who has a score is believed alone");
    }
}
