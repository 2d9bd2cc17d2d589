using System.Text.Json;
using FluentAssertions;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.ScenarioTests.Execution;

public sealed class JobRunnerTests
{
    private const string Paid = """{"job":77,"paid":2639,"fee":131}""";

    [Fact]
    public async Task Two_equal_results_are_delivered_ticketed_and_paid()
    {
        await using var world = new JobWorld(2);

        await world.MatchAsync(2, 2);
        await world.PumpAsync();

        (await world.JobAsync()).Status.Should().Be(JobStatus.Done);
        world.Ledger.Ends.Should().Equal(Paid);
        (await world.FactsAsync())
            .Select(fact => (fact.Ticket.ProviderId.Value, fact.Ticket.Amount.Micro, fact.Fee.Micro))
            .Should().Equal((1, 1_313, 65), (2, 1_326, 66));
        world.Gateway.Received.Select(frame => frame.GetType().Name)
            .Should().Equal(nameof(JobProgress), nameof(Delivery), nameof(TicketsStored));
        Closed(world, 1).Should().Be(("accepted", 1_313));
        Closed(world, 2).Should().Be(("accepted", 1_326));
    }

    [Fact]
    public async Task The_buyers_request_is_forgotten_when_the_job_has_ended()
    {
        await using var world = new JobWorld(2);
        await world.MatchAsync(2, 2);
        (await world.JobAsync()).Request.Should().NotBeEmpty();

        await world.PumpAsync();

        (await world.JobAsync()).Request.Should().BeEmpty();
    }

    [Fact]
    public async Task Nobody_is_asked_to_reveal_before_all_have_committed()
    {
        await using var world = new JobWorld(3);
        await world.MatchAsync(3, 2);

        await world.OnTheWay.Dequeue()(world.Runner);
        await world.OnTheWay.Dequeue()(world.Runner);
        world.Providers.SelectMany(provider => provider.Received).OfType<RevealRequest>().Should().BeEmpty();
        await world.OnTheWay.Dequeue()(world.Runner);

        world.Providers.Should().OnlyContain(provider => provider.Received.OfType<RevealRequest>().Count() == 1);
    }

    [Fact]
    public async Task Nothing_that_a_provider_hears_tells_of_its_peers_the_buyer_or_the_job()
    {
        await using var world = new JobWorld(3);
        world.Providers[0].Text = "Four, says the first.";
        await world.MatchAsync(2, 2, isStreamed: true);
        foreach (var provider in world.Providers.Take(2))
        {
            var assignment = Offer(provider).AssignmentId;
            await world.Runner.TextReceivedAsync(
                provider.Id, new TextDelta(assignment, 0, provider.Text), CancellationToken.None);
        }

        await world.PumpAsync();

        foreach (var provider in world.Providers)
        {
            var heard = string.Join('\n', provider.Received.Select(frame => JsonSerializer.Serialize(frame)));
            var peers = world.Providers.Where(peer => peer != provider).ToList();
            heard.Should().NotContainAny(peers.Select(peer => $"{Offer(peer).AssignmentId}"));
            heard.Should().NotContainAny(peers.Select(peer => $"{peer.Key.Address}"));
            heard.Should().NotContainAny("Four", "\"order\"", "JobId", "udget");
            provider.Received.Should().OnlyContain(frame =>
                frame is AssignmentOffer || frame is RevealRequest || frame is AssignmentClosed);
        }
    }

    [Fact]
    public async Task A_commit_that_comes_late_is_nothing_and_another_leg_is_bought()
    {
        await using var world = new JobWorld(3);
        await world.MatchAsync(2, 2);
        var late = world.OnTheWay.Dequeue();
        await world.PumpAsync();

        await world.PassAsync(TimeSpan.FromSeconds(60));
        await late(world.Runner);
        await world.PumpAsync();

        var job = await world.JobAsync();
        job.Status.Should().Be(JobStatus.Done);
        job.Legs.Select(leg => leg.Status).Should().Equal(LegStatus.Dropped, LegStatus.Accepted, LegStatus.Accepted);
        (await world.FactsAsync()).Select(fact => fact.Ticket.ProviderId.Value).Should().Equal(2, 3);
    }

    [Fact]
    public async Task Two_that_differ_are_decided_by_a_third_and_the_outvoted_is_not_paid()
    {
        await using var world = new JobWorld(3);
        world.Providers[0].Text = "Five.";

        await world.MatchAsync(2, 2);
        await world.PumpAsync();

        (await world.JobAsync()).Legs.Select(leg => leg.Status)
            .Should().Equal(LegStatus.Outvoted, LegStatus.Accepted, LegStatus.Accepted);
        world.Ledger.Ends.Should().Equal("""{"job":77,"paid":2665,"fee":132}""");
        (await world.FactsAsync()).Select(fact => fact.Ticket.ProviderId.Value).Should().Equal(2, 3);
        Closed(world, 1).Should().Be(("outvoted", 0));
        world.Gateway.Received.OfType<Delivery>().Single().RunsInAll.Should().Be(3);
    }

