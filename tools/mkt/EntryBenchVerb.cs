using System.CommandLine;
using System.Globalization;
using Marketplace.Bench;
using Spectre.Console;

namespace Marketplace.Cli;

/// <summary><c>mkt bench entry</c>: how many orders a core lets in, by HMAC and by signature.</summary>
internal static class EntryBenchVerb
{
    public static Command Make()
    {
        var rounds = new Option<int>("--rounds") { Description = "Timed runs of each", DefaultValueFactory = _ => 5 };
        var scale = new Option<int>("--scale")
        {
            Description = "Per cent of the usual number of operations",
            DefaultValueFactory = _ => 100,
        };
        var entry = new Command("entry", "Measure order entry") { rounds, scale };
        entry.SetAction(parsed => Measure(parsed.GetValue(rounds), parsed.GetValue(scale)));
        return entry;
    }

    private static int Measure(int rounds, int scale)
    {
        if (rounds < 1 || scale is < 1 or > 1_000)
        {
            throw new UsageException("--rounds is at least 1 and --scale 1 to 1,000");
        }

        var machine = Machine.Read();
        var figures = EntryBench.Run(rounds, scale, Screen.Progress);
        if (!Screen.IsJson)
        {
            Screen.Draw(Table(figures));
        }

        Screen.Show($"On {machine}. Rates: operations a second of CPU time.", new { machine, figures });
        return ExitCodes.Ok;
    }

    private static Table Table(IEnumerable<EntryFigures> figures)
    {
        var table = new Table();
        table.AddColumns("operation", "best/s", "median/s", "bytes each");
        foreach (var row in figures)
        {
            table.AddRow(
                row.Operation, Count(row.BestPerSecond), Count(row.MedianPerSecond), Count(row.BytesEach));
        }

        return table;
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
