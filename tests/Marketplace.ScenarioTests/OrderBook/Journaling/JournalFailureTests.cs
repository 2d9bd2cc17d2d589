using FluentAssertions;
using Marketplace.OrderBook.Journaling;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>Disks that fail, fill up or lose their power: what was acknowledged stays.</summary>
public sealed class JournalFailureTests : IDisposable
{
    private static readonly JournalOptions Options = new(SegmentBytes: 1 << 16, BufferBytes: 1 << 15);

    private readonly LogFolder log = new();
    private readonly DyingDisk disk = new();

    public void Dispose()
    {
        log.Dispose();
        disk.Dispose();
    }

    [Fact]
    public async Task A_full_disk_breaks_the_journal_for_good_and_loses_nothing_acknowledged() =>
        await BreaksForGoodAsync(disk.Fill);

    [Fact]
    public async Task A_failed_sync_breaks_the_journal_for_good_and_loses_nothing_acknowledged() =>
        await BreaksForGoodAsync(disk.FailSyncs);

    [Fact]
    public void A_disk_too_full_for_a_segment_refuses_the_opening()
    {
        log.Write(3);
        disk.Fill();

        FluentActions.Invoking(() => Open()).Should().Throw<IOException>();

        log.ReadKnown().Should().Be(3);
    }

    [Fact]
    public async Task Nothing_is_durable_before_its_sync_has_returned()
    {
        var told = new List<long>();
        using var writer = Open(told.Add);
        disk.Stall();

        Append(writer, 3);
        await disk.Stalled.Task;

        writer.DurableSeq.Should().Be(0);
        told.Should().BeEmpty();
        disk.Resume();
        writer.WaitDurable(3).LastSeq.Should().Be(3);
        writer.DurableSeq.Should().Be(3);
        writer.Dispose();
        told.Should().BeInAscendingOrder().And.EndWith(3);
    }

    [Fact]
    public async Task A_stalled_disk_lets_one_buffer_fill_and_then_the_writer_waits()
    {
        using var writer = Open();
        disk.Stall();
        Append(writer, 1);
        await disk.Stalled.Task;

        var appending = Task.Run(() => Append(writer, 2_000));

        SpinWait.SpinUntil(() => IsFull(writer), TimeSpan.FromSeconds(20)).Should().BeTrue();
        appending.IsCompleted.Should().BeFalse();
        disk.Resume();
        await appending;
        writer.WaitDurable(2_001).LastSeq.Should().Be(2_001);
    }

    [Fact]
    public async Task What_is_appended_during_a_sync_goes_to_disk_with_the_next_one()
    {
        using var writer = Open();
        var before = disk.Syncs;
        disk.Stall();
        Append(writer, 1);
        await disk.Stalled.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Append(writer, 200);

        disk.Resume();
        writer.WaitDurable(201);

        (disk.Syncs - before).Should().Be(2);
    }

    /// <summary>Every operation on the disk is once the last one before the power goes.</summary>
    [Fact]
    public void A_loss_of_power_at_any_operation_loses_nothing_acknowledged_and_leaves_a_log_that_goes_on()
    {
        var total = Session(log.Path, operations: int.MaxValue, seed: 0).Operations;
        total.Should().BeGreaterThan(50);
        for (var operations = 0; operations < total; operations++)
        {
            for (var seed = 0; seed < 4; seed++)
            {
                using var mine = new LogFolder();
                mine.Write(2, 3);
                var (_, acknowledged) = Session(mine.Path, operations, seed);

                var found = mine.ReadKnown();

                found.Should().BeGreaterThanOrEqualTo(acknowledged, $"the power went at operation {operations}");
                mine.Write(4);
                mine.ReadKnown().Should().Be(found + 4);
            }
        }
    }

    /// <summary>Opens the log and writes batches, over a change of segments, until the power goes.</summary>
    private static (int Operations, long Acknowledged) Session(string folder, int operations, int seed)
    {
        using var disk = new DyingDisk();
        disk.DieAfter(operations);
        var acknowledged = 0L;
        try
        {
            using var opening = JournalOpening.Open(folder, disk, LogFolder.Small, null, (in _, _) => { });
            for (var batch = 0; batch < 18; batch++)
            {
                acknowledged = LogFolder.Write(opening.Segments, 1 + batch * 7 % 11).LastSeq;
            }
        }
        catch (IOException) when (disk.IsDead)
        {
            disk.LosePower(new Random(seed * 1_000 + operations));
        }

        return (disk.Operations, acknowledged);
    }

    private async Task BreaksForGoodAsync(Action fail)
    {
        var told = new List<long>();
        using (var writer = Open(told.Add))
        {
            Append(writer, 50);
            writer.WaitDurable(50);
            fail();

            Append(writer, 1);
            FluentActions.Invoking(() => writer.WaitDurable(51)).Should().Throw<JournalBrokenException>()
                .WithInnerException<IOException>();

            await FluentActions.Awaiting(() => writer.Completion).Should().ThrowAsync<IOException>();
            FluentActions.Invoking(() => Append(writer, 1)).Should().Throw<JournalBrokenException>();
            writer.WaitDurable(50).LastSeq.Should().Be(50, "that was durable before");
            writer.DurableSeq.Should().Be(50);
        }

        told.Should().EndWith(50);
        log.ReadKnown().Should().BeInRange(50, 51, "the one that nobody was told of may be there");
        log.Write(3);
        log.ReadKnown().Should().BeInRange(53, 54);
    }

    private JournalWriter Open(Action<long>? onDurable = null) =>
        JournalWriter.Open(log.Path, disk, Options, null, (in _, _) => { }, onDurable ?? (_ => { }));

    private static void Append(JournalWriter writer, int count)
    {
        for (; count > 0; count--)
        {
            var command = LogFolder.Command(writer.LastSeq + 1);
            writer.Append(ref command, LogFolder.Payload(command.Seq));
        }
    }

    /// <summary>Whether the next command finds no room beside the batch that is being synced.</summary>
    private static bool IsFull(JournalWriter writer) => writer.LastSeq > 1 && writer.LastSeq == SeqAfterFill;

    private static long SeqAfterFill
    {
        get
        {
            var buffer = new BatchBuffer(1 << 15);
            var seq = 2L;
            for (; buffer.HasRoomFor(1 + PayloadRecord.CountFor(LogFolder.Payload(seq).Length)); seq++)
            {
                var command = LogFolder.Command(seq);
                LogFolder.Append(buffer, ref command, LogFolder.Payload(seq));
            }

            return seq - 1;
        }
    }
}