    [Fact]
    public async Task Results_that_never_agree_end_without_pay_after_a_bounded_number_of_runs()
    {
        await using var world = new JobWorld(9);
        foreach (var provider in world.Providers)
        {
            provider.Text = $"{provider.Id}";
        }

        await world.MatchAsync(2, 2);
        await world.PumpAsync();

        (await world.JobAsync()).Legs.Should().HaveCount(6);
        Ended(world).Code.Should().Be("no_quorum");
        world.Ledger.Ends.Should().Equal("released 77");
        (await world.FactsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_provider_that_dies_after_its_commit_is_replaced_and_the_buyer_pays_once()
    {
        await using var world = new JobWorld(3);
        world.Providers[0].HidesResult = true;
        await world.MatchAsync(2, 2);
        await world.PumpAsync();

        world.Providers[0].IsConnected = false;
        await world.Runner.ProviderGoneAsync(world.Providers[0].Id, CancellationToken.None);
        (await world.JobAsync()).Legs[0].Status.Should()
            .Be(LegStatus.Committed, "a commit keeps until its reveal is due");
        await world.PassAsync(TimeSpan.FromSeconds(10));

        (await world.FactsAsync()).Select(fact => fact.Ticket.ProviderId.Value).Should().Equal(2, 3);
        world.Ledger.Ends.Should().ContainSingle();
    }

    [Fact]
    public async Task A_provider_that_leaves_before_its_commit_is_replaced_at_once()
    {
        await using var world = new JobWorld(2);
        world.Providers[0].IsMute = true;
        await world.MatchAsync(1, 1);

        await world.Runner.ProviderGoneAsync(world.Providers[0].Id, CancellationToken.None);
        await world.PumpAsync();

        (await world.FactsAsync()).Single().Ticket.ProviderId.Value.Should().Be(2);
    }

    [Fact]
    public async Task A_provider_that_comes_back_is_asked_again_and_its_answer_counts()
    {
        await using var world = new JobWorld(2);
        await world.MatchAsync(2, 2);
        world.OnTheWay.Clear();

        await world.Runner.ProviderBackAsync(world.Providers[0].Id, CancellationToken.None);
        await world.Runner.ProviderBackAsync(world.Providers[1].Id, CancellationToken.None);
        await world.PumpAsync();

        world.Ledger.Ends.Should().Equal(Paid);
        world.Providers[0].Received.OfType<AssignmentOffer>().Select(offer => offer.AssignmentId).Distinct()
            .Should().ContainSingle("it is the same assignment");
    }

    [Fact]
    public async Task Nobody_who_sells_means_waiting_and_then_giving_up()
    {
        await using var world = new JobWorld(1);
        world.Providers[0].IsMute = true;
        await world.MatchAsync(1, 1);

        await world.PassAsync(TimeSpan.FromSeconds(61));
        (await world.JobAsync()).Status.Should().Be(JobStatus.Running);
        await world.PassAsync(TimeSpan.FromMinutes(5));

        Ended(world).Code.Should().Be("timeout");
        world.Ledger.Ends.Should().Equal("released 77");
    }

    [Fact]
    public async Task A_quorum_that_blames_the_request_ends_it_as_invalid()
    {
        await using var world = new JobWorld(3);
        world.Providers[0].BlamesRequest = world.Providers[2].BlamesRequest = true;
        await world.MatchAsync(2, 2);

        await world.PumpAsync();

        Ended(world).Should().BeEquivalentTo(new { Code = "invalid_request", Message = "Too long." });
        world.Ledger.Ends.Should().Equal("released 77");
        Closed(world, 2).Should().Be(("cancelled", 0));
    }

    [Fact]
    public async Task One_that_blames_the_request_against_a_quorum_is_just_replaced()
    {
        await using var world = new JobWorld(3);
        world.Providers[0].BlamesRequest = true;

        await world.MatchAsync(2, 2);
        await world.PumpAsync();

        (await world.FactsAsync()).Select(fact => fact.Ticket.ProviderId.Value).Should().Equal(2, 3);
    }

    [Fact]
    public async Task Only_the_first_leg_is_streamed_and_its_replacement_starts_again()
    {
        await using var world = new JobWorld(3);
        world.Providers[0].IsMute = world.Providers[1].IsMute = true;
        await world.MatchAsync(2, 2, isStreamed: true);

        await TellAsync(world, 0, 0, "Fo");
        await TellAsync(world, 1, 0, "Nobody hears this.");
        await TellAsync(world, 0, 0, "Fo");
        await TellAsync(world, 0, 2, "out of turn");
        await world.Runner.ProviderGoneAsync(world.Providers[0].Id, CancellationToken.None);
        await TellAsync(world, 1, 0, "Four");

        world.Gateway.Received.Skip(1).Should().BeEquivalentTo(
            new Frame[] { new JobText("order", 0, "Fo"), new JobRestarted("order"), new JobText("order", 0, "Four") },
            order => order.WithStrictOrdering().RespectingRuntimeTypes());
    }

    private static Task TellAsync(JobWorld world, int provider, int index, string text) =>
        world.Runner.TextReceivedAsync(
            world.Providers[provider].Id,
            new TextDelta(Offer(world.Providers[provider]).AssignmentId, index, text),
            CancellationToken.None);

    private static AssignmentOffer Offer(FakeProvider provider) =>
        provider.Received.OfType<AssignmentOffer>().FirstOrDefault()
        ?? new AssignmentOffer(new AssignmentId(Keccak256.Hash("none")), default, [], default, false, 0, 0);

    private static JobEnded Ended(JobWorld world) => world.Gateway.Received.OfType<JobEnded>().Single();

    private static (string, long) Closed(JobWorld world, int provider)
    {
        var closed = world.Providers[provider - 1].Received.OfType<AssignmentClosed>().Single();
        return (closed.Outcome, closed.Amount.Micro);
    }
}
