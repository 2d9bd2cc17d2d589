using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook.Journaling;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>Snapshots shorten the replay and never change what it gives.</summary>
public sealed class SnapshotStoreTests : IDisposable
{
    private readonly LogFolder log = new();
    private readonly SnapshotStore snapshots;

    public SnapshotStoreTests() => snapshots = new SnapshotStore(log.Path);

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task A_snapshot_comes_back_as_it_was_saved()
    {
        var point = await SaveAsync(log.Write(5)[^1], lastSeq: 3);

        var found = Newest(out var passedOver);

        found!.Value.Point.Should().Be(point);
        found.Value.Content.Should().Equal(StateAt(3));
        passedOver.Should().BeEmpty();
    }

    [Fact]
    public async Task The_newest_two_are_kept()
    {
        foreach (var head in log.Write(5, 5, 5, 5))
        {
            await SaveAsync(head, head.LastSeq);
        }

        Files().Should().HaveCount(2);
        Newest(out _)!.Value.Point.LastSeq.Should().Be(20);
    }

    [Fact]
    public async Task A_snapshot_with_any_byte_changed_or_missing_is_passed_over_with_a_reason()
    {
        foreach (var head in log.Write(5, 5))
        {
            await SaveAsync(head, head.LastSeq);
        }

        var path = Files()[^1];
        var sound = File.ReadAllBytes(path);
        for (var at = 0; at < sound.Length; at++)
        {
            var damaged = sound.ToArray();
            damaged[at] ^= (byte)(1 << at % 8);
            PassedOver(damaged);
            PassedOver(sound[..at]);
        }

        PassedOver([.. sound, 0]);
        File.WriteAllBytes(path, sound);
        Newest(out _)!.Value.Point.LastSeq.Should().Be(10);

        void PassedOver(byte[] damaged)
        {
            File.WriteAllBytes(path, damaged);
            Newest(out var passedOver)!.Value.Point.LastSeq.Should().Be(5);
            passedOver.Should().ContainSingle().Which.Should().Match<FoundSnapshot>(one =>
                one.File == Path.GetFileName(path) && one.Damage.Length > 0);
        }
    }

    [Fact]
    public async Task Without_a_sound_snapshot_the_log_is_replayed_from_its_start()
    {
        await SaveAsync(log.Write(5)[^1], lastSeq: 5);
        File.WriteAllText(Files()[0], "damaged");

        Newest(out var passedOver).Should().BeNull();

        passedOver.Should().ContainSingle();
        Recovered().Should().Equal(Sequence(1, 5));
    }

    [Fact]
    public async Task Snapshot_and_rest_of_the_log_are_the_whole_log_wherever_the_snapshot_was_taken()
    {
        var heads = log.Write([.. Enumerable.Repeat(7, 20)]);
        for (var last = 1L; last <= 140; last++)
        {
            await SaveAsync(heads.First(head => head.LastSeq >= last), last);

            Recovered().Should().Equal(Sequence(1, 140));
        }
    }

    /// <summary>The crash between a snapshot's rename and the removal of the segments it covers.</summary>
    [Fact]
    public async Task Segments_that_a_snapshot_covers_apply_nothing_twice_and_may_go_one_by_one()
    {
        var heads = log.Write([.. Enumerable.Repeat(7, 30)]);
        await SaveAsync(heads[^8], heads[^8].LastSeq);
        await SaveAsync(heads[^2], heads[^2].LastSeq - 3);
        Recovered().Should().Equal(Sequence(1, 210), "all segments are still there");
        var covered = log.Segments.Count(path => !CanSpare(path, heads[^8].LastSeq));
        covered.Should().BePositive();

        for (var removed = 0; ; removed++)
        {
            Recovered().Should().Equal(Sequence(1, 210), $"{removed} segments are gone");
            if (CanSpare(log.Segments[1], heads[^8].LastSeq + 1))
            {
                break;
            }

            File.Delete(log.Segments[0]);
        }
    }

    [Fact]
    public async Task Only_segments_wholly_below_the_older_kept_snapshot_are_removed()
    {
        var heads = log.Write([.. Enumerable.Repeat(7, 30)]);
        await SaveAsync(heads[^2], heads[^2].LastSeq);
        snapshots.RemoveCoveredSegments(log.Path).Should().Be(0, "there is no second snapshot to fall back to");
        await SaveAsync(heads[10], heads[10].LastSeq);

        snapshots.RemoveCoveredSegments(log.Path).Should().BePositive();

        SegmentFiles.List(log.Path)[0].FirstSeq.Should().BeLessThanOrEqualTo(heads[10].LastSeq + 1);
        SegmentFiles.List(log.Path)[1].FirstSeq.Should().BeGreaterThan(heads[10].LastSeq + 1);
        log.ReadKnown(heads[10].LastSeq).Should().Be(210);
        Recovered().Should().Equal(Sequence(1, 210));
        FluentActions.Invoking(() => log.ReadKnown()).Should().Throw<JournalCorruptException>("its start is gone");
        JournalVerification.Verify(log.Path, heads[10].LastSeq).Head.Should().Be(heads[^1]);
    }

