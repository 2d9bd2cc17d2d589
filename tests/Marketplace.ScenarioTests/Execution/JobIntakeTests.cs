using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.ScenarioTests.Execution;

/// <summary>Frames that come twice, out of turn, from the wrong side or to nobody.</summary>
public sealed class JobIntakeTests
{
    private static readonly BudgetNo Stranger = new(4);

    [Fact]
    public async Task Every_frame_twice_and_backwards_changes_nothing()
    {
        await using var world = new JobWorld(2);
        await world.MatchAsync(2, 2);
        while (world.OnTheWay.Count > 0)
        {
            var frames = world.OnTheWay.ToList();
            world.OnTheWay.Clear();
            foreach (var bring in frames.AsEnumerable().Reverse().Concat(frames))
            {
                await bring(world.Runner);
            }
        }

        await world.MatchAsync(2, 2);
        await world.PumpAsync();

        world.Ledger.Ends.Should().ContainSingle();
        (await world.FactsAsync()).Should().HaveCount(2);
        (await world.JobAsync()).Legs.Should().HaveCount(2);
        world.Gateway.Received.OfType<Delivery>().Should().ContainSingle();
    }

    [Fact]
    public async Task A_frame_of_a_provider_whose_assignment_it_is_not_changes_nothing()
    {
        await using var world = new JobWorld(3);
        await world.MatchAsync(2, 2);
        var offer = Offer(world, 0);
        var commit = world.Providers[0].AnswerTo(offer).Commit;
        var thief = world.Providers[2].Id;

        await world.Runner.CommitReceivedAsync(thief, commit, CancellationToken.None);
        await world.Runner.CommitReceivedAsync(world.Providers[1].Id, commit, CancellationToken.None);
        await world.Runner.FailedAsync(
            thief, new AssignmentFailed(offer.AssignmentId, "", "", true), CancellationToken.None);
        await world.Runner.RevealReceivedAsync(
            thief, world.Providers[0].AnswerTo(offer).Reveal, CancellationToken.None);

        (await world.JobAsync()).Legs.Should().OnlyContain(leg => leg.Status == LegStatus.Assigned);
    }

    [Fact]
    public async Task A_reveal_that_nobody_asked_for_is_not_taken()
    {
        await using var world = new JobWorld(2);
        await world.MatchAsync(2, 2);
        var answer = world.Providers[0].AnswerTo(Offer(world, 0));

        await world.Runner.RevealReceivedAsync(world.Providers[0].Id, answer.Reveal, CancellationToken.None);
        await world.Runner.CommitReceivedAsync(world.Providers[0].Id, answer.Commit, CancellationToken.None);
        await world.Runner.RevealReceivedAsync(world.Providers[0].Id, answer.Reveal, CancellationToken.None);

        (await world.JobAsync()).Legs[0].Status.Should().Be(LegStatus.Committed);
    }

    [Fact]
    public async Task A_second_commit_does_not_replace_the_first()
    {
        await using var world = new JobWorld(2);
        await world.MatchAsync(2, 2);
        var first = world.Providers[0].AnswerTo(Offer(world, 0)).Commit;
        var second = new ResultCommit(first.Commit.AssignmentId, first.Commit.ProviderId, Keccak256.Hash("another"));
        var signature = world.Providers[0].Key.Sign(second.Digest(JobWorld.Domain)).ToCompact();

        await world.Runner.CommitReceivedAsync(world.Providers[0].Id, first, CancellationToken.None);
        await world.Runner.CommitReceivedAsync(
            world.Providers[0].Id, new CommitFrame(second, signature), CancellationToken.None);

        (await world.JobAsync()).Legs[0].Commitment.Should().Be(first.Commit.Commitment);
    }

