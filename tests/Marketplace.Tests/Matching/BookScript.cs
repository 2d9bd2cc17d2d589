using System.Globalization;
using System.Text;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.Tests.Matching;

/// <summary>
/// Runs a readable script against a book and answers with the same script, each outcome being the one that happened.
/// <code>
/// ask #1 ann 10 @ 90                 an ask of ann for 10 units at 90
/// bid #2 bob 5 @ 95 x3 whole ioc     a bid of bob for three legs of 5, whole, never resting
/// bid #3 bob 5 @ 95 until 60         good till second 60
/// cancel #1, expire 60, leg #2 5 @ 95 without ann
/// depth                              bids | asks, each "quantity @ price", "(n whole)" when a part fills whole only
/// </code>
/// </summary>
internal sealed class BookScript
{
    private readonly LimitOrderBook book = new();

    public static string Run(string script)
    {
        var run = new BookScript();
        return string.Join('\n', script.Split('\n').Select(run.Line));
    }

    public static EthAddress OwnerOf(string name)
    {
        Span<byte> bytes = stackalloc byte[EthAddress.Length];
        bytes.Clear();
        Encoding.ASCII.GetBytes(name, bytes);
        return new EthAddress(bytes);
    }

    public static DateTimeOffset Second(int second) => DateTimeOffset.UnixEpoch.AddSeconds(second);

    private string Line(string line)
    {
        var command = line.Split(" ->")[0];
        var words = command.Split(' ');
        var outcome = words[0] switch
        {
            "bid" => Placed(Order(Side.Bid, words)),
            "ask" => Placed(Order(Side.Ask, words)),
            "cancel" => book.Cancel(Id(words[1])) is { } rest ? $"{rest} back" : "not here",
            "expire" => Joined(book.Expire(Second(Number(words[1]))).Select(id => $"#{id}")),
            "leg" => Leg(words),
            "depth" => Depth(book.Depth()),
            _ => throw new FormatException($"No such command: {line}"),
        };
        return $"{command} -> {outcome}".TrimEnd();
    }

    private string Placed(LimitOrder order)
    {
        var placement = book.Place(order);
        var trades = placement.Trades.Select(trade => Told(trade, order));
        var rest = placement switch
        {
            { Rests: true } => [$"rests {placement.Remaining}"],
            { Remaining.IsZero: false } => [$"drops {placement.Remaining}"],
            _ => Array.Empty<string>(),
        };
        return Joined(trades.Concat(rest));
    }

    // The other side's number: that is what the taker asks about. An ask may complete a bid whose other legs rest.
    private static string Told(Trade trade, LimitOrder taker)
    {
        var other = taker.Side == Side.Bid ? $"#{trade.Ask}"
            : trade.Ask == taker.Id ? $"#{trade.Bid}" : $"#{trade.Bid} from #{trade.Ask}";
        return $"{other} {trade.Quantity} @ {trade.Price.MicroPerMillionUnits}";
    }

    private string Leg(string[] words)
    {
        var excluded = words.Length > 5 ? OwnerOf(words[6]) : default;
        return book.TakeLeg(Id(words[1]), Price(words[4]), Units(words[2]), (_, owner) => owner != excluded).Match(
            trade => $"#{trade.Ask} {trade.Quantity} @ {trade.Price.MicroPerMillionUnits}",
            refusal => refusal.ToString());
    }

    private static string Depth(MarketDepth depth) => $"{Levels(depth.Bids)} | {Levels(depth.Asks)}".Trim();

    private static string Levels(IReadOnlyList<DepthLevel> levels) => Joined(levels.Select(level =>
        $"{level.Quantity} @ {level.Price.MicroPerMillionUnits}"
        + (level.Whole.IsZero ? "" : $" ({level.Whole} whole)")
        + (level.Orders == 1 ? "" : $" in {level.Orders}")));

    private static LimitOrder Order(Side side, string[] words)
    {
        var until = Array.IndexOf(words, "until");
        var replicas = Array.Find(words, word => word[0] == 'x');
        return new LimitOrder(
            Id(words[1]),
            side,
            OwnerOf(words[2]),
            Price(words[5]),
            Units(words[3]),
            words.Contains("ioc") ? TimeInForce.ImmediateOrCancel
                : until > 0 ? TimeInForce.GoodTillTime : TimeInForce.GoodTillCancelled,
            until > 0 ? Second(Number(words[until + 1])) : null,
            replicas is null ? 1 : Number(replicas[1..]),
            words.Contains("whole"));
    }

    private static string Joined(IEnumerable<string> parts) => string.Join(", ", parts);

    private static OrderId Id(string word) => new(Number(word[1..]));

    private static Quantity Units(string word) => new(Number(word));

    private static UnitPrice Price(string word) => new(Number(word));

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
