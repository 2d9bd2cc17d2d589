using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.PublicLog;
using Xunit;

namespace Marketplace.Tests.OrderBook.PublicLog;

/// <summary>From the public log alone anybody comes to the same book, and nothing in it can be altered.</summary>
public sealed class BookReplayTests
{
    [Fact]
    public void The_public_log_of_any_stream_rebuilds_every_hold_and_every_order() =>
        BookStreams.All.Sample(stream =>
        {
            var world = BookWorld.Empty();
            var replay = new BookReplay();
            foreach (var step in stream)
            {
                world.Now = world.Now.AddSeconds(step.Seconds);
                Take(replay, world, new Expire(world.Now));
                Take(replay, world, step.Command);

                replay.Engine.StateHash().Should().Be(world.Engine.MatchingHash());
            }
        }, iter: 60);

    [Fact]
    public void A_log_shows_no_session_and_no_clients_number()
    {
        var order = new MatchCommand { Kind = CommandKind.Place, Session = 7, ClientSeq = 9, Checksum = 5, Tick = 3 };

        var shown = PublicRecord.Of(order);

        (shown.Session, shown.ClientSeq, shown.Checksum, shown.Tick).Should().Be((0u, 0ul, 0u, 3));
    }

    [Fact]
    public void What_a_command_is_made_of_stays_even_where_a_session_would_stand()
    {
        var ends = new MatchCommand { Kind = CommandKind.EndEscrow, Amount = 5, Paid = 3, Fee = 1 };
        var draws = new MatchCommand { Kind = CommandKind.Clear, SeedLow = 11, SeedHigh = 12 };

        PublicRecord.Of(ends).Should().Be(ends);
        PublicRecord.Of(draws).Should().Be(draws);
    }

    [Fact]
    public void Every_altered_byte_gives_another_root_or_is_refused()
    {
        var log = LogOfAJob();
        var root = Replayed(log)!.Value;

        for (var at = 0; at < log.Length; at++)
        {
            var altered = log.ToArray();
            altered[at] ^= 0x10;

            Replayed(altered).Should().NotBe(root, "byte {0} was altered", at);
        }
    }

    [Fact]
    public void A_log_that_is_cut_within_a_record_says_so() =>
        FluentActions.Invoking(() => new BookReplay().TakeAll(
                new MemoryStream(LogOfAJob()[..^1]), long.MaxValue, _ => { }))
            .Should().Throw<PublicLogFaultException>().WithMessage("*63 of 64 bytes*");

    [Fact]
    public void A_command_that_no_book_would_have_taken_is_named_with_its_place()
    {
        var unfunded = new MatchCommand { Kind = CommandKind.Withdraw, Amount = 1 };

        FluentActions.Invoking(() => new BookReplay().Take(PublicRecord.Bytes(unfunded)))
            .Should().Throw<PublicLogFaultException>().WithMessage("Record 0*UnknownAccount*");
    }

    private static void Take(BookReplay replay, BookWorld world, BookCommand command)
    {
        world.Apply(command);
        foreach (var sent in world.Engine.Sent)
        {
            replay.Take(PublicRecord.Bytes(PublicRecord.Of(sent)));
        }
    }

    /// <summary>A budget, an ask, a bid that meets it, and the job's end.</summary>
    private static byte[] LogOfAJob()
    {
        var world = BookWorld.Empty();
        using var log = new MemoryStream();
        BookCommand[] commands =
        [
            new OpenMarket(BookWorld.Market, BookWorld.Fee),
            BookWorld.Opening,
            BookWorld.Ask(1),
            BookWorld.Bid("b1"),
            new CompleteJob(new JobId(4), new TokenAmount(900_000), new TokenAmount(90_000)),
        ];
        foreach (var command in commands)
        {
            world.Apply(command).IsOk.Should().BeTrue();
            foreach (var sent in world.Engine.Sent)
            {
                log.Write(PublicRecord.Bytes(PublicRecord.Of(sent)));
            }
        }

        return log.ToArray();
    }

    private static Hash32? Replayed(byte[] log)
    {
        var replay = new BookReplay();
        try
        {
            replay.TakeAll(new MemoryStream(log), long.MaxValue, _ => { });
            return replay.Head.Root;
        }
        catch (PublicLogFaultException)
        {
            return null;
        }
    }
}
