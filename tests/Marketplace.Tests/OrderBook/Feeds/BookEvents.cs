using Marketplace.Matching;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Tests.OrderBook.Feeds;

/// <summary>Drives a hub by hand-written commands and events, in market 1 with one tick of 1.</summary>
internal sealed class BookEvents
{
    private long seq;

    public BookEvents(FeedOptions? options = null)
    {
        Hub = new FeedHub(options ?? new FeedOptions());
        Hub.Publish(new MatchCommand { Seq = ++seq, Kind = CommandKind.OpenMarket, Market = 1, TickSize = 1 }, []);
    }

    public FeedHub Hub { get; }

    public long Seq => seq;

    public static OrderHandle Handle(uint slot) => new(1, 0, slot);

    public FeedSubscription Subscribed(FeedKind kind, long? lastEventId = null)
    {
        var subscription = Hub.Subscribe(new FeedTopic(kind, 1), lastEventId).Value;
        Hub.Flush();
        return subscription;
    }

    public void Define(Side side, ulong required, ulong capability) => Hub.Publish(
        new MatchCommand
        {
            Seq = ++seq,
            Kind = CommandKind.DefineSignature,
            Market = 1,
            Side = side,
            Required = new AttributeMask(required, 0),
            Capability = new AttributeMask(capability, 0),
        },
        []);

    /// <summary>An order that comes and rests; its account is its slot.</summary>
    public void Rest(
        Side side, uint slot, int tick, long quantity, ushort signature = 0, uint minimum = 0, byte replicas = 0)
    {
        var command = new MatchCommand
        {
            Seq = ++seq,
            Kind = CommandKind.Place,
            Market = 1,
            Side = side,
            Minimum = minimum,
            Replicas = replicas,
        };
        var placed = Event(MatchEventKind.Placed, slot, tick, quantity) with
        {
            Side = side,
            Signature = signature,
            Account = slot,
        };
        Hub.Publish(command, [placed, placed with { Kind = MatchEventKind.Rested }]);
    }

    /// <summary>An incoming order of slot 99 trades with one that rests.</summary>
    public void Trade(uint bid, uint ask, int tick, long quantity) => Publish(
        Event(MatchEventKind.Traded, bid, tick, quantity) with
        {
            Other = Handle(ask),
            Flags = TradeFlags.BidIsTaker,
        });

    public void Cancel(uint slot) =>
        Publish(Event(MatchEventKind.Ended, slot, 0, 0) with { Reason = EndReason.Cancelled });

    public void Reduce(uint slot, long open) => Publish(Event(MatchEventKind.Reduced, slot, 0, open));

    public void Move(uint old, uint slot, Side side, int tick, long quantity)
    {
        var moved = Event(MatchEventKind.Moved, slot, tick, quantity) with { Other = Handle(old), Side = side };
        Publish(moved, moved with { Kind = MatchEventKind.Rested, Other = default });
    }

    public void Publish(params MatchEvent[] events) =>
        Hub.Publish(new MatchCommand { Seq = ++seq, Market = 1 }, [.. events.Select(one => one with { Seq = seq })]);

    private MatchEvent Event(MatchEventKind kind, uint slot, int tick, long quantity) => new()
    {
        Kind = kind,
        Market = 1,
        Seq = seq,
        Order = Handle(slot),
        Tick = tick,
        Quantity = quantity,
    };
}
