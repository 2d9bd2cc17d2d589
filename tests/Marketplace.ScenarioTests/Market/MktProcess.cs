using System.Diagnostics;
using Marketplace.Cli;

namespace Marketplace.ScenarioTests.Market;

/// <summary>One run of <c>mkt</c>, as its user types it.</summary>
internal static class MktProcess
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] words)
    {
        using var deadline = new CancellationTokenSource(Bound);
        var self = MarketProcess.Self();
        using var process = Process.Start(new ProcessStartInfo(self[0], [.. self[1..], .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
