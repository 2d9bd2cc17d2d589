using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Feeds;
using Xunit;

namespace Marketplace.Tests.OrderBook.Feeds;

/// <summary>Who subscribes gets the state and then every change.</summary>
public sealed class FeedHubTests
{
    [Fact]
    public void Depth_is_a_snapshot_and_then_the_gathered_changes()
    {
        var book = new BookEvents();
        book.Rest(Side.Bid, slot: 1, tick: 5, quantity: 10);
        book.Rest(Side.Ask, slot: 2, tick: 7, quantity: 4, minimum: 2);

        var subscription = book.Subscribed(FeedKind.Depth);
        book.Reduce(1, open: 6);
        book.Rest(Side.Bid, slot: 3, tick: 4, quantity: 1);
        book.Cancel(2);
        book.Hub.Flush();
        book.Hub.Flush();

        Frames(subscription).Should().Equal(
            """depth.snapshot 3 {"market":1,"view":"any","seq":3,"tickSize":1,"mode":"continuous","""
                + """ "bids":[[5,10,0,1]],"asks":[[7,0,4,1]],"crc":"caf8dd9c"}""".TrimStart(),
            """depth.delta 6 {"market":1,"view":"any","previous":3,"seq":6,"""
                + """ "bids":[[4,1,0,1],[5,6,0,1]],"asks":[[7,0,0,0]],"crc":"a40ed5a1"}""".TrimStart());
    }

    [Fact]
    public void The_order_feed_tells_every_order_and_trade_and_no_account()
    {
        var book = new BookEvents();
        book.Rest(Side.Ask, slot: 1, tick: 5, quantity: 10, minimum: 3);
        var subscription = book.Subscribed(FeedKind.Orders);

        book.Rest(Side.Bid, slot: 2, tick: 4, quantity: 6, replicas: 2);
        book.Trade(bid: 99, ask: 1, tick: 5, quantity: 3);
        book.Move(old: 1, slot: 4, Side.Ask, tick: 6, quantity: 7);
        book.Reduce(4, open: 5);
        book.Cancel(2);

        const string one = "0010000000000001";
        const string two = "0010000000000002";
        const string four = "0010000000000004";
        const string incoming = "0010000000000063";
        Frames(subscription).Should().Equal(
            """orders.snapshot 2 {"market":1,"seq":2,"tickSize":1,"mode":"continuous","orders":[{"order":"""
                + $"\"{one}\"" + ""","side":"ask","signature":0,"tick":5,"open":10,"minimum":3,"aside":true}]}""",
            Orders(3, "add", two, """ "side":"bid","signature":0,"tick":4,"open":12,"legs":2,"aside":true"""),
            """orders 4 {"market":1,"previous":3,"seq":4,"changes":[{"change":"trade","bid":"""
                + $"\"{incoming}\",\"ask\":\"{one}\"" + ""","tick":5,"quantity":3,"taker":"bid"}]}""",
            """orders 5 {"market":1,"previous":4,"seq":5,"changes":[{"change":"move","order":"""
                + $"\"{one}\",\"to\":\"{four}\"}},{{\"change\":\"add\",\"order\":\"{four}\","
                + """ "side":"ask","signature":0,"tick":6,"open":7,"minimum":3,"aside":true}]}""".TrimStart(),
            Orders(6, "reduce", four, """ "open":5"""),
            Orders(7, "end", two, """ "reason":"cancelled" """.TrimEnd()));
    }

    [Fact]
    public void Accounts_appear_under_the_pseudonyms_of_the_caller_alone()
    {
        var book = new BookEvents(new FeedOptions(Pseudonym: account => $"p{account * 7}"));
        book.Rest(Side.Ask, slot: 3, tick: 5, quantity: 10);

        var snapshot = Received.All(book.Subscribed(FeedKind.Orders)).Single();

        snapshot.Data.GetProperty("orders")[0].GetProperty("account").GetString().Should().Be("p21");
    }

    [Fact]
    public void The_best_prices_come_at_once_and_only_when_they_change()
    {
        var book = new BookEvents();
        var subscription = book.Subscribed(FeedKind.Best);

        book.Rest(Side.Bid, slot: 1, tick: 5, quantity: 10);
        book.Rest(Side.Bid, slot: 2, tick: 4, quantity: 10);
        book.Rest(Side.Bid, slot: 3, tick: 9, quantity: 10, minimum: 10);
        book.Rest(Side.Ask, slot: 4, tick: 8, quantity: 1);
        book.Cancel(1);

        Frames(subscription).Should().Equal(
            """best 1 {"market":1,"view":"any","seq":1,"bid":null,"ask":null}""",
            """best 2 {"market":1,"view":"any","seq":2,"bid":[5,10],"ask":null}""",
            """best 5 {"market":1,"view":"any","seq":5,"bid":[5,10],"ask":[8,1]}""",
            """best 6 {"market":1,"view":"any","seq":6,"bid":[4,10],"ask":[8,1]}""");
    }

