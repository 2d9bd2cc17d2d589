using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Feeds;
using Xunit;

namespace Marketplace.Tests.OrderBook.Feeds;

/// <summary>What becomes of those who fall behind, and of those who come back.</summary>
public sealed class SlowSubscriberTests
{
    private static readonly FeedOptions Small = new(QueueLength: 4, RingLength: 8, MaxOverflows: 2);

    [Fact]
    public void A_slow_reader_of_depth_gets_the_latest_state_instead_of_every_change()
    {
        var book = new BookEvents(Small);
        var subscription = book.Subscribed(FeedKind.Depth);

        Rest(book, orders: 5);

        var received = Received.All(subscription);
        received.Select(message => message.Name).Should().Equal("depth.snapshot", "depth.delta");
        var client = new ClientBook();
        received.ForEach(client.Follow);
        client.Levels(Side.Bid).Should().Equal(new FeedLevel(3, 5, 0, 5));
    }

    [Fact]
    public void A_slow_reader_of_orders_is_told_of_the_gap_and_begins_anew()
    {
        var book = new BookEvents(Small);
        var subscription = book.Subscribed(FeedKind.Orders);

        Rest(book, orders: 5);

        var received = Received.All(subscription);
        received.Select(message => message.Name).Should().Equal("gap", "orders.snapshot", "orders");
        received[0].Data.GetRawText().Should().Be("""{"market":1,"first":1,"last":5}""");
        var client = new ClientBook();
        received.Skip(1).ToList().ForEach(client.Follow);
        client.Orders.Should().HaveCount(5);
    }

    [Fact]
    public void A_reader_that_stays_slow_is_dropped_and_told_why_while_others_go_on()
    {
        var book = new BookEvents(Small);
        var (slow, quick) = (book.Subscribed(FeedKind.Best), book.Subscribed(FeedKind.Best));
        var received = new List<Received>();

        for (uint slot = 1; slot <= 12; slot++)
        {
            slow.End.Should().Be(FeedEnd.None);
            book.Rest(Side.Bid, slot, tick: 3, quantity: 1);
            received.AddRange(Received.All(quick));
        }

        slow.End.Should().Be(FeedEnd.TooSlow);
        Received.All(slow).Should().BeEmpty();
        received.Should().HaveCount(13);
    }

    [Fact]
    public void A_reader_that_catches_up_has_its_lapses_forgotten()
    {
        var book = new BookEvents(Small);
        var subscription = book.Subscribed(FeedKind.Best);

        for (uint slot = 1; slot <= 100; slot++)
        {
            book.Rest(Side.Bid, slot, tick: 3, quantity: 1);
            if (slot % 6 == 0)
            {
                Received.All(subscription);
            }
        }

        subscription.End.Should().Be(FeedEnd.None);
    }

    [Fact]
    public void Who_comes_back_soon_gets_what_it_missed()
    {
        var book = new BookEvents(Small);
        var first = book.Subscribed(FeedKind.Orders);
        Rest(book, orders: 3);
        var seen = Received.All(first)[1].Id;

        var back = Received.All(book.Subscribed(FeedKind.Orders, seen));

        back.Select(message => (message.Name, message.Id)).Should().Equal(("orders", 3), ("orders", 4));
    }

    [Fact]
    public void Who_missed_nothing_gets_nothing_but_what_comes()
    {
        var book = new BookEvents(Small);
        book.Subscribed(FeedKind.Orders);
        Rest(book, orders: 2);

        var back = book.Subscribed(FeedKind.Orders, book.Seq);

        Received.All(back).Should().BeEmpty();
        Rest(book, orders: 1, from: 9);
        Received.All(back).Should().ContainSingle().Which.Name.Should().Be("orders");
    }

    [Theory]
    [InlineData(FeedKind.Orders, 1, "gap orders.snapshot")]
    [InlineData(FeedKind.Orders, 2, "gap orders.snapshot")]
    [InlineData(FeedKind.Trades, 2, "gap trades")]
    [InlineData(FeedKind.Depth, 2, "depth.snapshot")]
    [InlineData(FeedKind.Orders, 1000, "orders.snapshot")]
    public void Who_comes_back_too_late_or_from_elsewhere_begins_anew(FeedKind kind, long lastEventId, string names)
    {
        var book = new BookEvents(Small);
        book.Subscribed(kind).Dispose();
        Rest(book, orders: 20);
        book.Trade(bid: 1, ask: 99, tick: 3, quantity: 1);

        for (uint slot = 2; slot < 14; slot++)
        {
            book.Trade(bid: slot, ask: 99, tick: 3, quantity: 1);
        }

        var back = Received.All(book.Subscribed(kind, lastEventId));

        string.Join(' ', back.Select(message => message.Name)).Should().Be(names);
    }

    [Fact]
    public void A_topic_without_subscribers_is_forgotten_in_the_end()
    {
        var book = new BookEvents(Small with { IdleFlushes = 2 });
        book.Subscribed(FeedKind.Orders).Dispose();
        Rest(book, orders: 2);

        using (var back = book.Subscribed(FeedKind.Orders, 2))
        {
            Received.All(back).Should().ContainSingle().Which.Name.Should().Be("orders");
        }

        foreach (var _ in Enumerable.Range(0, 4))
        {
            book.Hub.Flush();
        }

        Received.All(book.Subscribed(FeedKind.Orders, 2)).Select(message => message.Name)
            .Should().Equal("gap", "orders.snapshot");
    }

    // Each in a flush of its own, so that depth has as many messages as there are orders.
    private static void Rest(BookEvents book, uint orders, uint from = 1)
    {
        for (var slot = from; slot < from + orders; slot++)
        {
            book.Rest(Side.Bid, slot, tick: 3, quantity: 1);
            book.Hub.Flush();
        }
    }
}
