using System.Text.Json;
using Marketplace.Matching;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Cli;

/// <summary>A market's levels as the feed of level 2 tells them: first all, then those that changed.</summary>
public sealed class WatchedBook
{
    private FeedLadder bids = new(Side.Bid);
    private FeedLadder asks = new(Side.Ask);

    /// <summary>Micro-tokens per million units of one tick; 0 before the first event.</summary>
    public long TickSize { get; private set; }

    /// <summary>The number of the last command that is in it.</summary>
    public long Seq { get; private set; }

    /// <summary>Takes one event.</summary>
    /// <returns>False when it says that the feed has ended, or does not follow the last one: then begin anew.</returns>
    public bool Take(string name, string json)
    {
        using var document = JsonDocument.Parse(json);
        var data = document.RootElement;
        if (name == "depth.snapshot")
        {
            (bids, asks) = (new FeedLadder(Side.Bid), new FeedLadder(Side.Ask));
            TickSize = data.GetProperty("tickSize").GetInt64();
        }
        else if (name != "depth.delta" || data.GetProperty("previous").GetInt64() != Seq)
        {
            return false;
        }

        Set(bids, data.GetProperty("bids"));
        Set(asks, data.GetProperty("asks"));
        Seq = data.GetProperty("seq").GetInt64();
        return true;
    }

    /// <param name="count">Levels of each side at most.</param>
    public BestLevels Best(int count) => new([.. bids.Levels.Take(count)], [.. asks.Levels.Take(count)]);

    private static void Set(FeedLadder ladder, JsonElement levels)
    {
        foreach (var level in levels.EnumerateArray())
        {
            ladder.Set(new FeedLevel(
                level[0].GetInt32(), level[1].GetInt64(), level[2].GetInt64(), level[3].GetInt32()));
        }
    }
}
