using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Marketplace.Cli;

/// <summary>
/// The demo's processes: each is this very program with another verb, each logs to a file of its own.
/// </summary>
public sealed class DemoProcesses(string folder) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly List<Process> running = [];

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Start(string name, params string[] words)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        var log = Path.Combine(folder, $"{name}.log");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec \"$@\" >\"$log\" 2>&1");
        foreach (var word in (string[])["sh", log, .. Self(), .. words])
        {
            start.ArgumentList.Add(word);
        }

        running.Add(Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start."));
    }

    /// <summary>Waits for a condition, with a bound and a word about what it waits for.</summary>
    public async Task UntilAsync(
        string what, TimeSpan bound, Func<CancellationToken, Task<bool>> isSo, CancellationToken ct)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        var hasSaid = false;
        while (true)
        {
            try
            {
                if (await isSo(ct))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not up yet.
            }

            if (running.Find(process => process.HasExited) is { } dead)
            {
                throw new UsageException($"A process of the demo ended with {dead.ExitCode}; its log is in {folder}");
            }

            var waited = time.GetElapsedTime(started);
            if (waited > bound)
            {
                throw new UsageException(
                    $"Still waiting for {what} after {bound.TotalSeconds} s; logs are in {folder}");
            }

            if (!hasSaid && waited > TimeSpan.FromSeconds(2))
            {
                Console.WriteLine($"        waiting for {what}");
                hasSaid = true;
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in running.Where(process => !process.HasExited))
        {
            using var kill = Process.Start("/bin/kill", ["-TERM", $"{process.Id}"]);
            await kill.WaitForExitAsync();
        }

        foreach (var process in running)
        {
            using var patience = new CancellationTokenSource(StopPatience);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            process.Dispose();
        }
    }

    private static string[] Self()
    {
        var program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, typeof(DemoProcesses).Assembly.Location]
            : [program];
    }
}
