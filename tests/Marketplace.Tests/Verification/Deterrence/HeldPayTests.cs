using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Deterrence;
using Marketplace.Verification.Judging;
using Xunit;

namespace Marketplace.Tests.Verification.Deterrence;

/// <summary>Architecture 3, rule 3: how held pay counts, when it goes, and what a fault takes.</summary>
public sealed class HeldPayTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>F of 100, ten a funder, rings of two: 120 are required.</summary>
    private static readonly HeldPayRules Rules = new(new TokenAmount(100), 10, 2, TimeSpan.FromHours(24));

    [Fact]
    public void A_funder_counts_a_tenth_of_the_fee_at_most_and_named_providers_nothing()
    {
        var held = Held(Job(1, funder: 1, pay: 7), Job(2, funder: 1, pay: 7), Job(3, funder: 2, pay: 4),
            Job(4, funder: 3, pay: 9) with { NamesProviders = true });

        held.Counted(Rules).Micro.Should().Be(14);
        Rules.Required.Micro.Should().Be(120);
    }

    [Fact]
    public void Pay_goes_when_enough_is_held_besides_it()
    {
        var twelve = Held([.. Enumerable.Range(1, 12).Select(no => Job(no, no, 10))]);
        var thirteen = twelve.Hold(Job(13, 13, 10));

        twelve.Release(Id(1), Start, Rules).Rejection.Should().Be(ReleaseRefusal.TooLittleHeld);
        thirteen.Release(Id(1), Start, Rules).Value.Should().BeEquivalentTo(
            Held([.. Enumerable.Range(2, 12).Select(no => Job(no, no, 10))]));
    }

    [Fact]
    public void Pay_goes_after_a_day_unless_another_job_relies_on_it()
    {
        var alone = Held(Job(1, 1, 10));
        var relying = alone.Hold(Job(2, 2, 10) with
        {
            Progress = CheckProgress.AwaitsDraw,
            Audit = new PartsPerMillion(50_000),
        });
        var alwaysChecked = alone.Hold(Job(2, 2, 10) with { Progress = CheckProgress.AwaitsDraw });
        var day = Start.AddHours(24);

        alone.Release(Id(1), day.AddTicks(-1), Rules).Rejection.Should().Be(ReleaseRefusal.TooLittleHeld);
        alone.Release(Id(1), day, Rules).IsOk.Should().BeTrue();
        relying.Release(Id(1), day, Rules).Rejection.Should().Be(ReleaseRefusal.StillVouches);
        alwaysChecked.Release(Id(1), day, Rules).IsOk.Should().BeTrue();
    }

    [Fact]
    public void Nothing_goes_before_its_lottery_and_its_check_are_decided_however_long_it_waits()
    {
        var held = Held(Job(1, 1, 10) with { Progress = CheckProgress.AwaitsDraw },
            Job(2, 2, 10) with { Progress = CheckProgress.Checking });
        var year = Start.AddYears(1);

        held.Release(Id(1), year, Rules).Rejection.Should().Be(ReleaseRefusal.LotteryNotDrawn);
        held.Release(Id(2), year, Rules).Rejection.Should().Be(ReleaseRefusal.CheckNotDecided);
        held.Release(Id(3), year, Rules).Rejection.Should().Be(ReleaseRefusal.NotHeld);
    }

    [Fact]
    public void A_job_is_held_once_and_a_second_price_for_it_is_a_bug()
    {
        var held = Held(Job(1, 1, 10));

        held.Hold(Job(1, 1, 10)).Should().BeSameAs(held);
        var cheaper = () => held.Hold(Job(1, 1, 9));
        cheaper.Should().Throw<InvariantViolationException>();
    }

    [Fact]
    public void A_fault_takes_the_oldest_jobs_that_count_up_to_what_is_required()
    {
        var held = Held([
            Job(90, 50, 10) with { NamesProviders = true },
            .. Enumerable.Range(1, 14).Select(no => Job(no, no, 10)),
        ]);

        var (left, forfeited) = held.Forfeit(Rules);

        forfeited.Select(job => job.Id).Should().Equal(Enumerable.Range(1, 12).Select(Id));
        left.Jobs.Select(job => job.Id).Should().Equal(Id(90), Id(13), Id(14));
    }

    [Fact]
    public void A_fault_takes_what_is_required_or_all_that_counts_and_no_pay_is_lost_from_sight() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 25], Gen.Bool).Array[0, 40].Sample(jobs =>
        {
            var held = Held([.. jobs.Select((job, no) =>
                Job(no, job.Item1, job.Item2) with { NamesProviders = job.Item3 })]);

            var (left, forfeited) = held.Forfeit(Rules);

            left.Jobs.Concat(forfeited).Should().BeEquivalentTo(held.Jobs);
            new HeldPay([.. forfeited]).Counted(Rules).Should().BeGreaterThanOrEqualTo(
                TokenAmount.Min(held.Counted(Rules), Rules.Required));
        });

    [Fact]
    public void An_ejection_forfeits_all_and_runs_again_what_nobody_checked()
    {
        var held = Held([.. Enum.GetValues<CheckProgress>().Select((progress, no) =>
            Job(no, no, 10) with { Progress = progress })]);

        var backtrack = Backtracking.Of(held);

        backtrack.Forfeited.Should().Equal(held.Jobs);
        backtrack.RunAgain.Select(job => job.Progress)
            .Should().Equal(CheckProgress.AwaitsDraw, CheckProgress.Unchecked);
        backtrack.RunOn.Select(job => job.Progress).Should().Equal(CheckProgress.Checking);
    }

    private static HeldPay Held(params HeldJob[] jobs) => new([.. jobs]);

    private static AssignmentId Id(int no) => Walk.Id(no);

    private static HeldJob Job(int no, int funder, long pay) => new(
        Id(no), Walk.Funder(funder), new TokenAmount(pay), false, PartsPerMillion.Always, Start,
        CheckProgress.Unchecked);
}
