using System.CommandLine;
using System.Globalization;
using Marketplace.Bench;
using Spectre.Console;

namespace Marketplace.Cli;

/// <summary><c>mkt bench</c>: how fast the book is on this machine, and whether it is right meanwhile.</summary>
public static class BenchVerb
{
    public static Command Make()
    {
        var workload = new Option<string[]>("--workload")
        {
            Description = $"One or several of {string.Join(", ", Workloads.Names)}; all without",
            AllowMultipleArgumentsPerToken = true,
        };
        var rounds = new Option<int>("--rounds") { Description = "Timed runs of each", DefaultValueFactory = _ => 5 };
        var messages = new Option<int>("--messages") { Description = "Of each workload, for a shorter look" };
        var book = new Command("book", "Measure the order book") { workload, rounds, messages };
        book.SetAction(parsed => Measure(
            parsed.GetValue(workload) is { Length: > 0 } chosen ? chosen : [.. Workloads.Names],
            parsed.GetValue(rounds),
            parsed.GetValue(messages)));
        return new Command("bench", "Measure this machine with the market's own code")
        {
            book, EntryBenchVerb.Make(), JournalBenchVerb.Make(), HttpBenchVerb.Make(),
        };
    }

    private static int Measure(string[] names, int rounds, int messages)
    {
        if (names.Except(Workloads.Names).FirstOrDefault() is { } unknown)
        {
            throw new UsageException($"--workload is one of {string.Join(", ", Workloads.Names)}, not {unknown}");
        }

        if (rounds < 1 || messages < 0)
        {
            throw new UsageException("--rounds is at least 1 and --messages no less than 0");
        }

        var machine = Machine.Read();
        var figures = BookBench.Run(names, rounds, messages, Screen.Progress);
        if (!Screen.IsJson)
        {
            Screen.Draw(Table(figures));
        }

        Screen.Show(
            $"On {machine}. Rates: messages a second of CPU time. Proved: the result is the reference book's.",
            new { machine, figures });
        return figures.Any(row => row.IsProved == false) ? ExitCodes.FailedCheck : ExitCodes.Ok;
    }

    private static Table Table(IEnumerable<BookFigures> figures)
    {
        var table = new Table();
        table.AddColumns(
            "workload", "best", "median", "best, wall", "p50 ns", "p99 ns", "p99.9 ns", "orders", "B/order", "copy us",
            "allocated", "trades", "result");
        foreach (var row in figures)
        {
            AddRow(table, row.Workload, row, row.Nanoseconds);
            if (row.BidNanoseconds is { } bids)
            {
                AddRow(table, $"{row.Workload}, bids in legs", row, bids);
            }
        }

        return table;
    }

    private static void AddRow(Table table, string name, BookFigures row, Percentiles times)
    {
        var proof = row.IsProved switch { true => "proved", false => "WRONG", null => "no reference" };
        table.AddRow(
            name, Millions(row.BestPerSecond), Millions(row.MedianPerSecond), Millions(row.BestPerSecondWall),
            Count(times.P50), Count(times.P99), Count(times.P999), Count(row.Footprint.Orders),
            Count(row.Footprint.BytesPerOrder), Count(row.Footprint.CaptureMicroseconds),
            Count(row.AllocatedBytes), Count(row.Result.Trades), proof);
    }

    private static string Millions(long number) => $"{number / 1_000_000}.{number / 10_000 % 100:00} M";

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
