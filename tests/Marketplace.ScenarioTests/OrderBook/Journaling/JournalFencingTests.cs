using FluentAssertions;
using Marketplace.OrderBook.Journaling;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>Two writers believe that the log is theirs: the earlier one can acknowledge nothing any more.</summary>
public sealed class JournalFencingTests : IDisposable
{
    private static readonly JournalOptions Options = new(SegmentBytes: 1 << 16, BufferBytes: 1 << 15);

    private readonly LogFolder log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task The_older_of_two_writers_breaks_and_what_the_newer_one_writes_is_the_log()
    {
        using var older = Open();
        Append(older, 10);
        older.WaitDurable(10);
        WithoutLock();
        using var newer = Open();
        newer.LastSeq.Should().Be(10);

        // One, for it may break before it is given a second.
        Append(older, 1);

        FluentActions.Invoking(() => older.WaitDurable(11)).Should().Throw<JournalBrokenException>()
            .WithInnerException<JournalFencedException>();
        (await FluentActions.Awaiting(() => older.Completion).Should().ThrowAsync<JournalFencedException>())
            .Which.Should().Match<JournalFencedException>(fenced => fenced.Epoch == 1 && fenced.Newest == 2);
        older.DurableSeq.Should().Be(10);
        Append(newer, 7);
        newer.WaitDurable(17);
        newer.Dispose();
        log.ReadKnown().Should().Be(17);
    }

    /// <summary>The stall between look and write that no look can prevent: a pause of the machine.</summary>
    [Fact]
    public async Task A_batch_that_was_under_way_when_the_log_was_taken_over_is_not_acknowledged_and_not_in_the_log()
    {
        using var disk = new DyingDisk();
        using var older = JournalWriter.Open(log.Path, disk, Options, null, (in _, _) => { }, _ => { });
        Append(older, 10);
        older.WaitDurable(10);
        disk.Stall();
        Append(older, 5);
        await disk.Stalled.Task;
        HideUnsynced(out var giveBack);
        WithoutLock();
        using (var newer = Open())
        {
            newer.LastSeq.Should().Be(10, "the older one's batch had not come to the disk");
            giveBack();
            Append(newer, 3);
            newer.WaitDurable(13);
        }

        disk.Resume();

        FluentActions.Invoking(() => older.WaitDurable(15)).Should().Throw<JournalBrokenException>()
            .WithInnerException<JournalFencedException>();
        older.DurableSeq.Should().Be(10);
        log.ReadKnown().Should().Be(13);
        JournalVerification.Verify(log.Path).StrayBytes.Should().BePositive("that batch is there, and no part of it");
        log.Write(2);
        log.ReadKnown().Should().Be(15);
    }

    [Fact]
    public void A_fenced_writer_takes_no_segment_name_from_the_newer_one()
    {
        using (var older = log.Open())
        {
            LogFolder.Write(older.Segments, 10);
            WithoutLock();
            using var newer = log.Open();
            LogFolder.Write(newer.Segments, 3);

            FluentActions.Invoking(() => LogFolder.Write(older.Segments, 50)).Should().Throw<JournalFencedException>();
            FluentActions.Invoking(() => SystemDisk.Instance.Publish(log.Segments[0], log.Segments[1], replaces: false))
                .Should().Throw<IOException>();
        }

        log.ReadKnown().Should().Be(13);
    }

    [Fact]
    public void Two_writers_that_never_wrote_do_not_share_a_file()
    {
        using (var older = log.Open())
        {
            WithoutLock();
            using var newer = log.Open();
            LogFolder.Write(newer.Segments, 3);

            FluentActions.Invoking(() => LogFolder.Write(older.Segments, 5)).Should().Throw<JournalFencedException>();
        }

        log.ReadKnown().Should().Be(3);
    }

    [Fact]
    public void Every_opening_takes_the_next_epoch_even_if_the_file_that_counts_them_is_lost_or_torn()
    {
        var path = Path.Combine(log.Path, EpochFile.Name);
        log.Write(1);
        log.Write(1);
        Epoch().Should().Be(2);

        File.Delete(path);
        log.Write(1);
        Epoch().Should().Be(3);

        foreach (var slot in new[] { 0, 4096 })
        {
            var bytes = File.ReadAllBytes(path);
            if (slot < bytes.Length)
            {
                bytes[slot] ^= 1;
                File.WriteAllBytes(path, bytes);
            }

            var before = Epoch();
            log.Write(1);
            Epoch().Should().Be(before + 1);
        }
    }

    private uint Epoch() => JournalVerification.Verify(log.Path).Epoch;

    /// <summary>As if the two had come to the folder by ways whose locks do not see each other.</summary>
    private void WithoutLock() => File.Delete(Path.Combine(log.Path, SegmentFiles.Lock));

    /// <summary>Takes the last batch out of the segment, as if its write had not happened yet, and back.</summary>
    private void HideUnsynced(out Action giveBack)
    {
        var path = log.Segments[^1];
        var bytes = File.ReadAllBytes(path);
        var end = JournalChainTests.BatchEnds(bytes)[^2];
        var batch = bytes[end..JournalChainTests.BatchEnds(bytes)[^1]];
        Write(new byte[batch.Length]);
        giveBack = () => Write(batch);

        void Write(byte[] content)
        {
            using var file = SystemDisk.Instance.Open(path);
            file.Write(content, end);
        }
    }

    private JournalWriter Open() => JournalWriter.Open(log.Path, Options, null, (in _, _) => { }, _ => { });

    private static void Append(JournalWriter writer, int count)
    {
        for (; count > 0; count--)
        {
            var command = LogFolder.Command(writer.LastSeq + 1);
            writer.Append(ref command, LogFolder.Payload(command.Seq));
        }
    }
}
