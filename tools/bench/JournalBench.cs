using System.Diagnostics;
using Marketplace.Matching;
using Marketplace.OrderBook.Journaling;

namespace Marketplace.Bench;

/// <summary>What was measured of the book with its log at one rate.</summary>
/// <param name="AskedPerSecond">Commands a second that were due; 0 for as many as it takes.</param>
/// <param name="Acknowledgement">From when a command was due to when it was durable.</param>
/// <param name="ReplayedPerSecond">Commands read, checked and matched again, a second.</param>
public sealed record JournalFigures(
    int AskedPerSecond,
    long DurablePerSecond,
    long BatchesPerSecond,
    long BytesPerSecond,
    Percentiles Acknowledgement,
    long ReplayedPerSecond);

/// <summary>Measures matching with the durable log: all rates on the same commands, those of a workload.</summary>
public static class JournalBench
{
    private const int SyncLength = 4096;
    private const int Syncs = 200;

    /// <summary>As many as it takes, then open loops: a command is due at its time, taken or not.</summary>
    public static IReadOnlyList<int> Rates { get; } = [0, 100_000, 500_000, 1_000_000];

    /// <summary>How long this disk takes to write 4 KiB into reserved room and to sync them, in nanoseconds.</summary>
    public static Percentiles TimeSync(string folder)
    {
        var path = Path.Combine(folder, "sync");
        var bytes = new byte[SyncLength];
        new Random(1).NextBytes(bytes);
        using var file = File.OpenHandle(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose, Syncs * SyncLength);
        RandomAccess.SetLength(file, Syncs * SyncLength);
        RandomAccess.FlushToDisk(file);
        var times = new List<long>(Syncs);
        for (var sync = 0; sync < Syncs; sync++)
        {
            var begin = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, bytes, sync * SyncLength);
            RandomAccess.FlushToDisk(file);
            times.Add(Stopwatch.GetTimestamp() - begin);
        }

        return Percentiles.Of(times);
    }

    /// <param name="folder">Where the log is written, an empty folder on the disk that is measured.</param>
    /// <param name="seconds">At least, of an open loop; the workload may end it earlier.</param>
    public static JournalFigures Run(Workload workload, int perSecond, int seconds, string folder)
    {
        var count = perSecond == 0 ? workload.Messages.Length
            : (int)Math.Min(workload.Messages.Length, (long)perSecond * seconds);
        var messages = workload.Messages[..count];
        using var clock = new AcknowledgementClock(messages, perSecond);
        TimeSpan elapsed;
        using (var writer = JournalWriter.Open(folder, new JournalOptions(), null, (in _, _) => { }, clock.OnDurable))
        {
            var engine = workload.Prepare();
            var begin = clock.Start();
            AppendAll(messages, engine, writer, clock);
            writer.WaitDurable(writer.LastSeq);
            elapsed = Stopwatch.GetElapsedTime(begin);
        }

        return new JournalFigures(
            perSecond,
            PerSecond(count, elapsed),
            PerSecond(clock.Batches, elapsed),
            PerSecond((count + clock.Batches) * 64L, elapsed),
            Percentiles.Of(clock.Times),
            PerSecond(count, TimeReplay(workload, folder)));
    }

    private static void AppendAll(
        MatchCommand[] messages, MatchingEngine engine, JournalWriter writer, AcknowledgementClock clock)
    {
        var events = new MatchEvents();
        for (var index = 0; index < messages.Length; index++)
        {
            clock.WaitUntilDue(index);
            var command = messages[index];
            events.Clear();
            engine.Apply(command, events);
            writer.Append(ref command, []);
        }
    }

    private static TimeSpan TimeReplay(Workload workload, string folder)
    {
        var engine = workload.Prepare();
        var events = new MatchEvents();
        var begin = Stopwatch.GetTimestamp();
        using var reader = new JournalReader(folder);
        while (reader.Next())
        {
            events.Clear();
            engine.Apply(reader.Command, events);
        }

        return Stopwatch.GetElapsedTime(begin);
    }

    private static long PerSecond(long count, TimeSpan elapsed) =>
        count * TimeSpan.TicksPerSecond / Math.Max(1, elapsed.Ticks);
}
