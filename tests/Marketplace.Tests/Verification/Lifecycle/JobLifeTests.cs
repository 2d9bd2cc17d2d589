using System.Globalization;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Lifecycle;
using Xunit;

namespace Marketplace.Tests.Verification.Lifecycle;

/// <summary>Verification 5.3 and 5.10: the life of a job, walked whole.</summary>
public sealed class JobLifeTests
{
    private const JobGuards Everything = JobGuards.IsFinal | JobGuards.ClassFits | JobGuards.IsGenuine
        | JobGuards.InTime | JobGuards.OpensCommit | JobGuards.IsReleasable | JobGuards.PastFinal;

    private const string Delivery = "BudgetLocked Matched CommitArrived RevealArrived ";
    private const string Check = "Drawn CheckCommitArrived CheckRevealArrived ";
    private const string Dispute = Delivery + Check + "ResultsDiffer ";

    /// <summary>What can happen in each phase. All that is not listed is refused, and a test tries it.</summary>
    private static readonly Dictionary<JobPhase, string> Possible = new()
    {
        [JobPhase.Created] = "BudgetLocked Claimed",
        [JobPhase.Funded] = "Matched Claimed",
        [JobPhase.Assigned] = "CommitArrived CommitTimedOut LateRevealArrived ProviderEjected Claimed",
        [JobPhase.Committed] = "RevealArrived RevealTimedOut RevealFalse ProviderEjected Claimed",
        [JobPhase.Reassigning] = "Matched LateRevealArrived Claimed",
        [JobPhase.Delivered] = "Drawn NotDrawn PayForfeited ProviderEjected Claimed",
        [JobPhase.Checking] = "CheckCommitArrived CheckTimedOut PayForfeited ProviderEjected Claimed",
        [JobPhase.CheckCommitted] =
            "CheckRevealArrived CheckTimedOut CheckRevealFalse PayForfeited ProviderEjected Claimed",
        [JobPhase.Comparing] =
            "ResultsMatch ResultsInconclusive ResultsDiffer PayForfeited ProviderEjected Claimed",
        [JobPhase.Escalated] =
            "MoreVotesNeeded PrimaryRight PrimaryWrong VotesSpent PayForfeited ProviderEjected Claimed",
        [JobPhase.Reference] = "PrimaryRight PrimaryWrong ReferenceUndecided PayForfeited ProviderEjected Claimed",
        [JobPhase.Held] = "PayForfeited ProviderEjected HoldEnded Claimed",
        [JobPhase.Settleable] = "PaymentFinal Claimed",
        [JobPhase.Refunding] = "RefundFinal Claimed",
        [JobPhase.Settled] = "",
        [JobPhase.Refunded] = "",
        [JobPhase.Forfeited] = "",
        [JobPhase.NoFault] = "",
    };