    [Fact]
    public async Task A_forged_commit_loses_the_leg_and_another_is_bought()
    {
        await using var world = new JobWorld(3);
        await world.MatchAsync(2, 2);
        var forged = world.Providers[0].AnswerTo(Offer(world, 0)).Commit with { Signature = new byte[64] };

        await world.Runner.CommitReceivedAsync(world.Providers[0].Id, forged, CancellationToken.None);
        await world.PumpAsync();

        (await world.FactsAsync()).Select(fact => fact.Ticket.ProviderId.Value).Should().Equal(2, 3);
    }

    [Fact]
    public async Task A_result_that_was_not_promised_loses_the_leg()
    {
        await using var world = new JobWorld(2);
        await world.MatchAsync(1, 1);
        await world.OnTheWay.Dequeue()(world.Runner);
        world.OnTheWay.Clear();
        var honest = world.Providers[0].AnswerTo(Offer(world, 0)).Reveal;
        var other = honest.Result with { Salt = Keccak256.Hash("another") };
        var signature = world.Providers[0].Key.Sign(other.Digest(JobWorld.Domain)).ToCompact();

        await world.Runner.RevealReceivedAsync(
            world.Providers[0].Id, new RevealFrame(other, signature, honest.Canonical), CancellationToken.None);
        await world.PumpAsync();

        (await world.FactsAsync()).Single().Ticket.ProviderId.Value.Should().Be(2);
    }

    [Fact]
    public async Task Frames_of_a_foreign_budget_change_nothing()
    {
        await using var world = await DeliveredAsync();
        var tickets = world.Gateway.TicketsFor(Delivered(world));

        await world.Runner.TicketsReceivedAsync(Stranger, tickets, CancellationToken.None);
        await world.Runner.DeliveryRefusedAsync(
            Stranger, new DeliveryRefused("order", JobWorld.JobId, "no", "No."), CancellationToken.None);
        await world.Runner.AskedAfterAsync(Stranger, JobWorld.JobId, CancellationToken.None);
        await world.Runner.TicketsReceivedAsync(
            JobWorld.Budget, tickets with { JobId = new JobId(78) }, CancellationToken.None);

        (await world.JobAsync()).Status.Should().Be(JobStatus.Delivering);
        world.Ledger.Ends.Should().BeEmpty();
    }

    [Fact]
    public async Task Tickets_that_are_wrong_are_refused_by_name_and_the_right_ones_still_count()
    {
        await using var world = await DeliveredAsync();
        var tickets = world.Gateway.TicketsFor(Delivered(world));

        await world.Runner.TicketsReceivedAsync(
            JobWorld.Budget, tickets with { Tickets = [tickets.Tickets[0]] }, CancellationToken.None);
        world.Gateway.Received.OfType<Refused>().Should().ContainSingle().Which.Code.Should().Be("bad-ticket");
        (await world.FactsAsync()).Should().BeEmpty();
        await world.Runner.TicketsReceivedAsync(JobWorld.Budget, tickets, CancellationToken.None);

        (await world.FactsAsync()).Should().HaveCount(2);
    }

