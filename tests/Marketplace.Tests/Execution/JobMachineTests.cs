using FluentAssertions;
using Marketplace.Execution;
using Marketplace.Kernel;
using Xunit;
using static Marketplace.Tests.Execution.Samples;

namespace Marketplace.Tests.Execution;

/// <summary>
/// Legs are written as A assigned, C committed, c committed and asked to reveal, Ra revealed with digest a, X dropped,
/// F dropped because of the request. Commits are due after 60 seconds, reveals after 70, the job after 300.
/// </summary>
public sealed class JobMachineTests
{
    private static readonly JobOptions Options = new();

    [Theory]
    [InlineData("A A", 2, 0, "rest")]
    [InlineData("A A", 2, 59, "rest")]
    [InlineData("A A", 2, 60, "drop 1 2")]
    [InlineData("C A", 2, 59, "rest")]
    [InlineData("C A", 2, 60, "drop 2")]
    [InlineData("C A", 2, 299, "drop 2")]
    [InlineData("Ra A", 2, 59, "rest")]
    [InlineData("C X", 2, 0, "ask 1")]
    [InlineData("C C", 2, 0, "ask 1 2")]
    [InlineData("C C C", 2, 0, "ask 1 2 3")]
    [InlineData("c C", 2, 0, "ask 2")]
    [InlineData("c c", 2, 69, "rest")]
    [InlineData("c c", 2, 70, "drop 1 2")]
    [InlineData("c Ra", 2, 69, "rest")]
    [InlineData("c Ra", 2, 70, "drop 1")]
    [InlineData("C Ra", 2, 299, "ask 1")]
    [InlineData("X X", 2, 0, "buy 3")]
    [InlineData("X Ra", 2, 0, "buy 3")]
    [InlineData("Ra", 1, 0, "deliver a 1 /")]
    [InlineData("Ra Ra", 2, 0, "deliver a 1 2 /")]
    [InlineData("Ra Ra", 2, 299, "deliver a 1 2 /")]
    [InlineData("Ra Rb", 2, 0, "buy 3")]
    [InlineData("Ra Rb", 1, 0, "buy 3")]
    [InlineData("Ra Rb A", 2, 0, "rest")]
    [InlineData("Ra Rb C", 2, 0, "ask 3")]
    [InlineData("Ra Rb c", 2, 0, "rest")]
    [InlineData("Ra Rb Ra", 2, 0, "deliver a 1 3 / 2")]
    [InlineData("Rb X Ra Ra", 2, 0, "deliver a 3 4 / 1")]
    [InlineData("Ra Rb Rc Rd Re", 2, 0, "buy 6")]
    [InlineData("Ra Rb Rc Rd Re Rf", 2, 0, "give up no_quorum")]
    [InlineData("X X X X X", 1, 0, "give up no_quorum")]
    [InlineData("F", 1, 0, "give up invalid_request")]
    [InlineData("F X", 2, 0, "buy 3")]
    [InlineData("F Ra", 2, 0, "buy 3")]
    [InlineData("F F", 2, 0, "give up invalid_request")]
    [InlineData("F A F", 2, 0, "rest")]
    [InlineData("F Ra F", 2, 0, "give up invalid_request")]
    [InlineData("F Ra", 1, 0, "deliver a 2 /")]
    [InlineData("F F Ra Ra", 2, 0, "deliver a 3 4 /")]
    [InlineData("A A", 2, 300, "give up timeout")]
    [InlineData("Ra Ra", 2, 300, "give up timeout")]
    [InlineData("F F", 2, 300, "give up timeout")]
    public void A_running_job_needs(string legs, int quorum, int seconds, string expected) =>
        Next(JobStatus.Running, legs, quorum, seconds).Should().Be(expected);