    [Theory]
    [InlineData(Delivery + "NotDrawn HoldEnded PaymentFinal", "Settled", "DeliverAnswer HoldPay EnterNextBatch")]
    [InlineData(Delivery + Check + "ResultsMatch HoldEnded PaymentFinal", "Settled", "CountValidForBoth HoldPay")]
    [InlineData(Dispute + "PrimaryRight HoldEnded", "Settleable", "AskTwoExecutors FaultOutvoted HoldPay")]
    [InlineData(Dispute + "MoreVotesNeeded PrimaryWrong RefundFinal", "Refunded", "AskOneExecutor ReturnHold")]
    [InlineData(Dispute + "VotesSpent PrimaryWrong", "Refunding", "AskReference FaultOutvoted ReturnHold")]
    [InlineData(Dispute + "VotesSpent ReferenceUndecided", "NoFault", "AskReference ReturnHold FlagClass")]
    [InlineData(Delivery + Check + "ResultsInconclusive CheckCommitArrived CheckRevealArrived ResultsInconclusive",
        "Held", "AssignCheckerOfOwnClass HoldPay")]
    [InlineData(Delivery + "Drawn CheckTimedOut CheckTimedOut CheckTimedOut", "Held", "AssignChecker CountUnserved")]
    [InlineData(Delivery + "Drawn CheckCommitArrived CheckRevealFalse", "Checking",
        "FaultCheckerProvable AssignChecker")]
    [InlineData("BudgetLocked Matched CommitTimedOut Matched CommitTimedOut", "Reassigning", "FaultPrimaryLate")]
    [InlineData("BudgetLocked Matched CommitTimedOut Matched CommitTimedOut Matched CommitTimedOut", "Refunded",
        "FaultPrimaryLate ReturnHold")]
    [InlineData("BudgetLocked Matched CommitArrived RevealFalse", "Reassigning", "FaultPrimaryProvable")]
    [InlineData("BudgetLocked Matched CommitArrived RevealTimedOut LateRevealArrived", "Delivered",
        "FaultPrimaryLate DeliverAnswer HalvePay")]
    [InlineData("BudgetLocked Matched CommitArrived RevealTimedOut Matched LateRevealArrived", "Delivered",
        "FaultPrimaryLate DeliverAnswer HalvePay CancelAssignment")]
    [InlineData(Delivery + "NotDrawn ProviderEjected", "Checking", "HoldPay AssignChecker")]
    [InlineData(Delivery + "NotDrawn ProviderEjected CheckCommitArrived CheckRevealArrived ResultsMatch", "Forfeited",
        "CountValidForBoth ReturnHold")]
    [InlineData(Delivery + Check + "ResultsMatch ProviderEjected", "Forfeited", "CountValidForBoth ReturnHold")]
    [InlineData(Delivery + "PayForfeited NotDrawn", "Forfeited", "DeliverAnswer ReturnHold")]
    [InlineData(Delivery + "NotDrawn PayForfeited", "Forfeited", "HoldPay ReturnHold")]
    [InlineData(Delivery + "NotDrawn Claimed", "Refunded", "HoldPay ReturnHold")]
    public void A_life_ends_where_5_3_says_with_these_effects_in_this_order(string events, string end, string effects)
    {
        var state = JobState.New;
        var done = new List<JobEffect>();
        foreach (var on in Events(events))
        {
            var moved = JobLife.Apply(state, state.Version, on, Everything).Value;
            state = moved.State;
            done.AddRange(moved.Effects);
        }

        state.Phase.ToString().Should().Be(end);
        done.Should().ContainInOrder(effects.Split(' ').Select(Enum.Parse<JobEffect>));
    }

    [Fact]
    public void Every_pair_of_phase_and_event_has_a_row_or_a_typed_refusal()
    {
        Possible.Keys.Should().BeEquivalentTo(Enum.GetValues<JobPhase>());
        foreach (var phase in Enum.GetValues<JobPhase>())
        {
            var possible = Events(Possible[phase]).ToHashSet();
            foreach (var on in Enum.GetValues<JobEvent>())
            {
                var state = JobState.New with { Phase = phase, HasLateCommit = true };
                var result = JobLife.Apply(state, 0, on, Everything);

                result.IsOk.Should().Be(possible.Contains(on), "{0} in {1}", on, phase);
                if (!result.IsOk)
                {
                    result.Rejection.Should().Be(
                        state.IsClosed ? MoveRefusal.JobClosed : MoveRefusal.NotInThisPhase);
                }
            }
        }
    }

    [Fact]
    public void Each_guard_of_a_row_is_needed()
    {
        foreach (var move in JobMoves.All)
        {
            foreach (var guard in Enum.GetValues<JobGuards>().Where(it => (it & move.Needs & Everything) != 0))
            {
                var state = JobState.New with { Phase = move.From, HasLateCommit = true };

                JobLife.Apply(state, 0, move.On, Everything & ~guard).Rejection
                    .Should().Be(MoveRefusal.GuardNotMet, "{0} in {1} needs {2}", move.On, move.From, guard);
            }
        }
    }

