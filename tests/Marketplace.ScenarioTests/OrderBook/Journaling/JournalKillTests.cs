using System.Diagnostics;
using System.Globalization;
using FluentAssertions;
using Marketplace.OrderBook.Journaling;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>A real process, killed at any moment: what it had acknowledged is in the log, in order, once.</summary>
public sealed class JournalKillTests : IDisposable
{
    private const int Kills = 200;
    private const int Logs = 4;

    private readonly LogFolder[] logs = [.. Enumerable.Range(0, Logs).Select(_ => new LogFolder())];

    public void Dispose() => Array.ForEach(logs, log => log.Dispose());

    [Fact]
    public async Task Nothing_acknowledged_is_lost_however_often_the_process_is_killed()
    {
        var killed = await Task.WhenAll(logs.Select((log, seed) => Task.Run(() => KillAgainAndAgainAsync(log, seed))));

        killed.Sum().Should().Be(Kills);
        logs.Should().AllSatisfy(log => JournalVerification.Verify(log.Path).Epoch.Should().BeGreaterThan(1));
    }

    private static async Task<int> KillAgainAndAgainAsync(LogFolder log, int seed)
    {
        var chance = new Random(seed);
        var last = 0L;
        for (var kill = 0; kill < Kills / Logs; kill++)
        {
            var acknowledged = await KillOnceAsync(log.Path, chance.Next(1, 6));

            acknowledged.Should().BeGreaterThanOrEqualTo(last, "the child began with what was there");
            last = LogFolder.ReadKnown(log.Path, afterSeq: last);
            last.Should().BeGreaterThanOrEqualTo(acknowledged);
        }

        log.ReadKnown().Should().Be(last, "the whole log is the known commands, each once");
        return Kills / Logs;
    }

    /// <summary>Lets a child acknowledge this many times and kills it while it writes.</summary>
    /// <returns>The last number that the child said to be durable.</returns>
    private static async Task<long> KillOnceAsync(string folder, int acknowledgements)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        string[] words = [typeof(ChildProgram).Assembly.Location, ChildProgram.JournalWriter, folder];
        using var child = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true })!;
        try
        {
            var acknowledged = -1L;
            for (var line = 0; await child.StandardOutput.ReadLineAsync(deadline.Token) is { } said; line++)
            {
                // A line that the kill cut short is a smaller number, or none.
                acknowledged = said.Length > 0
                    ? Math.Max(acknowledged, long.Parse(said, CultureInfo.InvariantCulture))
                    : acknowledged;
                if (line == acknowledgements)
                {
                    child.Kill();
                }
            }

            await child.WaitForExitAsync(deadline.Token);
            return acknowledged;
        }
        finally
        {
            child.Kill();
        }
    }
}
