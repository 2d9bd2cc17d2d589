using System.Diagnostics;
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
/// full and in short, and writes the file of references that the benchmark and these tests compare with.
/// </summary>
public sealed class WorkloadTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. Workloads.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_engine_comes_to_the_short_reference(string name)
    {
        var result = RunResult.Of(Workloads.Make(name, References.ShortMessages));

        result.Should().Be(References.Find(name, result.Messages));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_naive_book_comes_to_the_short_reference(string name)
    {
        var naive = ByRules(Workloads.Make(name, References.ShortMessages));

        naive.Should().Be(References.Find(name, naive.Messages));
        naive.Trades.Should().BePositive();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void There_is_a_reference_of_the_usual_size(string name) => References.Read()[name].Should()
        .HaveCount(2).And.Contain(result => result.Messages >= Workloads.UsualMessages(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void By_hand_the_references_are_written(string name)
    {
        var path = Environment.GetEnvironmentVariable("MKT_BOOK_REFERENCES");
        int[] sizes = path is null ? [100] : [References.ShortMessages, Workloads.UsualMessages(name)];
        foreach (var messages in sizes)
        {
            var workload = Workloads.Make(name, messages);
            var watch = Stopwatch.StartNew();

            var naive = ByRules(workload);

            output.WriteLine($"{name} {naive} in {watch.Elapsed}");
            RunResult.Of(workload).Should().Be(naive);
            if (path is not null)
            {
                References.Learn(path, name, naive);
            }
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