    [Theory]
    [InlineData(1, 5, "The job number 1")]
    [InlineData(9, 1, "The leg number 1")]
    public async Task A_number_that_an_earlier_ticket_has_is_refused_by_name_and_breaks_nothing(
        int jobNo, int legNo, string named)
    {
        await using var world = new JobWorld(3);
        world.Providers[0].Text = "Five.";
        world.Gateway.IsMute = true;
        await world.MatchAsync(2, 2);
        await world.PumpAsync();
        await world.ExecuteAsync(
            $"INSERT INTO ticket SELECT assignment_id, 3, {jobNo}, {legNo} FROM assignment WHERE leg_no = 1");

        await world.Runner.TicketsReceivedAsync(
            JobWorld.Budget, world.Gateway.TicketsFor(Delivered(world)), CancellationToken.None);

        world.Gateway.Received.OfType<Refused>().Single().Message.Should().StartWith(named);
        (await world.JobAsync()).Status.Should().Be(JobStatus.Delivering);
        (await world.FactsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Tickets_are_confirmed_as_often_as_they_come()
    {
        await using var world = await DeliveredAsync();
        var tickets = world.Gateway.TicketsFor(Delivered(world));

        await world.Runner.TicketsReceivedAsync(JobWorld.Budget, tickets, CancellationToken.None);
        await world.Runner.TicketsReceivedAsync(JobWorld.Budget, tickets, CancellationToken.None);
        await world.Runner.AskedAfterAsync(JobWorld.Budget, JobWorld.JobId, CancellationToken.None);

        world.Gateway.Received.OfType<TicketsStored>().Should().HaveCount(3);
        (await world.FactsAsync()).Should().HaveCount(2);
        world.Ledger.Ends.Should().ContainSingle();
    }

    [Fact]
    public async Task A_refused_delivery_gives_the_hold_back_and_pays_nobody()
    {
        await using var world = new JobWorld(2);
        world.Gateway.Refuses = true;

        await world.MatchAsync(2, 2);
        await world.PumpAsync();

        (await world.JobAsync()).Status.Should().Be(JobStatus.Refunded);
        world.Ledger.Ends.Should().Equal("released 77");
        (await world.FactsAsync()).Should().BeEmpty();
        world.Providers.SelectMany(provider => provider.Received).OfType<AssignmentClosed>()
            .Should().HaveCount(2).And.OnlyContain(closed => closed.Outcome == "cancelled" && closed.Amount.IsZero);
    }

    [Fact]
    public async Task A_gateway_that_was_away_gets_its_delivery_when_it_returns()
    {
        await using var world = new JobWorld(2);
        world.Gateway.IsConnected = false;
        await world.MatchAsync(2, 2);
        await world.PumpAsync();
        world.Gateway.Received.Should().BeEmpty();

        await world.GatewayBackAsync();
        await world.PumpAsync();

        world.Gateway.Received.OfType<Delivery>().Should().ContainSingle();
        (await world.FactsAsync()).Should().HaveCount(2);
    }

    [Fact]
    public async Task A_delivery_that_nobody_collects_gives_the_hold_back()
    {
        await using var world = await DeliveredAsync();

        await world.PassAsync(TimeSpan.FromMinutes(5));

        world.Ledger.Ends.Should().Equal("released 77");
        world.Gateway.Received.OfType<JobEnded>().Single().Code.Should().Be("not_collected");
    }

    [Fact]
    public async Task Tickets_for_a_job_that_was_given_up_learn_that_it_was()
    {
        await using var world = await DeliveredAsync();
        var tickets = world.Gateway.TicketsFor(Delivered(world));
        world.Gateway.IsConnected = false;
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Gateway.Received.OfType<JobEnded>().Should().BeEmpty("it was away when it was told");

        world.Gateway.IsConnected = true;
        await world.Runner.TicketsReceivedAsync(JobWorld.Budget, tickets, CancellationToken.None);

        world.Gateway.Received.OfType<JobEnded>().Should().ContainSingle("or its tickets would wait for ever");
        (await world.FactsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_gateway_that_missed_the_end_of_its_job_learns_it_when_it_asks()
    {
        await using var world = new JobWorld(1);
        world.Providers[0].IsMute = true;
        await world.MatchAsync(1, 1);
        world.Gateway.IsConnected = false;
        await world.PassAsync(TimeSpan.FromMinutes(6));

        await world.GatewayBackAsync();
        await world.Runner.AskedAfterAsync(JobWorld.Budget, JobWorld.JobId, CancellationToken.None);

        world.Gateway.Received.OfType<JobEnded>().Single().Code.Should().Be("timeout");
    }

    private static async Task<JobWorld> DeliveredAsync()
    {
        var world = new JobWorld(2);
        world.Gateway.IsMute = true;
        await world.MatchAsync(2, 2);
        await world.PumpAsync();
        return world;
    }

    private static Delivery Delivered(JobWorld world) => world.Gateway.Received.OfType<Delivery>().Single();

    private static AssignmentOffer Offer(JobWorld world, int provider) =>
        world.Providers[provider].Received.OfType<AssignmentOffer>().First();
}
