using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>One side's levels, best price first.</summary>
public sealed class FeedLadder(Side side)
{
    private readonly SortedDictionary<int, FeedLevel> levels = new(
        side == Side.Ask ? Comparer<int>.Default : Comparer<int>.Create((one, other) => other.CompareTo(one)));

    public IEnumerable<FeedLevel> Levels => levels.Values;

    /// <summary>The best level that has executable depth.</summary>
    public FeedLevel? Best
    {
        get
        {
            foreach (var level in levels.Values)
            {
                if (level.Open > 0)
                {
                    return level;
                }
            }

            return null;
        }
    }

    /// <summary>The level at a price; one without orders if there is none.</summary>
    public FeedLevel At(int tick) => levels.TryGetValue(tick, out var level) ? level : new FeedLevel(tick, 0, 0, 0);

    public void Add(FeedOrder order) => Set(At(order.Tick).With(order, 1));

    public void Remove(FeedOrder order) => Set(At(order.Tick).With(order, -1));

    /// <summary>Puts a level in place of the one at its price; without orders it goes.</summary>
    public void Set(FeedLevel level)
    {
        if (level.Orders == 0)
        {
            levels.Remove(level.Tick);
        }
        else
        {
            levels[level.Tick] = level;
        }
    }
}
