using System.CommandLine;
using Marketplace.Audit;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.PublicLog;
using Marketplace.Settlement;
using Spectre.Console;

namespace Marketplace.Cli;

/// <summary><c>mkt book replay</c>: the book rebuilt from its public command log.</summary>
public static class BookVerb
{
    private const long SayEvery = 1_000_000;
    private const int ShownLevels = 10;

    public static Command Make()
    {
        var url = Options.Operator();
        var rpc = new Option<string?>("--rpc")
        {
            Description = "A node of your own; without it the operator's is asked",
        };
        var log = new Option<string?>("--log")
        {
            Description = "A copy of the public log: then nobody is asked and no anchor checked",
        };
        var through = new Option<long>("--through")
        {
            Description = "Records to take",
            DefaultValueFactory = _ => long.MaxValue,
        };
        var trades = new Option<string?>("--trades") { Description = "Write every trade to this CSV file" };
        var replay = new Command(
            "replay", "Rebuild every trade, hold and depth from the public log, and check the anchors on chain")
        {
            url, rpc, log, through, trades,
        };
        replay.SetAction(async (parsed, ct) =>
        {
            using var told = new TradeFile(parsed.GetValue(trades));
            var wanted = parsed.GetValue(through);
            var isRight = parsed.GetValue(log) is { } path
                ? ReplayFile(path, wanted, told)
                : await ReplayOperatorAsync(
                    Options.ReadUrl(parsed.GetValue(url)!),
                    parsed.GetValue(rpc) is { } own ? Options.ReadUrl(own) : null,
                    wanted,
                    told,
                    ct);
            return isRight ? ExitCodes.Ok : ExitCodes.FailedCheck;
        });
        return new Command("book", "The order book and its public record")
        {
            BookDataVerbs.MakeShow(), BookDataVerbs.MakeWatch(), BookDataVerbs.MakeWhy(), replay,
        };
    }

    private static bool ReplayFile(string path, long wanted, TradeFile trades)
    {
        using var log = OpenFile(path);
        return Take(new BookReplay(), log, wanted, trades, _ => { });
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 20);
        }
        catch (IOException fault)
        {
            throw new UsageException($"{path} cannot be read: {fault.Message}");
        }
    }

    private static async Task<bool> ReplayOperatorAsync(
        Uri url, Uri? rpc, long wanted, TradeFile trades, CancellationToken ct)
    {
        using var http = new HttpClient();
        var anchors = await http.GetFromJsonAsync<IReadOnlyList<SettledAnchor>>(new Uri(url, "/v1/book/anchors"), ct)
            ?? throw new UsageException($"{url} is no operator of this market.");
        await using var log = await http.GetStreamAsync(new Uri(url, "/v1/book/log"), ct);
        var counts = anchors.Select(settled => settled.Anchor.BookCount).ToHashSet();
        var roots = new Dictionary<long, Hash32> { [0] = default };
        var isRight = Take(new BookReplay(), log, wanted, trades, head =>
        {
            if (counts.Contains(head.Count))
            {
                roots[head.Count] = head.Root;
            }
        });
        return await CheckAnchorsAsync(url, rpc, anchors, roots, ct) && isRight;
    }

    private static async Task<bool> CheckAnchorsAsync(
        Uri url,
        Uri? rpc,
        IReadOnlyList<SettledAnchor> anchors,
        Dictionary<long, Hash32> roots,
        CancellationToken ct)
    {
        using var chain = await ChainAccess.OfOperatorAsync(url, ct, rpc);
        var contract = await chain.ContractAsync(ct);
        var final = await contract.FinalizedBlockAsync(ct);
        var events = await new BalanceAudit(contract, chain.Info.StartBlock).EventsAsync(final.Number, ct);
        var rows = AnchorAudit.Compare(
            events,
            chain.Info.OperatorId,
            anchors.Select(settled => settled.Anchor),
            count => roots.TryGetValue(count, out var root) ? root : null);
        foreach (var row in rows.Where(row => !row.IsRight))
        {
            Screen.Say($"anchor  block {row.At.Block} log {row.At.LogIndex}: {Fault(row)}");
        }

        var right = rows.Count(row => row.IsRight);
        Screen.Show(
            $"anchors {right} of {rows.Count} batches in final blocks fix this log",
            new { anchors = rows.Count, right });
        return right == rows.Count;
    }

    private static string Fault(AnchorRow row) => row switch
    {
        { Told: null } => $"the operator explains no anchor {row.Anchor}",
        { Found: null } => $"the log has not the {row.Told.BookCount} records that were anchored",
        _ => $"after {row.Told.BookCount} records expected root {row.Told.BookRoot}, found {row.Found}",
    };

    private static bool Take(
        BookReplay replay, Stream log, long wanted, TradeFile trades, Action<PublicHead> passed)
    {
        try
        {
            replay.TakeAll(log, wanted, events =>
            {
                trades.Add(events);
                passed(replay.Head);
                if (replay.Head.Count % SayEvery == 0)
                {
                    Screen.Say($"replay  {replay.Head.Count:N0} records");
                }
            });
        }
        catch (PublicLogFaultException fault)
        {
            Screen.Show($"replay  FAILED: {fault.Message}", new { record = fault.Record, fault = fault.Message });
            return false;
        }

        Show(replay, trades);
        return true;
    }

    private static void Show(BookReplay replay, TradeFile trades)
    {
        DrawDepths(replay.Engine);
        Screen.Show(
            $"replay  {replay.Head.Count:N0} records, {trades.Count:N0} trades of {trades.Units:N0} units; "
            + $"root {replay.Head.Root}",
            new
            {
                records = replay.Head.Count,
                trades = trades.Count,
                units = trades.Units,
                root = replay.Head.Root.ToString(),
                state = replay.Engine.StateHash().ToString(),
            });
    }

    private static void DrawDepths(MatchingEngine engine)
    {
        for (ushort market = 0; engine.HasMarket(market) && !Screen.IsJson; market++)
        {
            var table = new Table().Border(TableBorder.Rounded).Title($"Market {market}: what rests")
                .AddColumns("side", "price", "units", "order");
            foreach (var side in (Side[])[Side.Bid, Side.Ask])
            {
                var shown = 0;
                foreach (var order in engine.Resting(market, side))
                {
                    if (shown++ == ShownLevels)
                    {
                        break;
                    }

                    var price = new UnitPrice(order.Tick * engine.Market(market).TickSize);
                    table.AddRow($"{side}", $"{price}", $"{order.Open:N0}", $"{order.OrderNo}");
                }
            }

            Screen.Draw(table);
        }
    }
}
