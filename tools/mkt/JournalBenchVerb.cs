using System.CommandLine;
using System.Globalization;
using Marketplace.Bench;
using Spectre.Console;

namespace Marketplace.Cli;

/// <summary><c>mkt bench journal</c>: how many commands a second become durable on this disk, and how soon.</summary>
public static class JournalBenchVerb
{
    private const string Workload = "W2";

    public static Command Make()
    {
        var folder = new Option<string?>("--folder") { Description = "A folder on the disk; else a temporary" };
        var seconds = new Option<int>("--seconds") { Description = "Of each rate", DefaultValueFactory = _ => 3 };
        var command = new Command("journal", "Measure the book with its durable log") { folder, seconds };
        command.SetAction(parsed => Measure(parsed.GetValue(folder), parsed.GetValue(seconds)));
        return command;
    }

    private static int Measure(string? chosen, int seconds)
    {
        if (seconds is < 1 or > 60)
        {
            throw new UsageException("--seconds is 1 to 60");
        }

        var machine = Machine.Read();
        var workload = Workloads.Make(Workload, Workloads.UsualMessages(Workload));
        var folder = Directory.CreateDirectory(
            Path.Combine(chosen ?? Path.GetTempPath(), $"mkt-bench-{Environment.ProcessId}"));
        try
        {
            Screen.Progress.Report("timing the bare sync");
            var sync = JournalBench.TimeSync(folder.FullName);
            var figures = JournalBench.Rates.Select(rate => Run(workload, rate, seconds, folder)).ToList();
            Show(machine, sync, figures);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return ExitCodes.Ok;
    }

    private static JournalFigures Run(Workload workload, int rate, int seconds, DirectoryInfo folder)
    {
        Screen.Progress.Report(rate == 0 ? "at the highest rate" : $"at {Count(rate)} commands a second");
        var own = folder.CreateSubdirectory($"{rate}");
        var figures = JournalBench.Run(workload, rate, seconds, own.FullName);
        own.Delete(recursive: true);
        return figures;
    }

    private static void Show(Machine machine, Percentiles sync, List<JournalFigures> figures)
    {
        if (!Screen.IsJson)
        {
            var table = new Table();
            table.AddColumns(
                "asked/s", "durable/s", "batches/s", "MB/s", "ack p50 us", "ack p99 us", "p50 in syncs", "p99 in syncs",
                "replayed/s");
            foreach (var row in figures)
            {
                table.AddRow(
                    row.AskedPerSecond == 0 ? "all" : Count(row.AskedPerSecond), Count(row.DurablePerSecond),
                    Count(row.BatchesPerSecond), Count(row.BytesPerSecond / 1_000_000),
                    Count(row.Acknowledgement.P50 / 1000), Count(row.Acknowledgement.P99 / 1000),
                    InSyncs(row.Acknowledgement.P50, sync), InSyncs(row.Acknowledgement.P99, sync),
                    Count(row.ReplayedPerSecond));
            }

            Screen.Draw(table);
        }

        Screen.Show(
            $"On {machine}. Bare sync of 4 KiB: p50 {Count(sync.P50 / 1000)} us, p99 {Count(sync.P99 / 1000)} us.",
            new { machine, sync, figures });
    }

    /// <summary>In units of the bare sync's median, with one decimal.</summary>
    private static string InSyncs(long nanoseconds, Percentiles sync)
    {
        var tenths = nanoseconds * 10 / Math.Max(1, sync.P50);
        return string.Create(CultureInfo.InvariantCulture, $"{tenths / 10:N0}.{tenths % 10}");
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
