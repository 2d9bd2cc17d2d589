using System.Net;
using System.Net.Sockets;
using System.Text;
using FluentAssertions;
using Marketplace.Api;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Feeds;
using Marketplace.OrderBook.Journaling;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>Market data over HTTP: what a subscriber gets, when, and what it cannot do to others.</summary>
public sealed class FeedRouteTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Who_joins_late_has_the_same_book_as_who_was_there_from_the_start()
    {
        await using var host = await StartedAsync();
        await using var early = await host.OpenAsync("l3");
        await early.NextAsync();
        await TradeAsync(host.World, "a");

        await using var late = await host.OpenAsync("l3");
        await late.NextAsync();
        var last = await TradeAsync(host.World, "b");
        await early.ReachedAsync(last);
        await late.ReachedAsync(last);

        late.Ids.Count.Should().BeLessThan(early.Ids.Count);
        early.Book.Orders.Should().NotBeEmpty();
        late.Book.Orders.Should().BeEquivalentTo(early.Book.Orders);
        var depth = await host.World.Loop.ReadAsync(state => state.Depth(BookWorld.Market), default);
        early.Book.Orders.Values.Where(order => order.Side == "ask").Sum(order => order.Open)
            .Should().Be(depth.Asks.Sum(level => level.Quantity.Units));
    }

    [Fact]
    public async Task Depth_rebuilt_from_its_changes_is_the_depth_that_is_asked_for()
    {
        await using var host = await StartedAsync();
        await TradeAsync(host.World, "a");
        await using var feed = await host.OpenAsync("l2");
        await feed.NextAsync();

        var last = await TradeAsync(host.World, "b");
        await feed.ReachedAsync(last);

        var (_, depth) = await host.GetAsync("depth?levels=1000");
        depth["seq"]!.GetValue<long>().Should().Be(last);
        feed.Ids.Should().HaveCountGreaterThan(1);
        Levels(depth["bids"]!).Should().Equal(feed.Book.Levels(Side.Bid)).And.NotBeEmpty();
        Levels(depth["asks"]!).Should().Equal(feed.Book.Levels(Side.Ask)).And.NotBeEmpty();
        (await host.GetAsync("depth?levels=1")).Body["asks"]!.AsArray().Should().ContainSingle();
    }

    [Fact]
    public async Task Events_come_in_the_order_of_the_journal_and_under_its_numbers()
    {
        await using var host = await StartedAsync();
        await using var feed = await host.OpenAsync("l3");
        await feed.NextAsync();

        await Task.WhenAll(Enumerable.Range(1, 8).Select(at => TradeAsync(host.World, $"t{at}-", (uint)at)));
        var last = await LastAskAsync(host.World);
        await feed.ReachedAsync(last);

        feed.Ids.Skip(1).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        feed.Ids.Skip(1).Should().Equal(Journalled(host.World).Where(IsOfAnOrder).Select(record => record.Seq));
    }

    [Fact]
    public async Task Nothing_is_told_before_it_is_on_disk()
    {
        await using var host = await StartedAsync();
        await using var feed = await host.OpenAsync("l3");
        await feed.NextAsync();
        host.World.Disk.Stall();

        var asked = host.World.SubmitAsync(BookWorld.Ask(1));
        await host.World.Disk.Stalled.Task.WaitAsync(Bound);
        await host.World.UntilDecidedAsync(3);
        var next = feed.NextAsync();

        // A look comes after all that was handed over before it.
        (await host.World.Loop.Mirror.LookAsync(book => book.LastSeq, default)).Should().Be(2);
        (await host.GetAsync("depth")).Body["asks"]!.AsArray().Should().BeEmpty();
        (next.IsCompleted, asked.IsCompleted).Should().Be((false, false));

        host.World.Disk.Resume();
        (await next).Name.Should().Be("orders");
        (await asked).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task A_reader_that_stops_is_dropped_and_told_why_and_others_go_on()
    {
        await using var host = await StartedAsync(new FeedOptions(QueueLength: 8, MaxOverflows: 2));
        await using var reader = await host.OpenAsync("l3");
        await reader.NextAsync();
        using var stopped = await StoppedAsync(host);
        await UntilAsync(() => host.World.Loop.Mirror.Feeds.Subscribers == 2);

        var last = 0L;
        while (host.World.Loop.Mirror.Feeds.Subscribers == 2)
        {
            last = await TradeAsync(host.World, $"n{last}-");
            await reader.ReachedAsync(last);
        }

        last = await TradeAsync(host.World, "after");
        await reader.ReachedAsync(last);
        using var rest = new StreamReader(stopped.GetStream(), Encoding.UTF8);
        var read = await rest.ReadToEndAsync().WaitAsync(Bound);
        read.Should().Contain("event: end\ndata: {\"reason\":\"tooSlow\"}");
    }

    [Fact]
    public async Task Who_comes_back_goes_on_where_it_left_off_or_is_told_the_gap()
    {
        await using var host = await StartedAsync(new FeedOptions(RingLength: 4));
        await using var first = await host.OpenAsync("l3");
        await first.NextAsync();
        var seen = await LastAskAsync(host.World);
        await first.ReachedAsync(seen);
        var missed = await LastAskAsync(host.World);

        await using var back = await host.OpenAsync("l3", seen, first.Book);
        var goneOn = await back.NextAsync();
        await TradeAsync(host.World, "more");
        await using var late = await host.OpenAsync("l3", seen);

        (goneOn.Name, back.Ids.Single()).Should().Be(("orders", missed));
        var gap = await late.NextAsync();
        gap.Name.Should().Be("gap");
        gap.Data.GetProperty("first").GetInt64().Should().Be(seen + 1);
        (await late.NextAsync()).Name.Should().Be("orders.snapshot");
    }

    [Fact]
    public async Task What_cannot_be_served_is_refused_by_name()
    {
        await using var host = await StartedAsync(serving: new FeedServing(FeedsPerSource: 1));

        (await RefusalAsync(host, "/v1/markets/9/feed")).Should().Be((HttpStatusCode.NotFound, "UnknownMarket"));
        (await RefusalAsync(host, "/v1/markets/x/depth")).Should().Be((HttpStatusCode.NotFound, "UnknownMarket"));
        (await RefusalAsync(host, "feed?level=l4")).Should().Be((HttpStatusCode.BadRequest, "BadLevel"));
        (await RefusalAsync(host, "depth?levels=0")).Should().Be((HttpStatusCode.BadRequest, "BadQuestion"));
        (await RefusalAsync(host, "quote")).Should().Be((HttpStatusCode.BadRequest, "BadQuestion"));
        (await RefusalAsync(host, "quote?quantity=1&limit=x")).Should().Be((HttpStatusCode.BadRequest, "BadQuestion"));
        (await RefusalAsync(host, "quote?quantity=0")).Should().Be((HttpStatusCode.BadRequest, "InvalidQuantity"));
        (await RefusalAsync(host, "why?quantity=1&limit=900")).Should().Be((HttpStatusCode.BadRequest, "InvalidTick"));
        await using (await host.OpenAsync("l1"))
        {
            (await RefusalAsync(host, "feed?level=l1")).Should().Be((HttpStatusCode.TooManyRequests, "TooManyFeeds"));
        }

        await UntilAsync(async () => (await host.GetAsync("feed?level=l1")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_quote_is_what_the_bid_then_pays()
    {
        await using var host = await StartedAsync();
        await host.World.DoAsync(BookWorld.Ask(1) with { Price = new UnitPrice(700_000) });
        await host.World.DoAsync(BookWorld.Ask(2) with { Price = new UnitPrice(800_000) });
        await host.World.DoAsync(BookWorld.Ask(3));

        var (_, quote) = await host.GetAsync("quote?quantity=1000000&limit=1&replicas=2");
        var bid = await host.World.DoAsync(BookWorld.Bid("b1", replicas: 2));

        bid.State.Should().Be(BidState.Matched);
        quote["isFull"]!.GetValue<bool>().Should().BeTrue();
        quote["hold"]!.GetValue<long>().Should().Be(bid.Hold.Micro).And.Be(2_200_000);
        quote["fills"]!.AsArray().Select(fill => fill!["price"]!.GetValue<long>())
            .Should().Equal(bid.Legs.Select(leg => leg.Price.MicroPerMillionUnits)).And.Equal(700_000, 800_000);
        var paid = bid.Legs.Sum(leg => leg.Price.CostUp(new Quantity(1_000_000)).Micro);
        quote["cost"]!.GetValue<long>().Should().Be(paid);
        quote["fee"]!.GetValue<long>().Should().Be(paid / 10);
    }

    [Fact]
    public async Task Why_says_at_what_price_terms_would_fill()
    {
        await using var host = await StartedAsync();
        await host.World.DoAsync(BookWorld.Ask(1));

        var (_, why) = await host.GetAsync("why?quantity=1000000&limit=0.5");
        var (_, enough) = await host.GetAsync($"why?quantity=1000000&limit=0.9");

        why["fillsAt"]!.GetValue<long>().Should().Be(900_000);
        why["text"]!.GetValue<string>().Should().Contain("by 0.400000 per Mtok; that is enough")
            .And.EndWith("it would fill at a limit of 0.900000 per Mtok.");
        why["why"]!["constraints"]![0]!["fails"]!.GetValue<int>().Should().Be(1);
        enough["why"]!["state"]!.GetValue<string>().Should().Be("WouldFill");
    }

    private async Task<FeedHost> StartedAsync(FeedOptions? feeds = null, FeedServing? serving = null) =>
        await FeedHost.StartedAsync(
            await LoopWorld.WithBudgetAsync(
                folder.Path, change: options => options with { Feeds = feeds ?? new FeedOptions() }),
            serving);

    /// <summary>Asks, a job of two legs, bids that rest or are cancelled; the last command is an ask.</summary>
    private static async Task<long> TradeAsync(LoopWorld world, string name, uint provider = 1)
    {
        await world.DoAsync(BookWorld.Ask(provider, $"{name}1"));
        await world.DoAsync(BookWorld.Ask(provider + 20, $"{name}2") with { Price = new UnitPrice(950_000) });
        await world.DoAsync(Small($"{name}1", 1_000_000) with { Replicas = 2 });
        var low = await world.DoAsync(Small($"{name}2", 100_000));
        await world.DoAsync(Small($"{name}3", 200_000));
        await world.DoAsync(new CancelBid(low.Order, BookWorld.Budget));
        return (await world.DoAsync(BookWorld.Ask(provider + 40, $"{name}3"))).Order.Value;
    }

    private static PlaceBid Small(string name, long limit) => BookWorld.Bid(name) with
    {
        Limit = new UnitPrice(limit),
        PerLeg = new Quantity(1_000),
    };

    private static async Task<long> LastAskAsync(LoopWorld world) =>
        (await world.DoAsync(BookWorld.Ask(99, $"last{world.Loop.DecidedSeq}"))).Order.Value;

    private static async Task<TcpClient> StoppedAsync(FeedHost host)
    {
        var client = new TcpClient { ReceiveBufferSize = 1_024 };
        await client.ConnectAsync(host.Url.Host, host.Url.Port);
        await client.GetStream().WriteAsync(
            "GET /v1/markets/0/feed?level=l3 HTTP/1.1\r\nHost: market\r\nConnection: close\r\n\r\n"u8.ToArray());
        return client;
    }

    private static async Task<(HttpStatusCode Status, string Title)> RefusalAsync(FeedHost host, string route)
    {
        var (status, body) = await host.GetAsync(route);
        return (status, body["title"]!.GetValue<string>());
    }

    private static IEnumerable<FeedLevel> Levels(System.Text.Json.Nodes.JsonNode levels) => levels.AsArray()
        .Select(level => new FeedLevel(
            level![0]!.GetValue<int>(),
            level[1]!.GetValue<long>(),
            level[2]!.GetValue<long>(),
            level[3]!.GetValue<int>()));

    private static List<(long Seq, string Kind)> Journalled(LoopWorld world)
    {
        using var left = new LogFolder();
        world.Disk.CopySynced(left.Path);
        using var reader = new JournalReader(left.Path);
        var records = new List<(long, string)>();
        while (reader.Next())
        {
            records.Add((reader.Command.Seq, BookCommandCodec.Decode(reader.Payload).GetType().Name));
        }

        return records;
    }

    private static bool IsOfAnOrder((long Seq, string Kind) record) =>
        record.Kind is nameof(PlaceBid) or nameof(PlaceAsk) or nameof(CancelBid);

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Bound);
        while (!await isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
