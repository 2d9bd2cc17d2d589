using System.Globalization;
using FluentAssertions;
using Marketplace.Bench;
using Marketplace.Kernel;
using Marketplace.Matching;
using Xunit;
using Xunit.Abstractions;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>
/// What the workloads of the benchmark come to, by the naive book. By hand <c>MKT_BOOK_REFERENCES=file</c> runs them in
/// full and writes the file that the benchmark compares with.
/// </summary>
public sealed class WorkloadTests(ITestOutputHelper output)
{
    private const int MessagesOfACase = 4_000;

    public static TheoryData<string> Names => [.. Workloads.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_engine_and_the_naive_book_come_to_the_same(string name)
    {
        var workload = Workloads.Make(name, MessagesOfACase);

        var naive = ByRules(workload);

        RunResult.Of(workload).Should().Be(naive);
        naive.Trades.Should().BePositive();
    }

    [Fact]
    public void A_reference_is_of_a_workload_in_its_usual_size() => References.Read()
        .Select(pair => (pair.Key, pair.Value.Messages))
        .Should().NotBeEmpty()
        .And.BeSubsetOf(Workloads.Names.Select(name => (name, Workloads.UsualMessages(name))));

    [Theory]
    [MemberData(nameof(Names))]
    public void By_hand_the_references_are_written(string name)
    {
        var path = Environment.GetEnvironmentVariable("MKT_BOOK_REFERENCES");
        var workload = Workloads.Make(name, path is null ? 100 : Workloads.UsualMessages(name));

        var naive = ByRules(workload);

        output.WriteLine($"{name} {naive}");
        RunResult.Of(workload).Should().Be(naive);
        if (path is not null)
        {
            References.Learn(path, name, naive);
        }
    }

    /// <summary>A workload names orders by the engine's handles: the engine runs along to give their numbers.</summary>
    private static RunResult ByRules(Workload workload)
    {
        var (naive, engine) = (new NaiveBook(), new MatchingEngine(new EngineOptions()));
        var (events, named) = (new MatchEvents(), new MatchEvents());
        var handles = new Dictionary<OrderHandle, OrderHandle>();
        var (trades, quantity, notional, escrowed) = (0L, 0L, (Int128)0, 0L);
        foreach (var (index, given) in workload.SetUp.Concat(workload.Messages).Index())
        {
            var command = given;
            events.Clear();
            named.Clear();
            engine.Apply(given, named);
            if (command.Kind is CommandKind.Cancel or CommandKind.Amend)
            {
                command.Target = handles[given.Target];
            }

            Invariant.Holds(naive.Apply(command, events) == MatchRefusal.None, "a workload is never refused");
            if (events.Count > 0 && events.All[0].Kind is MatchEventKind.Placed or MatchEventKind.Moved)
            {
                handles[named.All[0].Order] = events.All[0].Order;
                handles.Remove(named.All[0].Other);
            }

            foreach (var e in events.All)
            {
                if (e.Kind == MatchEventKind.Traded && index >= workload.SetUp.Length)
                {
                    (trades, quantity, escrowed) = (trades + 1, quantity + e.Quantity, escrowed + e.Amount);
                    notional += (Int128)e.Tick * e.Quantity;
                }
            }
        }

        return new RunResult(workload.Messages.Length, trades, quantity,
            notional.ToString(CultureInfo.InvariantCulture), escrowed, naive.StateHash().ToString());
    }
}
