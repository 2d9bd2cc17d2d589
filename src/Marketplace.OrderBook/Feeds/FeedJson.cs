using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>
/// Writes the feeds' messages: JSON in an event of server-sent events (WHATWG HTML, section 9.2). Prices are in ticks,
/// quantities in units, orders named by their handles in hex.
/// </summary>
internal static class FeedJson
{
    public static FeedMessage Encode(string name, long seq, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        buffer.Write(Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"event: {name}\nid: {seq}\ndata: ")));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        buffer.Write("\n\n"u8);
        return new FeedMessage(seq, buffer.WrittenSpan.ToArray());
    }

    /// <param name="previous">The topic's message before this one; null of a whole state.</param>
    public static void Head(Utf8JsonWriter json, FeedTopic topic, long? previous, long seq)
    {
        json.WriteNumber("market", topic.Market);
        if (topic.CanConflate)
        {
            json.WriteString("view", topic.View);
        }

        if (previous is { } before)
        {
            json.WriteNumber("previous", before);
        }

        json.WriteNumber("seq", seq);
    }

    public static void Terms(Utf8JsonWriter json, MarketOrders market)
    {
        json.WriteNumber("tickSize", market.TickSize);
        json.WriteString("mode", market.Mode == MarketMode.Batch ? "batch" : "continuous");
    }

    /// <summary>Levels as <c>[tick, open, aside, orders]</c>.</summary>
    public static void Levels(Utf8JsonWriter json, string name, IEnumerable<FeedLevel> levels)
    {
        json.WriteStartArray(name);
        foreach (var level in levels)
        {
            json.WriteStartArray();
            json.WriteNumberValue(level.Tick);
            json.WriteNumberValue(level.Open);
            json.WriteNumberValue(level.Aside);
            json.WriteNumberValue(level.Orders);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    public static void Checksum(Utf8JsonWriter json, DepthView view) =>
        json.WriteString("crc", view.Checksum().ToString("x8", CultureInfo.InvariantCulture));

    /// <summary>A side's best as <c>[tick, open]</c>, or null.</summary>
    public static void Best(Utf8JsonWriter json, string name, FeedLevel? best)
    {
        if (best is not { } level)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        json.WriteNumberValue(level.Tick);
        json.WriteNumberValue(level.Open);
        json.WriteEndArray();
    }

    /// <summary>An order that rests.</summary>
    public static void Order(Utf8JsonWriter json, FeedOrder order, Func<uint, string>? pseudonym)
    {
        json.WriteString("order", order.Handle.ToString());
        json.WriteString("side", Name(order.Side));
        json.WriteNumber("signature", order.Signature);
        json.WriteNumber("tick", order.Tick);
        json.WriteNumber("open", order.Open);
        WriteIf(json, "minimum", order.Minimum, order.Minimum > 1);
        WriteIf(json, "legs", order.Replicas, order.Replicas > 0);
        if (order.IsAside)
        {
            json.WriteBoolean("aside", true);
        }

        if (pseudonym is not null)
        {
            json.WriteString("account", pseudonym(order.Account));
        }
    }

    /// <summary>The numbers of a trade; "taker" is the side that came later, or "auction".</summary>
    public static void Trade(Utf8JsonWriter json, in MatchEvent trade, MarketMode mode)
    {
        json.WriteString("bid", trade.Order.ToString());
        json.WriteString("ask", trade.Other.ToString());
        json.WriteNumber("tick", trade.Tick);
        json.WriteNumber("quantity", trade.Quantity);
        json.WriteString("taker", mode == MarketMode.Batch ? "auction"
            : Name(trade.Flags.HasFlag(TradeFlags.BidIsTaker) ? Side.Bid : Side.Ask));
        WriteIf(json, "leg", trade.LegNo, trade.LegNo > 0);
    }

    public static FeedMessage Gap(FeedTopic topic, long first, long last) => Encode("gap", last, json =>
    {
        json.WriteNumber("market", topic.Market);
        json.WriteNumber("first", first);
        json.WriteNumber("last", last);
    });

    private static string Name(Side side) => side == Side.Bid ? "bid" : "ask";

    private static void WriteIf(Utf8JsonWriter json, string name, long value, bool isSet)
    {
        if (isSet)
        {
            json.WriteNumber(name, value);
        }
    }
}
