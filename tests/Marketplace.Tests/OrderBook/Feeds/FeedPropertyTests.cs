using System.Globalization;
using System.Text;
using CsCheck;
using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Feeds;
using Xunit;

namespace Marketplace.Tests.OrderBook.Feeds;

/// <summary>What a client builds from the feeds is what the engine has, from any moment of any stream on.</summary>
public sealed class FeedPropertyTests
{
    private static readonly FeedTopic[] Views =
    [
        new(FeedKind.Depth, EngineWorld.Continuous),
        new(FeedKind.Depth, EngineWorld.Continuous, Side.Bid, 1),
        new(FeedKind.Depth, EngineWorld.Continuous, Side.Bid, 3),
        new(FeedKind.Depth, EngineWorld.Continuous, Side.Ask, 2),
        new(FeedKind.Depth, EngineWorld.Batch),
    ];

    [Fact]
    public void Depth_from_a_snapshot_and_deltas_is_the_engines_and_its_checksum_matches() =>
        Gen.Select(EngineWorld.Streams, Gen.Int[1, 5], Gen.Int[0, 30]).Sample((stream, interval, late) =>
        {
            var (hub, world) = Followed();
            var clients = new List<(FeedTopic Topic, FeedSubscription From, ClientBook Book)>();
            foreach (var (step, index) in stream.Select((step, index) => (step, index)))
            {
                if (index == Math.Min(late, stream.Length - 1))
                {
                    clients.AddRange(Views.Select(topic =>
                        (topic, hub.Subscribe(topic, null).Value, new ClientBook())));
                }

                world.Take(step);
                if (index % interval > 0 && index < stream.Length - 1)
                {
                    continue;
                }

                hub.Flush();
                foreach (var (topic, from, book) in clients)
                {
                    Received.All(from).ForEach(message => Check(message, book));
                    Text(book.Levels(Side.Bid)).Should().Be(Text(Expected(world.Engine, topic, Side.Bid)));
                    Text(book.Levels(Side.Ask)).Should().Be(Text(Expected(world.Engine, topic, Side.Ask)));
                }
            }
        }, iter: 60);

    [Fact]
    public void Orders_from_a_snapshot_and_changes_are_the_engines() =>
        Gen.Select(EngineWorld.Streams, Gen.Int[0, 30]).Sample((stream, late) =>
        {
            var (hub, world) = Followed();
            var (one, two) = (new ClientBook(), new ClientBook());
            var subscriptions = new List<(FeedSubscription From, ClientBook Book, ushort Market)>();
            foreach (var (step, index) in stream.Select((step, index) => (step, index)))
            {
                if (index == Math.Min(late, stream.Length - 1))
                {
                    subscriptions.Add((hub.Subscribe(new(FeedKind.Orders, 1), null).Value, one, 1));
                    subscriptions.Add((hub.Subscribe(new(FeedKind.Orders, 2), null).Value, two, 2));
                    hub.Flush();
                }

                world.Take(step);

                foreach (var (from, book, market) in subscriptions)
                {
                    Received.All(from).ForEach(book.Follow);
                    book.Orders.Select(order => $"{order.Key} {order.Value.Side} {order.Value.Open}")
                        .Should().BeEquivalentTo(
                            Resting(world.Engine, market, Side.Bid, "bid").Concat(
                                Resting(world.Engine, market, Side.Ask, "ask")));
                }
            }
        }, iter: 60);

    // The feed does not know whose an order is: one owner's post-only orders may stand across each other.
    [Fact]
    public void Executable_depth_is_crossed_by_one_owners_own_orders_or_not_at_all() =>
        EngineWorld.Streams.Sample(stream =>
        {
            var (hub, world) = Followed();
            foreach (var step in stream)
            {
                world.Take(step);

                var market = hub.Market(EngineWorld.Continuous)!;
                foreach (var side in new[] { Side.Bid, Side.Ask })
                {
                    for (ushort signature = 0; signature < EngineWorld.Signatures; signature++)
                    {
                        var view = new DepthView(market, side, signature);
                        var (bid, ask) = (view.Ladder(Side.Bid).Best, view.Ladder(Side.Ask).Best);

                        (bid is null || ask is null || bid.Value.Tick < ask.Value.Tick || HasOwnAcross(world))
                            .Should().BeTrue();
                    }
                }
            }
        }, iter: 60);

    /// <summary>Whether plain orders stand across each other, and none but those of one owner.</summary>
    private static bool HasOwnAcross(EngineWorld world)
    {
        var pairs = new List<bool>();
        foreach (var bid in world.Engine.Resting(EngineWorld.Continuous, Side.Bid))
        {
            foreach (var ask in world.Engine.Resting(EngineWorld.Continuous, Side.Ask))
            {
                if (bid.Tick >= ask.Tick && IsPlain(bid) && IsPlain(ask) && Suit(world, bid, ask))
                {
                    pairs.Add(GroupOf(world, bid) == GroupOf(world, ask));
                }
            }
        }

        return pairs.Count > 0 && pairs.TrueForAll(isOwn => isOwn);
    }

