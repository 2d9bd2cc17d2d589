using FluentAssertions;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>The laws of <see cref="Laws"/> over the random streams, on the naive book and on the engine.</summary>
public sealed class LawTests
{
    private const ulong FirstSeed = 7_000_000;

    public static TheoryData<string> Books => ["rules", "engine"];

    [Theory]
    [MemberData(nameof(Books))]
    public void The_laws_hold_after_every_command(string which)
    {
        for (var seed = FirstSeed; seed < FirstSeed + 20; seed++)
        {
            var laws = new Laws(Open(which));
            RunThrough(laws.Book, CommandStream.Of(seed), (in MatchCommand command) => laws.Apply(command).Events);
        }
    }

    [Fact]
    public void The_same_commands_give_the_same_events_handles_and_state()
    {
        foreach (var seed in new[] { FirstSeed, FirstSeed + 1, FirstSeed + 2 })
        {
            var (one, two) = (Open("engine"), Open("engine"));
            var (ofOne, ofTwo) = (new MatchEvents(), new MatchEvents());

            RunThrough(one, CommandStream.Of(seed), (in MatchCommand command) => Add(one, command, ofOne));
            RunThrough(two, CommandStream.Of(seed), (in MatchCommand command) => Add(two, command, ofTwo));

            ofTwo.All.ToArray().Should().Equal(ofOne.All.ToArray());
            two.StateHash().Should().Be(one.StateHash());
        }
    }

    internal static IBook Open(string which) => which == "engine"
        ? new EngineBook(new MatchingEngine(new EngineOptions()))
        : new NaiveBook();

    private delegate MatchEvents Step(in MatchCommand command);

    private static MatchEvents Add(IBook book, in MatchCommand command, MatchEvents events)
    {
        book.Apply(command, events);
        return events;
    }

    private static void RunThrough(IBook book, List<StreamCommand> stream, Step step)
    {
        var handles = new Dictionary<long, OrderHandle>();
        foreach (var (given, target) in stream)
        {
            var command = given;
            if (target != 0)
            {
                command.Target = handles.GetValueOrDefault(target, Duel.Nowhere);
                command.Market = given.Market;
            }

            if (command.Kind != CommandKind.Tick && book.NeedsTick(command.TimeMilliseconds))
            {
                step(new MatchCommand
                {
                    Kind = CommandKind.Tick,
                    Seq = command.Seq - 1,
                    TimeMilliseconds = command.TimeMilliseconds,
                });
            }

            foreach (var e in step(command).All)
            {
                if (e.Kind is MatchEventKind.Placed or MatchEventKind.Moved)
                {
                    handles[e.Seq] = e.Order;
                }
            }
        }
    }
}
