using System.CommandLine;
using System.Globalization;
using Marketplace.Bench;
using Spectre.Console;

namespace Marketplace.Cli;

/// <summary><c>mkt bench http</c>: orders a second, and how long one takes from request to durable answer.</summary>
internal static class HttpBenchVerb
{
    private const int MostOrders = 256;

    public static Command Make()
    {
        var requests = new Option<int>("--requests")
        {
            Description = "Of each connection, with one order each",
            DefaultValueFactory = _ => 200,
        };
        var batches = new Option<int>("--batches")
        {
            Description = "Of each connection, with 256 orders each",
            DefaultValueFactory = _ => 40,
        };
        var folder = new Option<string>("--folder")
        {
            Description = "Where the journal lies meanwhile",
            DefaultValueFactory = _ => Path.GetTempPath(),
        };
        var http = new Command("http", "Measure orders over HTTP, to the answer that they are on disk")
        {
            requests, batches, folder,
        };
        http.SetAction((parsed, ct) => MeasureAsync(
            parsed.GetValue(requests), parsed.GetValue(batches), parsed.GetValue(folder)!, ct));
        return http;
    }

    private static async Task<int> MeasureAsync(int requests, int batches, string folder, CancellationToken ct)
    {
        if (requests < 1 || batches < 1)
        {
            throw new UsageException("--requests and --batches are at least 1");
        }

        var machine = Machine.Read();
        var own = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
        await using var bench = await HttpBench.StartAsync(own, ct);
        await bench.SessionsAsync(Math.Min(requests, 20), 1, ct); // until the code is compiled
        await bench.WholeCommandsAsync(Math.Min(requests, 20), "warm", ct);
        var figures = new[]
        {
            await bench.SessionsAsync(requests, 1, ct),
            await bench.SessionsAsync(batches, MostOrders, ct),
            await bench.WholeCommandsAsync(requests, "timed", ct),
        };
        if (!Screen.IsJson)
        {
            Screen.Draw(Table(figures));
        }

        Screen.Show(
            $"On {machine}. Wall time; client, server and disk are this machine's.", new { machine, figures });
        return ExitCodes.Ok;
    }

    private static Table Table(IEnumerable<HttpFigures> figures)
    {
        var table = new Table();
        table.AddColumns("path", "connections", "orders each", "orders/s", "p50 us", "p99 us", "worst us");
        foreach (var row in figures)
        {
            table.AddRow(
                row.Path, Count(row.Connections), Count(row.OrdersEach), Count(row.OrdersPerSecond),
                Count(row.Times.P50 / 1_000), Count(row.Times.P99 / 1_000), Count(row.Times.Worst / 1_000));
        }

        return table;
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