    private static bool IsPlain(in OrderView order) => order.Minimum <= 1 && order.Replicas == 0;

    private static bool Suit(EngineWorld world, in OrderView bid, in OrderView ask)
    {
        var asked = world.Engine.Signature(EngineWorld.Continuous, Side.Bid, bid.Signature);
        var offered = world.Engine.Signature(EngineWorld.Continuous, Side.Ask, ask.Signature);
        return asked.IsCompatible(offered);
    }

    private static uint GroupOf(EngineWorld world, in OrderView order) =>
        world.Engine.Account(order.Account).OwnerGroup;

    [Fact]
    public void Orders_that_fill_in_any_part_are_executable_and_others_are_not() =>
        EngineWorld.Streams.Sample(stream =>
        {
            var (hub, world) = Followed();
            foreach (var step in stream)
            {
                world.Take(step);
            }

            foreach (var order in hub.Market(EngineWorld.Batch)!.Resting)
            {
                world.Engine.TryFind(order.Handle, out var view).Should().BeTrue();
                order.FillsWhole.Should().Be(view.Minimum > 1 || view.Replicas > 0);
            }

            foreach (var order in hub.Market(EngineWorld.Continuous)!.Resting)
            {
                world.Engine.TryFind(order.Handle, out var view).Should().BeTrue();
                order.FillsWhole.Should().Be(view.Minimum > 1 || view.Replicas > 0);
                order.OrderNo.Should().Be(view.OrderNo);
                (order.IsAside || !order.FillsWhole).Should().BeTrue();
            }
        }, iter: 60);

    [Fact]
    public void The_best_prices_told_last_are_those_of_the_view() => EngineWorld.Streams.Sample(stream =>
    {
        var (hub, world) = Followed();
        var subscription = hub.Subscribe(new(FeedKind.Best, EngineWorld.Continuous), null).Value;
        hub.Flush();
        var last = "";
        foreach (var step in stream)
        {
            world.Take(step);

            var received = Received.All(subscription).Select(message =>
                $"{message.Data.GetProperty("bid")}|{message.Data.GetProperty("ask")}").ToList();
            received.Zip(received.Prepend(last)).Should().NotContain(pair => pair.First == pair.Second);
            last = received.LastOrDefault(last);
            var view = new DepthView(hub.Market(EngineWorld.Continuous)!, Side.Bid, 0);
            last.Should().Be($"{Best(view, Side.Bid)}|{Best(view, Side.Ask)}");
        }
    }, iter: 60);

    private static string Best(DepthView view, Side side) =>
        view.Ladder(side).Best is { } best ? $"[{best.Tick},{best.Open}]" : "";

    private static void Check(Received message, ClientBook book)
    {
        book.Follow(message);
        var told = message.Data.GetProperty("crc").GetString();
        var own = Convert.ToHexStringLower(BitConverter.GetBytes(Zlib(book.ChecksumText())).Reverse().ToArray());
        own.Should().Be(told);
    }

    // Bit by bit from the definition, so that it shares no table with the code under test.
    private static uint Zlib(string text)
    {
        var crc = uint.MaxValue;
        foreach (var value in Encoding.ASCII.GetBytes(text))
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static (FeedHub Hub, EngineWorld World) Followed()
    {
        var hub = new FeedHub(new FeedOptions(QueueLength: 10_000));
        return (hub, new EngineWorld((command, events) => hub.Publish(command, events.All)));
    }

    // The sums of what the engine has, whichever part of it is executable.
    private static IEnumerable<FeedLevel> Expected(MatchingEngine engine, FeedTopic topic, Side side) =>
        EngineWorld.Resting(engine, topic.Market, side)
            .Where(order => IsShown(engine, topic, side, order.Signature))
            .GroupBy(order => order.Tick)
            .Select(level => new FeedLevel(
                level.Key, level.Sum(order => order.Open * Math.Max(1, (int)order.Replicas)), 0, level.Count()));

    private static bool IsShown(MatchingEngine engine, FeedTopic topic, Side side, ushort signature)
    {
        var own = engine.Signature(topic.Market, topic.Side, topic.Signature);
        var other = engine.Signature(topic.Market, side, signature);
        return side == topic.Side
            ? (other.Required.Low & ~own.Required.Low) == 0 && (own.Capability.Low & ~other.Capability.Low) == 0
            : own.IsCompatible(other);
    }

    private static string Text(IEnumerable<FeedLevel> levels) => string.Join(' ', levels.Select(level =>
        string.Create(CultureInfo.InvariantCulture, $"{level.Open + level.Aside}@{level.Tick}x{level.Orders}")));

    private static IEnumerable<string> Resting(MatchingEngine engine, ushort market, Side side, string name) =>
        EngineWorld.Resting(engine, market, side)
            .Select(order => $"{order.Handle} {name} {order.Open * Math.Max(1, (int)order.Replicas)}");
}