    [Theory]
    [InlineData(JobStatus.Delivering, 299, "rest")]
    [InlineData(JobStatus.Delivering, 300, "give up not_collected")]
    [InlineData(JobStatus.Completing, 0, "rest")]
    [InlineData(JobStatus.Completing, 300, "rest")]
    [InlineData(JobStatus.Releasing, 300, "rest")]
    [InlineData(JobStatus.Done, 300, "rest")]
    [InlineData(JobStatus.Refunded, 300, "rest")]
    public void A_job_that_runs_no_more_waits_whatever_its_legs(JobStatus status, int seconds, string expected)
    {
        foreach (var legs in new[] { "A A", "C C", "Ra Ra", "F F", "X X" })
        {
            Next(status, legs, 2, seconds).Should().Be(expected);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_status_that_nothing_sets_is_an_error(int status)
    {
        var next = () => Next((JobStatus)status, "A A", 2, 0);

        next.Should().Throw<InvariantViolationException>();
    }

    [Fact]
    public void Every_state_of_three_legs_keeps_the_rules_at_every_time()
    {
        string[] states = ["A", "C", "c", "Ra", "Rb", "X", "F"];
        var triples = from one in states from two in states from three in states select new[] { one, two, three };
        foreach (var legs in triples)
        {
            foreach (var seconds in new[] { 0, 60, 70, 299, 300 })
            {
                var step = Next(JobStatus.Running, string.Join(' ', legs), 2, seconds);

                HoldsTheRules(legs, seconds, step)
                    .Should().BeTrue($"{string.Join(' ', legs)} at {seconds} gives {step}");
            }
        }
    }

    private static bool HoldsTheRules(string[] legs, int seconds, string step)
    {
        var late = legs.Select((leg, index) => (leg, index)).Where(row =>
            (row.leg == "A" && seconds >= 60) || (row.leg == "c" && seconds >= 70)).Select(row => row.index + 1);
        var words = step.Split(' ');
        return words[0] switch
        {
            "give" => words[2] == "timeout" ? seconds >= 300 : legs.Count(leg => leg == "F") >= 2,
            "drop" => words[1..].SequenceEqual(late.Select(leg => $"{leg}")),
            "ask" => !legs.Contains("A") && words[1..].All(leg => legs[int.Parse(leg, null) - 1] == "C"),
            "buy" => legs.All(leg => leg[0] is 'R' or 'X' or 'F') && words[1] == "4",
            "deliver" => legs.All(leg => leg[0] is 'R' or 'X' or 'F') && legs.Count(leg => leg == "R" + words[1]) >= 2,
            "rest" => legs.Any(leg => leg[0] is 'A' or 'c') && !late.Any(),
            _ => false,
        };
    }

    private static string Next(JobStatus status, string legs, int quorum, int seconds)
    {
        var job = JobOf(quorum, [.. legs.Split(' ').Select((text, index) => Read(text, index + 1))]);
        return Text(JobMachine.Next(job with { Status = status }, Matched.AddSeconds(seconds), Options));
    }

    private static Leg Read(string text, int legNo) => text[0] switch
    {
        'A' => LegOf(legNo),
        'C' => LegOf(legNo, LegStatus.Committed),
        'c' => LegOf(legNo, LegStatus.Committed) with { IsRevealAsked = true },
        'R' => LegOf(legNo, LegStatus.Revealed) with { IsRevealAsked = true, ResultDigest = Keccak256.Hash(text[1..]) },
        'X' => LegOf(legNo, LegStatus.Dropped),
        'F' => LegOf(legNo, LegStatus.Dropped) with { IsRequestsFault = true },
        _ => throw new ArgumentException($"No leg is written {text}.", nameof(text)),
    };

    private static string Text(JobStep step) => step switch
    {
        Rest => "rest",
        DropLegs drop => $"drop {string.Join(' ', drop.LegNos)}",
        AskReveals ask => $"ask {string.Join(' ', ask.LegNos)}",
        BuyLeg buy => $"buy {buy.LegNo}",
        GiveUp giveUp => $"give up {giveUp.Code}",
        Deliver deliver => string.Join(
            ' ',
            (string[])["deliver", "abcdef".Single(name => Keccak256.Hash($"{name}") == deliver.Digest).ToString(),
                .. deliver.Agreeing.Select(leg => $"{leg}"), "/", .. deliver.Outvoted.Select(leg => $"{leg}")]),
        _ => throw new InvariantViolationException("A new kind of step."),
    };
}