    [Fact]
    public async Task A_log_that_has_not_what_a_snapshot_saw_is_refused()
    {
        var point = await SaveAsync(log.Write(5, 6)[^1], lastSeq: 8);
        var (path, sound) = (log.Segments[0], File.ReadAllBytes(log.Segments[0]));

        Refused(sound[..JournalChainTests.BatchEnds(sound)[1]], "it ends before");
        Refused(sound[..JournalChainTests.BatchEnds(sound)[0]], "it is empty");
        File.Delete(path);
        FluentActions.Invoking(() => log.Open(point)).Should().Throw<JournalCorruptException>("it is gone");
        using (var other = log.Open())
        {
            LogFolder.Write(other.Segments, 11);
        }

        FluentActions.Invoking(() => log.Open(point)).Should().Throw<JournalCorruptException>("it has another history");

        void Refused(byte[] bytes, string because)
        {
            File.WriteAllBytes(path, bytes);
            FluentActions.Invoking(() => log.Open(point)).Should().Throw<JournalCorruptException>(because);
        }
    }

    [Fact]
    public async Task A_crash_while_a_snapshot_is_written_leaves_those_of_before()
    {
        await SaveAsync(log.Write(5)[^1], lastSeq: 5);
        File.WriteAllBytes(Path.Combine(log.Path, "book-00000000000000000009.snapshot.tmp"), [1, 2, 3]);

        Newest(out var passedOver)!.Value.Point.LastSeq.Should().Be(5);

        passedOver.Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_crash_or_a_failure_left_half_written_does_not_stay()
    {
        var head = log.Write(5)[^1];
        await SaveAsync(head, lastSeq: 4);
        var unfinished = Path.Combine(log.Path, "book-00000000000000000003.snapshot.tmp");
        File.WriteAllBytes(unfinished, [1, 2, 3]);
        var point = new SnapshotPoint(5, 0, default, head);

        await FluentActions.Awaiting(() => snapshots.SaveAsync(point, Full, CancellationToken.None))
            .Should().ThrowAsync<IOException>();

        Directory.EnumerateFiles(log.Path, "*.tmp").Should().BeEmpty();
        Newest(out _)!.Value.Point.LastSeq.Should().Be(4);

        static void Full(Stream target)
        {
            target.Write(new byte[100_000]);
            throw new IOException("No space left on device");
        }
    }

    [Fact]
    public async Task A_snapshot_of_what_is_not_durable_is_a_bug()
    {
        var point = new SnapshotPoint(6, 0, default, log.Write(5)[^1]);

        await FluentActions.Awaiting(() => snapshots.SaveAsync(point, _ => { }, CancellationToken.None))
            .Should().ThrowAsync<InvariantViolationException>();

        Files().Should().BeEmpty();
    }

    /// <summary>The state in these tests: the list of all numbers so far.</summary>
    private static byte[] StateAt(long lastSeq) => [.. Sequence(1, lastSeq).SelectMany(BitConverter.GetBytes)];

    private static IEnumerable<long> Sequence(long first, long last) =>
        Enumerable.Range((int)first, (int)(last - first + 1)).Select(seq => (long)seq);

    /// <summary>Whether the segments before this one hold something above a number.</summary>
    private static bool CanSpare(string path, long seq) => SegmentFiles.List(Path.GetDirectoryName(path)!)
        .Single(segment => segment.Path == path).FirstSeq > seq;

    private async Task<SnapshotPoint> SaveAsync(JournalHead head, long lastSeq)
    {
        var time = LogFolder.Command(lastSeq).TimeMilliseconds;
        var point = new SnapshotPoint(lastSeq, time, new Hash32(StateAt(lastSeq + 4).AsSpan(0, 32)), head);
        await snapshots.SaveAsync(point, target => target.Write(StateAt(lastSeq)), CancellationToken.None);
        return point;
    }

    private (SnapshotPoint Point, byte[] Content)? Newest(out IReadOnlyList<FoundSnapshot> passedOver)
    {
        var damaged = new List<FoundSnapshot>();
        passedOver = damaged;
        foreach (var found in snapshots.NewestFirst())
        {
            if (found.Snapshot is { } snapshot)
            {
                using var content = snapshot.Content;
                using var copy = new MemoryStream();
                content.CopyTo(copy);
                return (snapshot.Point, copy.ToArray());
            }

            damaged.Add(found);
        }

        return null;
    }

    /// <summary>The newest snapshot's state with the rest of the log applied.</summary>
    private List<long> Recovered()
    {
        var newest = Newest(out _);
        var state = newest?.Content.Chunk(sizeof(long)).Select(bytes => BitConverter.ToInt64(bytes)).ToList() ?? [];
        using var reader = new JournalReader(log.Path, newest?.Point.LastSeq ?? 0, newest?.Point.Head);
        while (reader.Next())
        {
            state.Add(reader.Command.Seq);
        }

        return state;
    }

    private List<string> Files() => [.. Directory.EnumerateFiles(log.Path, "*.snapshot").Order()];
}
