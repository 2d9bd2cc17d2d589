using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Matching;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Tests.OrderBook.Feeds;

/// <summary>One message as a client reads it.</summary>
internal sealed record Received(string Name, long Id, JsonElement Data)
{
    public static Received Read(FeedMessage message) => Read(Encoding.UTF8.GetString(message.Frame.Span));

    public static Received Read(string frame)
    {
        var lines = frame.Split('\n');
        return new Received(
            lines[0]["event: ".Length..],
            long.Parse(lines[1]["id: ".Length..], CultureInfo.InvariantCulture),
            JsonDocument.Parse(lines[2]["data: ".Length..]).RootElement);
    }

    public static List<Received> All(FeedSubscription subscription)
    {
        // Who has left already does not wait for what is not there yet.
        var gone = new CancellationToken(true);
        var all = new List<Received>();
        while (subscription.NextAsync(gone) is { IsCompletedSuccessfully: true, Result: { } message })
        {
            all.Add(Read(message));
        }

        return all;
    }
}

/// <summary>
/// A client's book, built from the documentation of the messages alone: levels from depth, orders from the order feed.
/// </summary>
internal sealed class ClientBook
{
    private readonly SortedDictionary<int, FeedLevel>[] sides = [[], []];
    private readonly Dictionary<string, (string Side, long Open)> orders = [];

    public long Seq { get; private set; } = -1;

    public IReadOnlyDictionary<string, (string Side, long Open)> Orders => orders;

    public IEnumerable<FeedLevel> Levels(Side side) =>
        side == Side.Bid ? sides[0].Values.Reverse() : sides[1].Values;

    public void Follow(Received message)
    {
        var data = message.Data;
        if (data.TryGetProperty("previous", out var previous) && previous.GetInt64() != Seq)
        {
            throw new InvalidOperationException($"Message {message.Id} does not follow {Seq}.");
        }

        switch (message.Name)
        {
            case "depth.snapshot":
                sides[0].Clear();
                sides[1].Clear();
                Levels(data);
                break;
            case "depth.delta":
                Levels(data);
                break;
            case "orders.snapshot":
                orders.Clear();
                data.GetProperty("orders").EnumerateArray().ToList().ForEach(Add);
                break;
            case "orders":
                data.GetProperty("changes").EnumerateArray().ToList().ForEach(Change);
                break;
        }

        Seq = message.Id;
    }

    public string ChecksumText() => $"{Text(Side.Bid)}|{Text(Side.Ask)}";

    private string Text(Side side) => string.Concat(Levels(side).Take(10)
        .Select(level => $"{level.Tick}:{level.Open}:{level.Aside}:{level.Orders};"));

    private void Levels(JsonElement data)
    {
        foreach (var (name, levels) in new[] { ("bids", sides[0]), ("asks", sides[1]) })
        {
            foreach (var item in data.GetProperty(name).EnumerateArray())
            {
                var level = item.EnumerateArray().ToArray();
                var (tick, count) = (level[0].GetInt32(), level[3].GetInt32());
                levels.Remove(tick);
                if (count > 0)
                {
                    levels.Add(tick, new FeedLevel(tick, level[1].GetInt64(), level[2].GetInt64(), count));
                }
            }
        }
    }

    private void Add(JsonElement order) => orders.Add(
        order.GetProperty("order").GetString()!,
        (order.GetProperty("side").GetString()!, order.GetProperty("open").GetInt64()));

    private void Change(JsonElement change)
    {
        switch (change.GetProperty("change").GetString())
        {
            case "add":
                Add(change);
                break;
            case "trade":
                Sell(change.GetProperty("bid").GetString()!, change.GetProperty("quantity").GetInt64());
                Sell(change.GetProperty("ask").GetString()!, change.GetProperty("quantity").GetInt64());
                break;
            case "reduce":
                var reduced = change.GetProperty("order").GetString()!;
                orders[reduced] = orders[reduced] with { Open = change.GetProperty("open").GetInt64() };
                break;
            case "end" or "move":
                orders.Remove(change.GetProperty("order").GetString()!);
                break;
        }
    }

    private void Sell(string order, long quantity)
    {
        if (orders.TryGetValue(order, out var resting))
        {
            orders[order] = resting with { Open = resting.Open - quantity };
            if (resting.Open == quantity)
            {
                orders.Remove(order);
            }
        }
    }
}
