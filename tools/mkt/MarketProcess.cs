using System.Diagnostics;

namespace Marketplace.Cli;

/// <summary>This very program with another verb, as a process of its own that logs to a file.</summary>
public sealed class MarketProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly Process process;

    private MarketProcess(string name, string logFile, Process process)
    {
        (Name, LogFile) = (name, logFile);
        this.process = process;
    }

    public string Name { get; }

    public string LogFile { get; }

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <param name="environment">Set for this process beyond what it inherits.</param>
    public static MarketProcess Start(
        string name, string logFile, IReadOnlyDictionary<string, string> environment, params string[] words)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };

        // The shell becomes the program, so the process id is the program's, and its output needs no reader.
        string[] line = ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", logFile, .. Self(), .. words];
        Array.ForEach(line, start.ArgumentList.Add);
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return new MarketProcess(
            name, logFile, Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start."));
    }

    /// <summary>Ends the process at once, as a power cut would, and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        process.Kill();
        await process.WaitForExitAsync(ct);
    }

    /// <summary>Asks the process to end, and waits; one that does not is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var ask = Process.Start("/bin/kill", ["-TERM", $"{process.Id}"]);
            await ask.WaitForExitAsync();
            using var patience = new CancellationTokenSource(StopPatience);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        process.Dispose();
    }

    /// <summary>The words that run this program.</summary>
    public static string[] Self()
    {
        // A test runs in a program of its own; the market's is the one beside this assembly.
        var assembly = typeof(MarketProcess).Assembly.Location;
        var program = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(program) == Path.GetFileNameWithoutExtension(assembly)
            ? [program]
            : ["dotnet", assembly];
    }
}
