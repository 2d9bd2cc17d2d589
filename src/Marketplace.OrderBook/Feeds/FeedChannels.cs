using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>Level 1. Every message is the whole state, so none depends on another.</summary>
internal sealed class BestChannel(FeedTopic topic, MarketOrders market, FeedOptions options, long seq)
    : FeedChannel(topic, options, seq)
{
    private readonly DepthView view = new(market, topic.Side, topic.Signature);
    private readonly HashSet<(Side Side, int Tick)> touched = [];
    private (FeedLevel? Bid, FeedLevel? Ask) told;

    public override void Apply(long seq, IReadOnlyList<BookChange> changes)
    {
        touched.Clear();
        foreach (var change in changes)
        {
            view.Apply(change, touched);
        }

        var (bid, ask) = (view.Ladder(Side.Bid).Best, view.Ladder(Side.Ask).Best);
        if (!IsSame(bid, told.Bid) || !IsSame(ask, told.Ask))
        {
            Publish(Best(seq));
        }
    }

    protected override FeedMessage Snapshot() => Best(LastSeq);

    private static bool IsSame(FeedLevel? one, FeedLevel? other) =>
        one?.Tick == other?.Tick && one?.Open == other?.Open;

    private FeedMessage Best(long seq)
    {
        told = (view.Ladder(Side.Bid).Best, view.Ladder(Side.Ask).Best);
        return FeedJson.Encode("best", seq, json =>
        {
            FeedJson.Head(json, Topic, null, seq);
            FeedJson.Best(json, "bid", told.Bid);
            FeedJson.Best(json, "ask", told.Ask);
        });
    }
}

/// <summary>Level 2. A delta carries the levels that changed as they are now; one without orders is gone.</summary>
internal sealed class DepthChannel(FeedTopic topic, MarketOrders market, FeedOptions options, long seq)
    : FeedChannel(topic, options, seq)
{
    private readonly DepthView view = new(market, topic.Side, topic.Signature);
    private readonly HashSet<(Side Side, int Tick)> touched = [];
    private long latest;

    public override void Apply(long seq, IReadOnlyList<BookChange> changes)
    {
        latest = seq;
        foreach (var change in changes)
        {
            view.Apply(change, touched);
        }
    }

    public override void Flush()
    {
        if (touched.Count == 0)
        {
            return;
        }

        Publish(FeedJson.Encode("depth.delta", latest, json =>
        {
            FeedJson.Head(json, Topic, LastSeq, latest);
            FeedJson.Levels(json, "bids", Touched(Side.Bid));
            FeedJson.Levels(json, "asks", Touched(Side.Ask));
            FeedJson.Checksum(json, view);
        }));
        touched.Clear();
    }

    protected override FeedMessage Snapshot() => FeedJson.Encode("depth.snapshot", LastSeq, json =>
    {
        FeedJson.Head(json, Topic, null, LastSeq);
        FeedJson.Terms(json, market);
        FeedJson.Levels(json, "bids", view.Ladder(Side.Bid).Levels);
        FeedJson.Levels(json, "asks", view.Ladder(Side.Ask).Levels);
        FeedJson.Checksum(json, view);
    });

    private IEnumerable<FeedLevel> Touched(Side side) => touched.Where(level => level.Side == side)
        .Select(level => level.Tick).Order().Select(view.Ladder(side).At);
}

/// <summary>Level 3. A trade takes its quantity from those of its two orders that rest; at 0 they are gone.</summary>
internal sealed class OrdersChannel(FeedTopic topic, MarketOrders market, FeedOptions options, long seq)
    : FeedChannel(topic, options, seq)
{
    private readonly Func<uint, string>? pseudonym = options.Pseudonym;

    public override void Apply(long seq, IReadOnlyList<BookChange> changes) =>
        Publish(FeedJson.Encode("orders", seq, json =>
        {
            FeedJson.Head(json, Topic, LastSeq, seq);
            json.WriteStartArray("changes");
            foreach (var change in changes)
            {
                json.WriteStartObject();
                Write(json, change);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));

    protected override FeedMessage Snapshot() => FeedJson.Encode("orders.snapshot", LastSeq, json =>
    {
        FeedJson.Head(json, Topic, null, LastSeq);
        FeedJson.Terms(json, market);
        json.WriteStartArray("orders");
        foreach (var order in market.InPriority())
        {
            json.WriteStartObject();
            FeedJson.Order(json, order, pseudonym);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private void Write(System.Text.Json.Utf8JsonWriter json, in BookChange change)
    {
        var happened = change.Event;
        switch (happened.Kind)
        {
            case MatchEventKind.Rested:
                json.WriteString("change", "add");
                FeedJson.Order(json, change.After!, pseudonym);
                break;
            case MatchEventKind.Traded:
                json.WriteString("change", "trade");
                FeedJson.Trade(json, happened, market.Mode);
                break;
            case MatchEventKind.Moved:
                json.WriteString("change", "move");
                json.WriteString("order", happened.Other.ToString());
                json.WriteString("to", happened.Order.ToString());
                break;
            case MatchEventKind.Reduced when change.After is { } after:
                json.WriteString("change", "reduce");
                json.WriteString("order", happened.Order.ToString());
                json.WriteNumber("open", after.Open);
                break;
            case MatchEventKind.Cleared:
                json.WriteString("change", "clear");
                json.WriteNumber("tick", happened.Tick);
                json.WriteNumber("quantity", happened.Quantity);
                break;
            default:
                json.WriteString("change", "end");
                json.WriteString("order", happened.Order.ToString());
                json.WriteString("reason", Name(happened.Reason));
                break;
        }
    }

    private static string Name(EndReason reason) => reason switch
    {
        EndReason.Cancelled => "cancelled",
        EndReason.Expired => "expired",
        EndReason.Unfilled => "unfilled",
        _ => "selfTrade",
    };
}

/// <summary>The trades alone; there is no state, so a snapshot has none of them and says where one begins.</summary>
internal sealed class TradesChannel(FeedTopic topic, MarketOrders market, FeedOptions options, long seq)
    : FeedChannel(topic, options, seq)
{
    public override void Apply(long seq, IReadOnlyList<BookChange> changes)
    {
        var trades = changes.Where(change => change.Event.Kind == MatchEventKind.Traded).ToList();
        if (trades.Count > 0)
        {
            Publish(Trades(seq, LastSeq, trades));
        }
    }

    protected override FeedMessage Snapshot() => Trades(LastSeq, null, []);

    private FeedMessage Trades(long seq, long? previous, List<BookChange> trades) =>
        FeedJson.Encode("trades", seq, json =>
        {
            FeedJson.Head(json, Topic, previous, seq);
            json.WriteStartArray("trades");
            foreach (var trade in trades)
            {
                json.WriteStartObject();
                FeedJson.Trade(json, trade.Event, market.Mode);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
}
