using System.Net;
using FluentAssertions;
using Marketplace.Api;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Marketplace.Protocol;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>Bids over HTTP: their requests come first.</summary>
public sealed class BidRouteTests : IDisposable
{
    private const string Model = "a model";

    private static readonly byte[] Request = RequestFor(Model);
    private static readonly Hash32 Input = JobRequest.HashOf(Request);

    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_bid_waits_for_its_request_and_then_the_same_bytes_buy()
    {
        await using var host = await StartedAsync();
        var session = await host.OpenedBuyersAsync();
        var batch = session.Batch(session.Bid(1, "b1", Input));
        var decided = host.World.Loop.DecidedSeq;

        var early = await host.PostAsync(batch);
        var untouched = host.World.Loop.DecidedSeq;
        var deposited = await host.DepositAsync(session, Input, Request);
        var placed = await host.AnswersAsync(batch);

        (early.Status, early.Body["title"]!.GetValue<string>()).Should()
            .Be((HttpStatusCode.Conflict, nameof(EntryRefusal.RequestMissing)));
        untouched.Should().Be(decided, "the number is still to be used");
        deposited.Should().BeEmpty();
        placed.ToJsonString().Should().Contain("\"open\":1000000");
        (await host.AnswersAsync(batch)).ToJsonString().Should().Be(placed.ToJsonString());
        (await host.World.AccountAsync()).HeldByOrders.Should().Be(new TokenAmount(1_100_000));
    }

    [Fact]
    public async Task A_request_is_kept_for_its_session_under_its_own_hash_alone()
    {
        await using var host = await StartedAsync();
        var buyer = await host.OpenedBuyersAsync();
        var provider = await host.OpenedAsync(1);
        var other = Keccak256.Hash("other");
        var noRequest = "{}"u8.ToArray();
        var long1 = RequestFor(new string('m', BidRequests.LongestBytes));

        (await host.DepositAsync(buyer, Input, Request, new byte[32])).Should().Be(nameof(EntryRefusal.BadMac));
        (await host.DepositAsync(buyer, other, Request)).Should().Be(nameof(EntryRefusal.InvalidRequest));
        (await host.DepositAsync(buyer, JobRequest.HashOf(noRequest), noRequest))
            .Should().Be(nameof(EntryRefusal.InvalidRequest));
        (await host.DepositAsync(buyer, JobRequest.HashOf(long1), long1))
            .Should().Be(nameof(EntryRefusal.InvalidRequest));
        (await host.DepositAsync(provider, Input, Request)).Should().Be(nameof(EntryRefusal.SideOutsideGrant));
        (await host.DepositAsync(buyer with { Number = 99 }, Input, Request))
            .Should().Be(nameof(EntryRefusal.UnknownSession));
        (await TitleAsync(host, buyer, 1, Input)).Should().Be(nameof(EntryRefusal.RequestMissing));
    }

    [Fact]
    public async Task A_bid_for_another_model_or_without_its_gateway_keeps_its_batch_out()
    {
        await using var host = await StartedAsync();
        var session = await host.OpenedBuyersAsync();
        var foreign = RequestFor("another model");
        await host.DepositAsync(session, Input, Request);
        await host.DepositAsync(session, JobRequest.HashOf(foreign), foreign);
        var digest = await host.World.DigestAsync();

        var mixed = await host.PostAsync(session.Batch(
            session.Bid(1, "b1", Input), session.Bid(2, "b2", JobRequest.HashOf(foreign))));
        host.Gateways.AreConnected = false;
        var alone = await TitleAsync(host, session, 3, Input);

        mixed.Body["title"]!.GetValue<string>().Should().Be(nameof(EntryRefusal.RequestForAnotherModel));
        mixed.Body["index"]!.GetValue<int>().Should().Be(1);
        alone.Should().Be(nameof(EntryRefusal.GatewayNotConnected));
        (await host.World.DigestAsync()).Should().Be(digest);
    }

