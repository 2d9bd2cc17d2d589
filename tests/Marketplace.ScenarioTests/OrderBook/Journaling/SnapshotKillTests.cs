using System.Diagnostics;
using System.Globalization;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook.PublicLog;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>A real book, killed while it saves: what it left serves a start as the journal alone would.</summary>
public sealed class SnapshotKillTests : IDisposable
{
    private const int Kills = 24;
    private const int Books = 2;

    private readonly LogFolder[] folders = [.. Enumerable.Range(0, Books).Select(_ => new LogFolder())];

    public void Dispose() => Array.ForEach(folders, folder => folder.Dispose());

    [Fact]
    public async Task A_book_killed_while_it_saves_starts_as_from_its_journal_alone()
    {
        var seen = await Task.WhenAll(
            folders.Select((folder, seed) => Task.Run(() => KillAgainAndAgainAsync(folder.Path, seed))));

        seen.Sum(one => one.HalfWritten).Should().BePositive("some were killed in the middle of a snapshot");
        seen.Sum(one => one.Shortened).Should().BeGreaterThan(Kills / 2, "most had saved one before");
    }

    /// <returns>How many kills left a snapshot half written, and how many starts a snapshot made shorter.</returns>
    private static async Task<(int HalfWritten, int Shortened)> KillAgainAndAgainAsync(string path, int seed)
    {
        var chance = new Random(seed);
        var (halfWritten, shortened) = (0, 0);
        for (var kill = 0; kill < Kills / Books; kill++)
        {
            var answered = await KillOnceAsync(path, chance.Next(1, 40));
            halfWritten += Directory.EnumerateFiles(path, "*.snapshot.tmp").Any() ? 1 : 0;
            var whole = await StartCopyAsync(path, every: 0);
            var saved = await StartCopyAsync(path, every: 1_000_000);
            (saved.Digest, saved.PublicHead).Should().Be((whole.Digest, whole.PublicHead));
            whole.Replayed.Should().BeGreaterThanOrEqualTo(answered);
            shortened += saved.Replayed < whole.Replayed ? 1 : 0;
        }

        return (halfWritten, shortened);
    }

    private static async Task<(Hash32 Digest, PublicHead PublicHead, long Replayed)> StartCopyAsync(
        string path, long every)
    {
        using var copy = new LogFolder();
        foreach (var file in Directory.EnumerateFiles(path))
        {
            File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        }

        await using var world = await LoopWorld.StartedAsync(
            copy.Path,
            change: options => options with { SnapshotEvery = every, Journal = JournalChild.Options });
        return (await world.DigestAsync(), world.Loop.PublicHead, world.Loop.Replayed);
    }

    /// <summary>Lets a child answer this many times and kills it while it goes on.</summary>
    /// <returns>The last command that the child said to be answered.</returns>
    private static async Task<long> KillOnceAsync(string folder, int answers)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        string[] words = [typeof(ChildProgram).Assembly.Location, ChildProgram.SavingBook, folder];
        using var child = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true })!;
        try
        {
            var answered = 0L;
            for (var line = 1; await child.StandardOutput.ReadLineAsync(deadline.Token) is { } said; line++)
            {
                // A line that the kill cut short is a smaller number, or none.
                answered = said.Length > 0
                    ? Math.Max(answered, long.Parse(said, CultureInfo.InvariantCulture))
                    : answered;
                if (line == answers)
                {
                    child.Kill();
                }
            }

            await child.WaitForExitAsync(deadline.Token);
            return answered;
        }
        finally
        {
            child.Kill();
        }
    }
}
