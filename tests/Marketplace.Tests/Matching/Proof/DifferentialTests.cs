using System.Globalization;
using FluentAssertions;
using Marketplace.Matching;
using Xunit;
using Xunit.Abstractions;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>
/// The engine does what the naive book does, on random streams. By hand over any number of commands:
/// <c>MKT_BOOK_COMMANDS=100000000 MKT_BOOK_SEED=1 MKT_BOOK_PROGRESS=file</c>; every 100,000 commands the file gets a
/// line with the seed to go on from.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const long CommandsOfACase = 100_000;
    private const long CommandsOfALine = 100_000;
    private const ulong SeedsOfACase = 1_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void The_engine_does_what_the_rules_say_on_a_hundred_thousand_random_commands(int part) =>
        RunFrom((ulong)part * SeedsOfACase, CommandsOfACase, new Tally());

    [Fact]
    public void By_hand_the_streams_go_on_as_long_as_one_likes()
    {
        var commands = Setting("MKT_BOOK_COMMANDS", 1_000);
        var seed = Setting("MKT_BOOK_SEED", 1);

        RunFrom((ulong)seed, commands, new Tally(), Environment.GetEnvironmentVariable("MKT_BOOK_PROGRESS"));
    }

    [Fact]
    public void The_streams_meet_every_refusal_every_event_and_every_end()
    {
        var tally = new Tally();
        var expected = Enum.GetNames<MatchRefusal>()
            .Concat(Enum.GetNames<MatchEventKind>()).Concat(Enum.GetNames<EndReason>())
            .Append("Leg").Append("LegOfRetry").Distinct();

        RunFrom(SeedsOfACase / 2, 50_000, tally);

        foreach (var (what, count) in tally.Counts.OrderBy(pair => pair.Value))
        {
            output.WriteLine($"{count,9} {what}");
        }

        expected.Where(what => tally.Counts.GetValueOrDefault(what) < 10).Should().BeEmpty();
    }

    private void RunFrom(ulong seed, long commands, Tally tally, string? progress = null)
    {
        var told = 0L;
        for (; tally.Commands < commands; seed++)
        {
            if (progress is not null && tally.Commands - told >= CommandsOfALine)
            {
                told = tally.Commands;
                File.AppendAllText(progress, $"{told} commands agree; the next seed is {seed}\n");
            }

            var stream = CommandStream.Of(seed);
            if (Duel.Run(stream, tally) is { } difference)
            {
                Assert.Fail(Report(seed, stream, difference));
            }
        }

        output.WriteLine($"{tally.Commands} commands agree; the next seed is {seed}");
    }

    private static string Report(ulong seed, List<StreamCommand> stream, Difference difference)
    {
        var shortest = Duel.Shrunk(stream, difference);
        var last = Duel.Run(shortest, new Tally());
        return $"seed {seed}, position {difference.Position}:\n{difference.What}\n\n"
            + $"shrunk to {shortest.Count} commands:\n{string.Join("\n", shortest.Select(Text))}\n{last?.What}";
    }

    private static string Text(StreamCommand step)
    {
        var c = step.Command;
        return $"{c.Seq} {c.Kind} market {c.Market} account {c.Account} {c.Side} {c.Quantity} at {c.Tick} "
            + $"{c.TimeInForce} signature {c.Signature} minimum {c.Minimum} replicas {c.Replicas} "
            + $"expiry {c.ExpirySeconds} {c.SelfTrade} post-only {c.IsPostOnly} "
            + $"escrows {c.EscrowsLimit} target {step.TargetNo} time {c.TimeMilliseconds} "
            + $"groups {c.OwnerGroup} {c.Domain} masks {c.Required} {c.Capability}";
    }

    private static long Setting(string name, long otherwise) => Environment.GetEnvironmentVariable(name) is { } given
        ? long.Parse(given, CultureInfo.InvariantCulture) : otherwise;
}
