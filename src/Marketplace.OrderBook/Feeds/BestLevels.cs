using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>The best levels of a market, the best price first, as the feed of depth tells them.</summary>
public sealed record BestLevels(IReadOnlyList<FeedLevel> Bids, IReadOnlyList<FeedLevel> Asks)
{
    /// <summary>Reads no further than the levels that are wanted.</summary>
    /// <param name="count">Of each side at most.</param>
    public static BestLevels Read(MatchingEngine book, ushort market, int count) =>
        new(Read(book, market, Side.Bid, count), Read(book, market, Side.Ask, count));

    private static List<FeedLevel> Read(MatchingEngine book, ushort market, Side side, int count)
    {
        var levels = new List<FeedLevel>();
        foreach (var resting in book.Resting(market, side))
        {
            var order = FeedOrder.Of(resting);
            if (levels.Count == 0 || levels[^1].Tick != order.Tick)
            {
                if (levels.Count == count)
                {
                    break;
                }

                levels.Add(new FeedLevel(order.Tick, 0, 0, 0));
            }

            levels[^1] = levels[^1].With(order, 1);
        }

        return levels;
    }
}
