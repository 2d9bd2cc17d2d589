using System.Buffers.Binary;
using System.Security.Cryptography;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook.Journaling;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>The log as a chain: the format read by other means, and segments that are not where they were.</summary>
public sealed class JournalChainTests : IDisposable
{
    private const int RecordLength = 64;

    private readonly LogFolder log = new();
    private readonly LogFolder other = new();

    public void Dispose()
    {
        log.Dispose();
        other.Dispose();
    }

    [Fact]
    public void The_chain_is_what_its_documentation_says()
    {
        var head = log.Write([.. Enumerable.Repeat(7, 20)])[^1];
        var hash = new byte[32];
        var last = 0L;
        foreach (var bytes in log.Segments.Select(File.ReadAllBytes))
        {
            bytes.AsSpan(24, 32).ToArray().Should().Equal(hash, "a segment opens with the chain so far");
            BinaryPrimitives.ReadInt64LittleEndian(bytes).Should().Be(last + 1);
            var at = RecordLength;
            while (bytes[at + 16] == 0xFE && bytes[at + 18] == 2)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 12)) * RecordLength;
                var records = bytes[(at + RecordLength)..(at + RecordLength + length)];
                hash = SHA256.HashData([.. hash, .. bytes[at..(at + 24)], .. records]);
                bytes.AsSpan(at + 24, 32).ToArray().Should().Equal(hash);
                last = BinaryPrimitives.ReadInt64LittleEndian(records.AsSpan(length - RecordLength));
                at += RecordLength + length;
            }
        }

        head.Should().Be(new JournalHead(last, new Hash32(hash)));
        JournalVerification.Verify(log.Path).Head.Should().Be(head);
    }

    [Fact]
    public void A_records_checksum_is_CRC_32C()
    {
        log.Write(20);
        var bytes = File.ReadAllBytes(log.Segments[0]);

        Crc32C("123456789"u8).Should().Be(0xE3069283, "RFC 3720's polynomial, by its usual check value");
        for (var at = 0; at < 22 * RecordLength; at += RecordLength)
        {
            BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 60)).Should().Be(Crc32C(bytes.AsSpan(at, 60)));
        }
    }

    [Fact]
    public void A_missing_segment_is_noticed_be_it_the_first_a_middle_or_the_last_one()
    {
        log.Write([.. Enumerable.Repeat(7, 30)]);
        log.Segments.Should().HaveCountGreaterThan(3);

        foreach (var path in log.Segments)
        {
            File.Move(path, path + ".away");

            Refused($"{Path.GetFileName(path)} is missing");
            File.Move(path + ".away", path);
        }

        log.ReadKnown().Should().Be(210);
    }

    [Fact]
    public void The_last_segment_of_an_earlier_opening_may_not_be_missing_either()
    {
        log.Write(3);
        log.Write(4);

        File.Delete(log.Segments[1]);

        Refused("the first says that the second is there");
    }

    [Fact]
    public void Segments_that_changed_places_or_come_from_another_log_are_noticed()
    {
        int[] batches = [.. Enumerable.Repeat(7, 30)];
        log.Write(batches);
        using (var opening = other.Open())
        {
            LogFolder.Write(opening.Segments, 6);
            LogFolder.Write(opening.Segments, 1);
            Array.ForEach(batches[1..], count => LogFolder.Write(opening.Segments, count));
        }

        log.Segments.Select(Path.GetFileName).Should().Equal(other.Segments.Select(Path.GetFileName));
        var sound = log.Segments.Select(File.ReadAllBytes).ToList();
        for (var index = 0; index < sound.Count; index++)
        {
            Replaced(index, sound[(index + 1) % sound.Count], "a segment of another place");
            Replaced(index, File.ReadAllBytes(other.Segments[index]), "the same commands in other batches");
        }

        log.ReadKnown().Should().Be(210);

        void Replaced(int index, byte[] bytes, string what)
        {
            File.WriteAllBytes(log.Segments[index], bytes);
            Refused(what);
            File.WriteAllBytes(log.Segments[index], sound[index]);
        }
    }

    [Fact]
    public void Batches_that_are_missing_doubled_or_in_another_order_are_noticed()
    {
        log.Write(2, 2, 2, 2);
        var path = log.Segments[0];
        var sound = File.ReadAllBytes(path);
        var ends = BatchEnds(sound);
        byte[] Batch(int number) => sound[ends[number - 1]..ends[number]];
        byte[][] orders =
        [
            [.. Batch(2), .. Batch(3), .. Batch(4)],
            [.. Batch(1), .. Batch(3), .. Batch(4)],
            [.. Batch(1), .. Batch(2), .. Batch(4)],
            [.. Batch(2), .. Batch(1), .. Batch(3), .. Batch(4)],
            [.. Batch(1), .. Batch(1), .. Batch(2), .. Batch(3), .. Batch(4)],
            [.. Batch(1), .. Batch(2), .. Batch(3), .. Batch(4), .. Batch(4)],
        ];

        orders.Should().AllSatisfy(order =>
        {
            File.WriteAllBytes(path, [.. sound[..RecordLength], .. order]);
            Refused("no crash leaves a whole batch of another place");
        });
    }

    [Fact]
    public void A_batch_of_an_earlier_epoch_after_a_later_one_is_damage()
    {
        log.Write(3);
        log.Write(3);
        var forged = new BatchBuffer(1 << 12);
        var command = LogFolder.Command(7);
        LogFolder.Append(forged, ref command, []);
        var head = JournalVerification.Verify(log.Path).Head;
        using var chain = new HashChain();
        var path = log.Segments[1];
        var end = BatchEnds(File.ReadAllBytes(path))[^1];
        using (var file = SystemDisk.Instance.Open(path))
        {
            file.Write(forged.Seal(epoch: 1, head.Hash, chain, out _), end);
        }

        Refused("the second opening has epoch 2");

        using (var file = SystemDisk.Instance.Open(path))
        {
            file.Write(forged.Seal(epoch: 2, head.Hash, chain, out _), end);
        }

        JournalVerification.Verify(log.Path).Head.LastSeq.Should().Be(7, "with its own epoch it would have been right");
    }

    /// <summary>Where the opening and each batch of a segment end.</summary>
    public static IReadOnlyList<int> BatchEnds(byte[] segment)
    {
        var ends = new List<int> { RecordLength };
        while (HeaderRecord.Read(segment.AsSpan(ends[^1])) is { Role: HeaderRole.Batch } header)
        {
            ends.Add(ends[^1] + (1 + header.Records) * RecordLength);
        }

        return ends;
    }

    private void Refused(string because)
    {
        FluentActions.Invoking(() => JournalVerification.Verify(log.Path))
            .Should().Throw<JournalCorruptException>(because);
        FluentActions.Invoking(() => log.Open()).Should().Throw<JournalCorruptException>(because);
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0x82F63B78;
            }
        }

        return ~crc;
    }
}