    [Fact]
    public void Nobody_outside_may_claim_a_guard_that_only_the_state_knows()
    {
        var state = JobState.New with { Phase = JobPhase.Reassigning };

        JobLife.Apply(state, 0, JobEvent.LateRevealArrived, Everything | JobGuards.HasLateCommit).Rejection
            .Should().Be(MoveRefusal.GuardNotMet);
    }

    [Fact]
    public void A_second_promise_shuts_the_door_on_the_first_provider_s_late_result()
    {
        var state = After("BudgetLocked Matched CommitArrived RevealTimedOut Matched CommitArrived");

        JobLife.Apply(state, state.Version, JobEvent.LateRevealArrived, Everything).Rejection
            .Should().Be(MoveRefusal.NotInThisPhase);
    }

    [Fact]
    public void A_repeated_event_does_nothing_in_any_reachable_state()
    {
        foreach (var state in Reachable())
        {
            foreach (var on in Enum.GetValues<JobEvent>())
            {
                if (JobLife.Apply(state, state.Version, on, Everything).TryGet(out var moved))
                {
                    JobLife.Apply(moved.State, state.Version, on, Everything).Rejection
                        .Should().Be(MoveRefusal.StaleVersion);
                }
            }
        }
    }

    [Fact]
    public void Every_reachable_state_can_end_without_a_claim_and_pay_that_is_lost_is_never_paid()
    {
        var reachable = Reachable();
        reachable.Select(state => state.Phase).Distinct().Order().Should().Equal(Enum.GetValues<JobPhase>());
        reachable.Should().NotContain(state => state.IsPayForfeited
            && (state.Phase == JobPhase.Held || state.Phase == JobPhase.Settleable || state.Phase == JobPhase.Settled));
        reachable.Should().OnlyContain(state => state.Attempts <= 3 && state.FailedChecks <= 3);

        var ending = reachable.Where(state => state.IsClosed).Select(Key).ToHashSet();
        var before = -1;
        while (before != ending.Count)
        {
            before = ending.Count;
            ending.UnionWith(reachable.Where(state => Next(state, claims: false).Any(next =>
                ending.Contains(Key(next)))).Select(Key).ToList());
        }

        reachable.Select(Key).Except(ending).Should().BeEmpty();
    }

    [Fact]
    public void Only_a_delivered_answer_is_ever_held_for_pay() =>
        JobMoves.All.Where(move => move.To == JobPhase.Held)
            .Should().OnlyContain(move => move.Effects.Contains(JobEffect.HoldPay) && move.From >= JobPhase.Delivered);

    [Fact]
    public void The_clocks_are_seven_nine_and_ten_tau_and_wait_for_a_chain_that_halts()
    {
        var start = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture);
        var clocks = JobClocks.From(start, TimeSpan.FromSeconds(10));

        clocks.Should().Be(new JobClocks(start.AddSeconds(70), start.AddSeconds(90), start.AddSeconds(100)));
        clocks.AfterOutage(TimeSpan.FromHours(1)).FinalBy.Should().Be(start.AddSeconds(3_700));
    }

    private static IEnumerable<JobEvent> Events(string names) =>
        names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<JobEvent>);

    private static JobState After(string events) => Events(events).Aggregate(JobState.New, (state, on) =>
        JobLife.Apply(state, state.Version, on, Everything).Value.State);

    private static JobState Key(JobState state) => state with { Version = 0 };

    private static List<JobState> Reachable()
    {
        var seen = new HashSet<JobState> { JobState.New };
        var open = new Queue<JobState>(seen);
        while (open.TryDequeue(out var state))
        {
            foreach (var next in Next(state, claims: true).Select(Key).Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        return [.. seen];
    }

    private static IEnumerable<JobState> Next(JobState state, bool claims) =>
        from happened in Enum.GetValues<JobEvent>()
        where claims || happened != JobEvent.Claimed
        let result = JobLife.Apply(state, state.Version, happened, Everything)
        where result.IsOk
        select result.Value.State;
}