    [Fact]
    public void A_further_leg_is_told_as_a_trade()
    {
        var book = new BookEvents();
        book.Rest(Side.Ask, slot: 1, tick: 5, quantity: 10);
        var (trades, depth) = (book.Subscribed(FeedKind.Trades), book.Subscribed(FeedKind.Depth));

        var leg = new MatchCommand { Seq = 9, Kind = CommandKind.TakeLeg, Market = 1 };
        book.Hub.Publish(leg, [new MatchEvent
        {
            Kind = MatchEventKind.Traded, Market = 1, Other = BookEvents.Handle(1), Tick = 5, Quantity = 4,
            Flags = TradeFlags.BidIsTaker,
        }]);
        book.Hub.Flush();

        Frames(trades)[1].Should().StartWith("""trades 9 {"market":1,"previous":2,"seq":9,"trades":[{"bid":"0000""");
        Frames(depth)[1].Should().Contain("""
            "asks":[[5,6,0,1]]
            """);
    }

    [Fact]
    public void A_view_shows_what_is_compatible_and_its_own_rivals()
    {
        var book = new BookEvents();
        book.Define(Side.Bid, required: 1, capability: 0);
        book.Define(Side.Ask, required: 0, capability: 1);
        book.Define(Side.Ask, required: 2, capability: 1);
        book.Rest(Side.Bid, slot: 1, tick: 3, quantity: 1, signature: 0);
        book.Rest(Side.Bid, slot: 2, tick: 6, quantity: 1, signature: 1);
        book.Rest(Side.Ask, slot: 3, tick: 5, quantity: 1, signature: 0);
        book.Rest(Side.Ask, slot: 4, tick: 7, quantity: 1, signature: 1);
        book.Rest(Side.Ask, slot: 5, tick: 2, quantity: 1, signature: 2);

        // The bid at 6 needs what the ask at 5 lacks: a view of both would look crossed. Nobody suits the ask at 2.
        Levels(new DepthView(book.Hub.Market(1)!, Side.Bid, 0)).Should().Be("3 | 5 7");
        Levels(new DepthView(book.Hub.Market(1)!, Side.Bid, 1)).Should().Be("6 3 | 7");
        Levels(new DepthView(book.Hub.Market(1)!, Side.Ask, 1)).Should().Be("6 3 | 7");
        Levels(new DepthView(book.Hub.Market(1)!, Side.Ask, 2)).Should().Be(" | 2 7");
    }

    [Fact]
    public void An_unknown_topic_ends_at_once_and_says_so()
    {
        var book = new BookEvents();
        var market = book.Hub.Subscribe(new FeedTopic(FeedKind.Trades, 9), null).Value;
        var signature = book.Hub.Subscribe(new FeedTopic(FeedKind.Depth, 1, Side.Ask, 1), null).Value;

        book.Hub.Flush();

        (market.End, signature.End).Should().Be((FeedEnd.UnknownTopic, FeedEnd.UnknownTopic));
    }

    [Fact]
    public void As_many_subscribe_as_may_and_who_leaves_makes_room()
    {
        var book = new BookEvents(new FeedOptions(MaxSubscribers: 2));
        var topic = new FeedTopic(FeedKind.Trades, 1);
        using var first = book.Hub.Subscribe(topic, null).Value;
        var second = book.Hub.Subscribe(topic, null).Value;

        book.Hub.Subscribe(topic, null).Rejection.Should().Be(SubscribeRefusal.TooManySubscribers);
        book.Hub.Flush();
        book.Hub.Subscribe(topic, null).Rejection.Should().Be(SubscribeRefusal.TooManySubscribers);
        second.Dispose();
        book.Hub.Flush();

        book.Hub.Subscribe(topic, null).IsOk.Should().BeTrue();
    }

    [Fact]
    public async Task An_update_is_encoded_once_for_all()
    {
        var book = new BookEvents();
        var (one, two) = (book.Subscribed(FeedKind.Best), book.Subscribed(FeedKind.Best));
        book.Rest(Side.Bid, slot: 1, tick: 5, quantity: 10);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            (await one.NextAsync(default)).Should().BeSameAs(await two.NextAsync(default));
        }
    }

    private static List<string> Frames(FeedSubscription subscription) =>
        [.. Received.All(subscription).Select(message => $"{message.Name} {message.Id} {message.Data.GetRawText()}")];

    private static string Orders(long seq, string change, string order, string rest) =>
        $"orders {seq} {{\"market\":1,\"previous\":{seq - 1},\"seq\":{seq},\"changes\":[{{\"change\":\"{change}\","
        + $"\"order\":\"{order}\",{rest.Trim()}}}]}}";

    private static string Levels(DepthView view) => string.Join(' ', Ticks(view, Side.Bid)) + " | "
        + string.Join(' ', Ticks(view, Side.Ask).Order());

    private static IEnumerable<int> Ticks(DepthView view, Side side) =>
        view.Ladder(side).Levels.Select(level => level.Tick);
}
