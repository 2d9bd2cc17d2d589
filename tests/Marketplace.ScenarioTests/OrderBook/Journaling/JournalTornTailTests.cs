using FluentAssertions;
using Marketplace.OrderBook.Journaling;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>A crash leaves an unfinished last batch; anything else that is not as it was written is damage.</summary>
public sealed class JournalTornTailTests : IDisposable
{
    private const int Positions = 10_000;
    private const int SectorLength = 512;

    private readonly LogFolder log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public void No_single_byte_can_change_unseen()
    {
        log.Write(2, 3, 1, 10, 12, 13);
        log.Write(2, 1, 4);
        log.Segments.Should().HaveCount(3);
        var batches = JournalVerification.Verify(log.Path).Batches;
        foreach (var path in log.Segments)
        {
            var sound = File.ReadAllBytes(path);
            using var file = SystemDisk.Instance.Open(path);
            for (var at = 0; at < sound.Length; at++)
            {
                file.Write([(byte)(sound[at] ^ 1 << at % 8)], at);

                IsNoticed(batches).Should().BeTrue($"byte {at} of {path} is wrong");
                file.Write(sound.AsSpan(at, 1), at);
            }
        }

        JournalVerification.Verify(log.Path).Should().Match<JournalSummary>(sound =>
            sound.TornBytes == 0 && sound.StrayBytes == 0 && sound.Head.LastSeq == 48);
    }

    [Fact]
    public void A_crash_at_any_byte_leaves_every_batch_before_it_and_nothing_twice()
    {
        var heads = log.Write([.. Enumerable.Range(0, 40).Select(batch => 1 + batch * 5 % 9)]);
        var segments = log.Segments.Select(path => (Path: path, Bytes: File.ReadAllBytes(path))).ToList();
        segments.Should().HaveCountGreaterThan(2);
        var chance = new Random(20_260);
        for (var trial = 0; trial < Positions; trial++)
        {
            var index = trial * segments.Count / Positions;
            CrashAt(segments, segments.Count - 1 - index, chance, goesOn: trial % 100 == 0);
        }

        heads.Should().HaveCount(40);
    }

    [Fact]
    public void An_end_that_was_torn_is_reported_and_the_log_goes_on_behind_the_last_sound_batch()
    {
        log.Write(3, 4);
        var path = log.Segments[0];
        var bytes = File.ReadAllBytes(path);
        var end = JournalChainTests.BatchEnds(bytes)[1];
        File.WriteAllBytes(path, bytes[..(end + 100)]);

        using (var opening = log.Open())
        {
            opening.TornBytes.Should().BeInRange(64, 100);
            LogFolder.Write(opening.Segments, 5);
        }

        log.ReadKnown().Should().Be(8);
        using var again = log.Open();
        again.TornBytes.Should().Be(0);
    }

    [Fact]
    public void Damage_before_the_last_flush_touches_no_file()
    {
        log.Write(3, 4, 5);
        var path = log.Segments[0];
        var damaged = File.ReadAllBytes(path);
        damaged[JournalChainTests.BatchEnds(damaged)[1] + 70] ^= 1;
        File.WriteAllBytes(path, damaged);

        FluentActions.Invoking(() => log.Open()).Should().Throw<JournalCorruptException>()
            .Which.Offset.Should().Be(JournalChainTests.BatchEnds(damaged)[1]);

        log.Segments.Should().Equal(path);
        File.ReadAllBytes(path).Should().Equal(damaged);
    }

    /// <summary>
    /// Leaves the log as a crash may leave it whose last write got to a random byte of this segment: there the file
    /// ends, or goes on with zeroes or with garbage, or the last batch's sectors came to disk each or not.
    /// </summary>
    private void CrashAt(
        List<(string Path, byte[] Bytes)> segments, int index, Random chance, bool goesOn)
    {
        var (path, sound) = segments[index];
        var ends = JournalChainTests.BatchEnds(sound);
        var cut = chance.Next(ends[0], ends[^1] + 1);
        var whole = ends.Last(end => end <= cut);
        var acknowledged = LastSeqBefore(sound, whole, index == 0 ? 0 : LastSeqOf(segments[index - 1].Bytes));
        var under = ends.FirstOrDefault(end => end > cut, cut);
        File.WriteAllBytes(path, Crashed(sound, whole, cut, under, chance));
        segments.Skip(index + 1).ToList().ForEach(later => File.Delete(later.Path));

        // The last batch may be whole after all: then it counts, though nobody was told.
        var found = log.ReadKnown();

        found.Should().BeGreaterThanOrEqualTo(acknowledged);
        found.Should().BeLessThanOrEqualTo(LastSeqBefore(sound, under, acknowledged));
        if (goesOn)
        {
            GoOn(found);
        }
    }

    private void GoOn(long found)
    {
        using (var mine = new LogFolder())
        {
            foreach (var path in log.Segments)
            {
                File.Copy(path, Path.Combine(mine.Path, Path.GetFileName(path)));
            }

            mine.Write(2, 3);
            mine.ReadKnown().Should().Be(found + 5);
            mine.Write(1);
            mine.ReadKnown().Should().Be(found + 6);
        }
    }

    private static byte[] Crashed(byte[] sound, int whole, int cut, int batchEnd, Random chance)
    {
        var bytes = new byte[sound.Length];
        sound.AsSpan(0, cut).CopyTo(bytes);
        switch (chance.Next(4))
        {
            case 0:
                return bytes[..cut];
            case 1:
                chance.NextBytes(bytes.AsSpan(cut, chance.Next(bytes.Length - cut) + 1));
                return bytes;
            case 2:
                sound.AsSpan(0, batchEnd).CopyTo(bytes);
                for (var at = whole; at < batchEnd; at = (at / SectorLength + 1) * SectorLength)
                {
                    var sector = bytes.AsSpan(at, Math.Min((at / SectorLength + 1) * SectorLength, batchEnd) - at);
                    if (chance.Next(2) == 0)
                    {
                        sector.Clear();
                    }
                }

                return bytes;
            default:
                return bytes;
        }
    }

    private static long LastSeqBefore(byte[] segment, int end, long otherwise) =>
        end <= 64 ? otherwise : BitConverter.ToInt64(segment, end - 64);

    private static long LastSeqOf(byte[] segment) =>
        LastSeqBefore(segment, JournalChainTests.BatchEnds(segment)[^1], 0);

    /// <summary>Refused, or only the last batch is lost, or nothing; in both cases it is reported.</summary>
    private bool IsNoticed(long batches)
    {
        try
        {
            var found = JournalVerification.Verify(log.Path);
            return found.TornBytes + found.StrayBytes > 0 && found.Batches >= batches - 1;
        }
        catch (JournalCorruptException)
        {
            return true;
        }
    }
}
