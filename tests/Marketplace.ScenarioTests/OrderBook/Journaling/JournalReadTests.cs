using CsCheck;
using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Journaling;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>What was written is read again: each command, its payload, in order, over all segments.</summary>
public sealed class JournalReadTests : IDisposable
{
    private static readonly JournalOptions Options = new(SegmentBytes: 1 << 18, BufferBytes: 1 << 15);

    private readonly LogFolder log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public void Commands_and_payloads_of_every_length_come_back_bit_for_bit() => Gen.Int[0, PayloadRecord.MaxPayload]
        .Array[0, 60].Sample(
            lengths =>
            {
                using var mine = new LogFolder();
                lengths = [.. lengths, 0, 1, 35, 36, 37, 72, PayloadRecord.MaxPayload];
                using (var writer = JournalWriter.Open(mine.Path, Options, null, (in _, _) => { }, _ => { }))
                {
                    foreach (var length in lengths)
                    {
                        var command = LogFolder.Command(writer.LastSeq + 1);
                        writer.Append(ref command, Bytes(command.Seq, length));
                    }
                }

                using var reader = new JournalReader(mine.Path);
                foreach (var length in lengths)
                {
                    reader.Next().Should().BeTrue();
                    reader.Payload.SequenceEqual(Bytes(reader.Command.Seq, length)).Should().BeTrue();
                    var sent = LogFolder.Command(reader.Command.Seq);
                    var back = reader.Command with { PayloadRecords = 0, Checksum = 0 };
                    back.Equals(sent).Should().BeTrue();
                }

                reader.Next().Should().BeFalse();
            },
            iter: 10);

    [Fact]
    public void A_log_of_many_segments_is_read_from_any_number_on()
    {
        log.Write([.. Enumerable.Repeat(5, 30)]);
        log.Segments.Should().HaveCountGreaterThan(3);

        for (var after = 0L; after <= 150; after++)
        {
            log.ReadKnown(after).Should().Be(150);
        }
    }

    [Fact]
    public void Each_opening_goes_on_where_the_last_one_ended()
    {
        for (var opening = 1; opening <= 5; opening++)
        {
            log.Write(3, 4);

            log.ReadKnown().Should().Be(7 * opening);
        }

        JournalVerification.Verify(log.Path).Epoch.Should().Be(5);
    }

    [Fact]
    public void A_writer_replays_the_whole_log_before_it_takes_more()
    {
        log.Write(10, 20);
        var replayed = new List<long>();

        using (var writer = Open((in command, payload) =>
        {
            LogFolder.IsKnown(command, payload).Should().BeTrue();
            replayed.Add(command.Seq);
        }))
        {
            writer.LastSeq.Should().Be(30);
            writer.DurableSeq.Should().Be(30);
            writer.LastTimeMilliseconds.Should().Be(LogFolder.Command(30).TimeMilliseconds);
            var next = LogFolder.Command(31);
            writer.Append(ref next, LogFolder.Payload(31));
            writer.WaitDurable(31).LastSeq.Should().Be(31);
        }

        replayed.Should().Equal(Enumerable.Range(1, 30).Select(seq => (long)seq));
        log.ReadKnown().Should().Be(31);
    }

    [Fact]
    public void Numbers_may_leave_gaps()
    {
        using (var writer = Open())
        {
            foreach (var seq in new long[] { 5, 6, 100, 1L << 40 })
            {
                var command = LogFolder.Command(seq);
                writer.Append(ref command, []);
                writer.WaitDurable(seq);
            }
        }

        JournalVerification.Verify(log.Path).Should().Match<JournalSummary>(found =>
            found.FirstSeq == 5 && found.Head.LastSeq == 1L << 40 && found.Commands == 4);
    }

    [Fact]
    public void Verification_counts_what_is_there()
    {
        var heads = log.Write(4, 5, 6);

        var summary = JournalVerification.Verify(log.Path);

        summary.Should().Be(new JournalSummary(
            FirstSeq: 1,
            heads[^1],
            Commands: 15,
            PayloadBytes: Enumerable.Range(1, 15).Sum(seq => LogFolder.Payload(seq).Length),
            Batches: 3,
            Segments: 1,
            Epoch: 1,
            TornBytes: 0,
            StrayBytes: 0));
    }

    [Fact]
    public void An_empty_folder_is_an_empty_log()
    {
        JournalVerification.Verify(log.Path).Commands.Should().Be(0);
        JournalVerification.Verify(Path.Combine(log.Path, "none")).Commands.Should().Be(0);
    }

    [Fact]
    public void A_number_or_a_time_that_goes_back_and_a_kind_of_the_journals_own_are_bugs()
    {
        using var writer = Open();
        var command = LogFolder.Command(9);
        writer.Append(ref command, []);

        Refused(LogFolder.Command(9) with { TimeMilliseconds = long.MaxValue });
        Refused(LogFolder.Command(10) with { TimeMilliseconds = LogFolder.Command(9).TimeMilliseconds - 1 });
        Refused(LogFolder.Command(10) with { Kind = (CommandKind)HeaderRecord.Kind });
        Refused(LogFolder.Command(10) with { Kind = (CommandKind)PayloadRecord.Kind });
        FluentActions.Invoking(() => writer.WaitDurable(10)).Should().Throw<Kernel.InvariantViolationException>();
        writer.LastSeq.Should().Be(9);

        void Refused(MatchCommand wrong) => FluentActions.Invoking(() => writer.Append(ref wrong, []))
            .Should().Throw<Kernel.InvariantViolationException>();
    }

    [Fact]
    public void A_second_writer_is_kept_out_of_the_folder()
    {
        using (Open())
        {
            FluentActions.Invoking(() => Open()).Should().Throw<IOException>();
        }

        Open().Dispose();
    }

    private JournalWriter Open(CommandReplay? replay = null) =>
        JournalWriter.Open(log.Path, Options, null, replay ?? ((in _, _) => { }), _ => { });

    private static byte[] Bytes(long seq, int length) =>
        [.. Enumerable.Range(0, length).Select(at => (byte)((seq * 17 + at) % 256))];
}