    [Fact]
    public async Task A_request_is_forgotten_when_no_bid_names_it_and_kept_while_one_rests()
    {
        await using var host = await StartedAsync();
        var session = await host.OpenedBuyersAsync();
        var unnamed = RequestFor(Model, "nobody bids for it");
        await host.DepositAsync(session, Input, Request);
        await host.DepositAsync(session, JobRequest.HashOf(unnamed), unnamed);
        await host.AnswersAsync(session.Batch(session.Bid(1, "b1", Input)));

        host.World.Clock.Now += BidRequests.Patience + TimeSpan.FromMilliseconds(1);
        await host.Requests.SweepAsync(CancellationToken.None);

        (await TitleAsync(host, session, 2, JobRequest.HashOf(unnamed)))
            .Should().Be(nameof(EntryRefusal.RequestMissing));
        (await TitleAsync(host, session, 3, Input)).Should().BeEmpty("the first bid for it still rests");
    }

    [Fact]
    public async Task Requests_beyond_a_budgets_room_are_refused_and_the_same_one_again_is_not()
    {
        await using var host = await StartedAsync();
        var session = await host.OpenedBuyersAsync();
        var large = Enumerable.Range(0, 17).Select(at => RequestFor(
            Model, new string((char)('a' + at), BidRequests.LongestBytes - 1_000))).ToList();

        var kept = new List<string>();
        foreach (var request in large)
        {
            kept.Add(await host.DepositAsync(session, JobRequest.HashOf(request), request));
        }

        kept.Take(16).Should().OnlyContain(title => title.Length == 0);
        kept[16].Should().Be(nameof(EntryRefusal.TooManyRequests));
        (await host.DepositAsync(session, JobRequest.HashOf(large[0]), large[0])).Should().BeEmpty();
    }

    [Fact]
    public async Task A_bid_that_was_acknowledged_outlives_a_kill_and_is_matched_after_it()
    {
        var clock = new BookClock();
        byte[] batch;
        string answer;
        var life = await LoopWorld.WithBudgetAsync(folder.Path);
        await using (var host = await OrderHost.StartedAsync(life))
        {
            await ListAsync(host);
            clock = life.Clock;
            var session = await host.OpenedBuyersAsync();
            await host.DepositAsync(session, Input, Request);
            batch = session.Batch(session.Bid(1, "b1", Input));
            answer = (await host.AnswersAsync(batch)).ToJsonString();

            // Nothing more reaches the disk, as if the process had been killed here.
            life.Disk.FailSyncs();
            life.Disk.LosePower(new Random(1));
        }

        await using var after = await LoopWorld.StartedAsync(folder.Path, clock: clock);
        var again = await after.Loop.SubmitAsync(batch, new EntryLoad(1, 0, 0), CancellationToken.None);
        await after.DoAsync(BookWorld.Ask(1));

        var bid = await after.Loop.ReadAsync(state => state.Bid(BookWorld.Budget, "b1"), CancellationToken.None);
        answer.Should().Contain($"\"order\":\"{again.Value.Single().Order}\"");
        (bid!.State, bid.Terms.InputHash).Should().Be((BidState.Matched, Input));
        (await after.AccountAsync()).InJobs.Should().Be(new TokenAmount(1_100_000));
    }

    private async Task<OrderHost> StartedAsync()
    {
        var host = await OrderHost.StartedAsync(await LoopWorld.WithBudgetAsync(folder.Path));
        await ListAsync(host);
        return host;
    }

    /// <summary>The one market of the world sells the model.</summary>
    private static async Task ListAsync(OrderHost host) =>
        (await host.Entry.ListAsync(Model, "any", 4_096, CancellationToken.None)).Should().Be(BookWorld.Market);

    /// <returns>The problem's title, or nothing.</returns>
    private static async Task<string> TitleAsync(OrderHost host, SessionOrders session, ulong clientSeq, Hash32 input)
    {
        var reply = await host.PostAsync(session.Batch(session.Bid(clientSeq, $"b{clientSeq}", input)));
        return reply.Body["title"]?.GetValue<string>() ?? "";
    }

    private static byte[] RequestFor(string model, string content = "What is escrow?") =>
        new JobRequest(64, [new JobMessage(content, "user")], model, 0, [], 0, 1_000).Encode();
}
