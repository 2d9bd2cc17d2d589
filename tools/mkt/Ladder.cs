using System.Globalization;
using Marketplace.Kernel;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Cli;

/// <summary>
/// A market's two sides drawn as lines of text: asks above, bids below, the best prices in the middle. A bar shows all
/// that can be had from the best price to its own.
/// </summary>
public static class Ladder
{
    private const int BarWidth = 30;

    /// <param name="tickSize">Micro-tokens per million units of one tick.</param>
    public static IReadOnlyList<string> Draw(BestLevels book, long tickSize)
    {
        var most = Math.Max(Summed(book.Bids).LastOrDefault().Sum, Summed(book.Asks).LastOrDefault().Sum);
        return
        [
            $"{"",-5}{"per Mtok",14}{"units",16}{"orders",8}",
            .. Summed(book.Asks).Reverse().Select(level => Line("ask", level, most, tickSize)),
            Middle(book, tickSize),
            .. Summed(book.Bids).Select(level => Line("bid", level, most, tickSize)),
        ];
    }

    private static IEnumerable<(FeedLevel Level, long Sum)> Summed(IReadOnlyList<FeedLevel> levels)
    {
        var sum = 0L;
        foreach (var level in levels)
        {
            sum += level.Open + level.Aside;
            yield return (level, sum);
        }
    }

    private static string Line(string side, (FeedLevel Level, long Sum) at, long most, long tickSize)
    {
        var (level, sum) = at;
        var bar = new string('█', (int)(((Int128)sum * BarWidth + (most - 1)) / most));
        var whole = level.Open == 0 ? " whole jobs only" : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{side,-5}{Price(level.Tick, tickSize),14}{level.Open + level.Aside,16:N0}{level.Orders,8:N0}  {bar}")
            + whole;
    }

    private static string Middle(BestLevels book, long tickSize) => (book.Bids.Count, book.Asks.Count) switch
    {
        (0, 0) => "     nothing rests",
        (_, 0) => "     no asks",
        (0, _) => "     no bids",
        _ when book.Asks[0].Tick >= book.Bids[0].Tick =>
            $"{"",-5}{Price(book.Asks[0].Tick - book.Bids[0].Tick, tickSize),14} between them",
        _ => "     some bids above asks: they wait for more sellers or more units",
    };

    private static UnitPrice Price(long ticks, long tickSize) => new(ticks * tickSize);
}
