using System.CommandLine;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Marketplace.Api;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Cli;

/// <summary><c>mkt book show|watch|why</c>: what rests in a market, and why an order would not fill.</summary>
public static class BookDataVerbs
{
    private const string ToTheTop = "\u001b[H\u001b[J";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command MakeShow()
    {
        var (model, url, levels) = (Options.Model(), Options.Operator(), Levels());
        var show = new Command("show", "Draw what rests in a market now") { model, url, levels };
        show.SetAction(async (parsed, ct) =>
        {
            using var data = new MarketData(Options.ReadUrl(parsed.GetValue(url)!), parsed.GetValue(model)!);
            var depth = await data.AskAsync<DepthAnswer>($"depth?levels={parsed.GetValue(levels)}", ct);
            var book = new BestLevels([.. depth.Bids.Select(Level)], [.. depth.Asks.Select(Level)]);
            Screen.Show(string.Join('\n', Ladder.Draw(book, depth.TickSize)), depth);
            return ExitCodes.Ok;
        });
        return show;
    }

    public static Command MakeWatch()
    {
        var (model, url, levels) = (Options.Model(), Options.Operator(), Levels());
        var watch = new Command("watch", "Draw a market's book whenever it changes, until stopped")
        {
            model, url, levels,
        };
        watch.SetAction(async (parsed, ct) =>
        {
            using var data = new MarketData(Options.ReadUrl(parsed.GetValue(url)!), parsed.GetValue(model)!);
            await WatchAsync(data, parsed.GetValue(model)!, parsed.GetValue(levels), ct);
            return ExitCodes.Ok;
        });
        return watch;
    }

    public static Command MakeWhy()
    {
        var (model, url) = (Options.Model(), Options.Operator());
        var terms = new OrderTermOptions();
        var side = new Option<string>("--side") { Description = "bid or ask", DefaultValueFactory = _ => "bid" };
        var why = new Command("why", "Say why an order with these terms would not fill now, and what would fill")
        {
            model, url, terms.Units, terms.Limit, terms.Replicas, terms.Require, side,
        };
        why.SetAction(async (parsed, ct) =>
        {
            using var data = new MarketData(Options.ReadUrl(parsed.GetValue(url)!), parsed.GetValue(model)!)
            {
                Wanted = parsed.GetValue(side) == "bid" ? terms.MarketQuery(parsed) : string.Empty,
            };
            var asked = $"why?side={Uri.EscapeDataString(parsed.GetValue(side)!)}&{terms.Query(parsed)}";
            var answer = await data.AskAsync<JsonObject>(asked, ct);
            Screen.Show(answer["text"]!.GetValue<string>(), answer);
            return ExitCodes.Ok;
        });
        return why;
    }

    private static Option<int> Levels() => new("--levels")
    {
        Description = "Prices of each side at most",
        DefaultValueFactory = _ => 10,
    };

    private static FeedLevel Level(long[] told) =>
        new(checked((int)told[0]), told[1], told[2], checked((int)told[3]));

    /// <summary>A feed that ends is opened again, and begins with the whole state.</summary>
    private static async Task WatchAsync(MarketData data, string model, int levels, CancellationToken ct)
    {
        var wasThere = false;
        while (true)
        {
            try
            {
                await using var feed = await data.OpenFeedAsync("l2", ct);
                wasThere = true;
                await FollowAsync(feed, model, levels, ct);
                Screen.Say("the feed ended; connecting again");
            }
            catch (Exception broken) when (wasThere && broken is HttpRequestException or IOException)
            {
                Screen.Say($"{broken.Message} Connecting again.");
            }

            await Task.Delay(Pause, TimeProvider.System, ct);
        }
    }

    private static async Task FollowAsync(Stream feed, string model, int levels, CancellationToken ct)
    {
        var book = new WatchedBook();
        await foreach (var told in SseParser.Create(feed).EnumerateAsync(ct))
        {
            if (!book.Take(told.EventType, told.Data))
            {
                return;
            }

            if (Screen.IsJson)
            {
                Console.Out.WriteLine(told.Data);
                continue;
            }

            var title = string.Create(CultureInfo.InvariantCulture, $"{model} after command {book.Seq:N0}");
            var lines = string.Join('\n', Ladder.Draw(book.Best(levels), book.TickSize));
            Screen.Say($"{(Console.IsOutputRedirected ? string.Empty : ToTheTop)}{title}\n{lines}");
        }
    }
}
