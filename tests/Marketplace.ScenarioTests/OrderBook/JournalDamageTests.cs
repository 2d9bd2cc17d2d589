using CsCheck;
using FluentAssertions;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>A crash leaves an unfinished end; anything else is damage and refuses the start.</summary>
public sealed class JournalDamageTests : IDisposable
{
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_end_that_a_crash_left_unfinished_is_cut_off_wherever_it_breaks()
    {
        var ends = folder.Write(2, 3, 2);
        var whole = File.ReadAllBytes(folder.Path);
        for (var length = ends[2]; length < ends[3]; length++)
        {
            File.WriteAllBytes(folder.Path, whole[..(int)length]);
            var records = new List<JournalRecord>();
            using (var journal = Journal.Open(folder.Path, records.Add))
            {
                JournalFolder.AreFirst(records).Should().BeTrue();
                records.Count.Should().BeInRange(5, 6);
                journal.TornBytes.Should().BeGreaterThanOrEqualTo(length == ends[2] ? 0 : journal.LastSeq == 5 ? 1 : 0);
                JournalFolder.Append(journal, 1);
                journal.Flush();
            }

            folder.Read().Should().HaveCount(records.Count + 1, "it goes on after the last sound record");
        }
    }

    [Fact]
    public void Pages_of_the_last_flush_may_be_lost_in_any_order() =>
        Gen.Select(Gen.Int[1, 5], Gen.Bool.Array[40]).Sample(
            (records, lost) =>
            {
                using var mine = new JournalFolder();
                var ends = mine.Write(2, records);
                var bytes = File.ReadAllBytes(mine.Path);
                for (var at = (int)ends[1]; at < bytes.Length; at++)
                {
                    bytes[at] = lost[(at - (int)ends[1]) / 16 % lost.Length] ? (byte)0 : bytes[at];
                }

                File.WriteAllBytes(mine.Path, bytes);
                var found = mine.Read();

                found.Count.Should().BeInRange(2, 2 + records);
                JournalFolder.AreFirst(found).Should().BeTrue();
            },
            iter: 60);

    [Fact]
    public void A_flipped_bit_before_the_last_flush_refuses_the_start_and_touches_nothing()
    {
        var ends = folder.Write(2, 3, 1, 2);
        var sound = File.ReadAllBytes(folder.Path);
        for (var at = 0; at < ends[3]; at++)
        {
            var damaged = sound.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(folder.Path, damaged);

            FluentActions.Invoking(folder.Read).Should().Throw<JournalCorruptException>($"byte {at} is wrong")
                .Which.Offset.Should().BeLessThanOrEqualTo(at);
            File.ReadAllBytes(folder.Path).Should().Equal(damaged);
        }
    }

    [Fact]
    public void Bytes_missing_in_the_middle_refuse_the_start() => Gen.Select(Gen.Int[8, 300], Gen.Int[1, 200]).Sample(
        (from, count) =>
        {
            using var mine = new JournalFolder();
            var ends = mine.Write(3, 3, 3);
            var to = Math.Min(from + count, (int)ends[2]);
            var sound = File.ReadAllBytes(mine.Path);
            File.WriteAllBytes(mine.Path, [.. sound[..Math.Min(from, to)], .. sound[to..]]);

            if (from < to)
            {
                FluentActions.Invoking(mine.Read).Should().Throw<JournalCorruptException>();
            }
        },
        iter: 60);

    [Fact]
    public void A_whole_flush_that_is_missing_or_out_of_order_refuses_the_start()
    {
        var ends = folder.Write(2, 2, 2);
        var sound = File.ReadAllBytes(folder.Path);
        byte[] Flush(int number) => sound[(int)ends[number - 1]..(int)ends[number]];
        byte[] header = sound[..(int)ends[0]];
        byte[][] damaged =
        [
            [.. header, .. Flush(2), .. Flush(3)],
            [.. header, .. Flush(1), .. Flush(3)],
            [.. header, .. Flush(2), .. Flush(1), .. Flush(3)],
            [.. header, .. Flush(1), .. Flush(1), .. Flush(2), .. Flush(3)],
        ];

        damaged.Should().AllSatisfy(bytes =>
        {
            File.WriteAllBytes(folder.Path, bytes);
            FluentActions.Invoking(folder.Read).Should().Throw<JournalCorruptException>();
        });
    }

    [Fact]
    public void A_flush_of_another_journal_does_not_follow()
    {
        folder.Write(1);
        using (var other = Journal.Open(folder.Other, _ => { }))
        {
            other.Append(JournalFolder.Start, "something else"u8);
            other.Flush();
            JournalFolder.Append(other, 1);
            other.Flush();
        }

        var theirs = File.ReadAllBytes(folder.Other);
        var first = Journal.FileHeaderLength
            + JournalFrame.HeaderLength + "something else".Length + JournalFrame.ChecksumLength;
        File.AppendAllBytes(folder.Path, theirs[first..]);

        FluentActions.Invoking(folder.Read).Should().Throw<JournalCorruptException>();
    }

    [Fact]
    public void A_crash_while_the_journal_was_made_leaves_an_empty_one()
    {
        folder.Write(1);
        var header = File.ReadAllBytes(folder.Path)[..Journal.FileHeaderLength];
        for (var length = 0; length <= header.Length; length++)
        {
            File.WriteAllBytes(folder.Path, header[..length]);

            folder.Read().Should().BeEmpty();
            File.ReadAllBytes(folder.Path).Should().Equal(header);
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("some notes of somebody")]
    [InlineData("MKTBOOK\u0002")]
    public void A_file_that_is_no_journal_of_this_version_is_left_alone(string text)
    {
        File.WriteAllText(folder.Path, text);

        FluentActions.Invoking(folder.Read).Should().Throw<JournalCorruptException>().Which.Offset.Should().Be(0);

        File.ReadAllText(folder.Path).Should().Be(text);
    }
}
