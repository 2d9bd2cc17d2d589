using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>The journal on a sound disk, and on one that fails while it is open.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Everything_flushed_comes_back_in_order_however_often_it_is_opened() =>
        Gen.Int[0, 4].Array[0, 4].Array[0, 4].Sample(
            lives =>
            {
                using var mine = new JournalFolder();
                foreach (var flushes in lives)
                {
                    mine.Write(flushes);
                }

                var records = mine.Read();

                records.Should().HaveCount(lives.Sum(flushes => flushes.Sum()));
                JournalFolder.AreFirst(records).Should().BeTrue();
            },
            iter: 30);

    [Fact]
    public void An_opened_journal_goes_on_where_it_ended()
    {
        folder.Write(2, 1);

        using var journal = Journal.Open(folder.Path, _ => { });

        (journal.LastSeq, journal.LastTime, journal.TornBytes, journal.HasPending)
            .Should().Be((3, JournalFolder.Start.AddTicks(1), 0, false));
        journal.Append(journal.LastTime, []).Should().Be(4);
    }

    [Fact]
    public void What_was_only_appended_is_not_there()
    {
        folder.Write(1);
        using (var journal = Journal.Open(folder.Path, _ => { }))
        {
            JournalFolder.Append(journal, 2);
            journal.HasPending.Should().BeTrue();
        }

        folder.Read().Should().ContainSingle();
    }

    [Fact]
    public void What_was_flushed_survives_a_loss_of_power()
    {
        using var disk = new CrashDisk(folder.Path);
        using var journal = Journal.Open(disk, _ => { });
        JournalFolder.Append(journal, 3);
        journal.Flush();
        JournalFolder.Append(journal, 1);

        File.WriteAllBytes(folder.Other, disk.Durable);

        JournalFolder.Read(folder.Other).Should().HaveCount(3);
        disk.Flushes.Should().Be(2, "the header has one, and a flush has one however many its records are");
    }

    [Fact]
    public void A_journal_is_opened_by_one_at_a_time()
    {
        folder.Write(1);
        using (Journal.Open(folder.Path, _ => { }))
        {
            FluentActions.Invoking(folder.Read).Should().Throw<IOException>();
        }

        folder.Read().Should().ContainSingle("the one who was refused has spoilt nothing");
    }

    [Fact]
    public void A_replay_that_fails_closes_the_file()
    {
        folder.Write(1);

        FluentActions.Invoking(() => Journal.Open(folder.Path, _ => throw new InvalidOperationException("no")))
            .Should().Throw<InvalidOperationException>();

        folder.Read().Should().ContainSingle();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_journal_whose_disk_failed_takes_no_more_and_writes_nothing_when_it_is_closed(bool isFull)
    {
        var disk = new CrashDisk(folder.Path);
        var journal = Journal.Open(disk, _ => { });
        JournalFolder.Append(journal, 2);
        journal.Flush();
        JournalFolder.Append(journal, 2);
        Break(disk, isFull);

        journal.Invoking(it => it.Flush()).Should().Throw<IOException>();
        var length = new FileInfo(folder.Path).Length;
        journal.Invoking(it => it.Flush()).Should().Throw<InvariantViolationException>();
        journal.Dispose();

        new FileInfo(folder.Path).Length.Should().Be(length);
        var records = folder.Read();
        records.Count.Should().BeInRange(2, 4);
        JournalFolder.AreFirst(records).Should().BeTrue();
    }

    [Fact]
    public void Time_does_not_go_back_and_a_record_is_no_larger_than_it_can_be_read()
    {
        using var journal = Journal.Open(folder.Path, _ => { });
        var largest = new byte[JournalFrame.MaxPayload];
        journal.Append(JournalFolder.Start, largest);
        journal.Flush();

        journal.Invoking(it => it.Append(JournalFolder.Start.AddTicks(-1), []))
            .Should().Throw<InvariantViolationException>();
        journal.Invoking(it => it.Append(JournalFolder.Start, [.. largest, 0]))
            .Should().Throw<InvariantViolationException>();

        journal.Dispose();
        folder.Read().Should().ContainSingle().Which.Payload.Length.Should().Be(largest.Length);
    }

    private static void Break(CrashDisk disk, bool isFull)
    {
        if (isFull)
        {
            disk.Fill();
        }
        else
        {
            disk.FailFlushes();
        }
    }
}
