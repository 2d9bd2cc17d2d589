using FluentAssertions;
using Marketplace.OrderBook.Journaling;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>Once it runs, the log makes no work for the garbage collector.</summary>
public sealed class JournalSteadyStateTests : IDisposable
{
    private const int Commands = 200_000;

    private readonly LogFolder log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public void Appending_syncing_and_reading_allocate_nothing()
    {
        var (journalThread, atStart) = (0L, -1L);
        var options = new JournalOptions(SegmentBytes: 32 << 20, BufferBytes: 1 << 17);
        byte[] payload = [1, 2, 3];
        using (var writer = JournalWriter.Open(log.Path, options, null, (in _, _) => { }, OnDurable))
        {
            AppendMany(writer, Commands / 10, payload);
            var before = GC.GetAllocatedBytesForCurrentThread();
            AppendMany(writer, Commands, payload);
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        }

        (journalThread - atStart).Should().Be(0, "the journal's own thread has nothing to allocate either");
        ReadAll();
        var beforeReading = GC.GetAllocatedBytesForCurrentThread();
        ReadAll().Should().Be(Commands * 11 / 10);
        (GC.GetAllocatedBytesForCurrentThread() - beforeReading).Should().BeLessThan(8 << 20, "a block or two");

        void OnDurable(long seq)
        {
            journalThread = GC.GetAllocatedBytesForCurrentThread();
            atStart = atStart < 0 && seq > Commands / 10 ? journalThread : atStart;
        }
    }

    private static void AppendMany(JournalWriter writer, int count, byte[] payload)
    {
        for (; count > 0; count--)
        {
            var command = LogFolder.Command(writer.LastSeq + 1);
            writer.Append(ref command, payload.AsSpan(0, (int)(command.Seq % 4)));
        }

        writer.WaitDurable(writer.LastSeq);
    }

    private int ReadAll()
    {
        using var reader = new JournalReader(log.Path);
        var count = 0;
        while (reader.Next())
        {
            count++;
        }

        return count;
    }
}
