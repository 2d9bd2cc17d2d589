using System.Diagnostics;
using FluentAssertions;
using Marketplace.Cli;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.ScenarioTests.Inference;

/// <summary>
/// The embedded model gives the same logits, bit for bit, with every number of threads and every set of instructions.
/// The runtime reads its switches at the start, so each run is a process of its own: <c>mkt model digest</c>.
/// </summary>
public sealed class BitIdentityTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(4, "")]
    [InlineData(1, "DOTNET_EnableAVX2")]
    [InlineData(2, "DOTNET_EnableAVX2")]
    [InlineData(4, "DOTNET_EnableAVX2")]
    [InlineData(1, "DOTNET_EnableHWIntrinsic")]
    [InlineData(2, "DOTNET_EnableHWIntrinsic")]
    [InlineData(4, "DOTNET_EnableHWIntrinsic")]
    public async Task Threads_and_instructions_change_no_bit_of_any_logit(int threads, string switchedOff)
    {
        var (exitCode, output) = await DigestAsync(threads, switchedOff);

        output.Trim().Should().Be(LogitsDigest.Expected.ToString());
        exitCode.Should().Be(ExitCodes.Ok);
    }

    private static async Task<(int ExitCode, string Output)> DigestAsync(int threads, string switchedOff)
    {
        string[] words = [typeof(ModelVerb).Assembly.Location, "model", "digest", "--threads", $"{threads}"];
        var start = new ProcessStartInfo("dotnet", words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (switchedOff.Length > 0)
        {
            start.Environment[switchedOff] = "0";
        }

        using var deadline = new CancellationTokenSource(Patience);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
