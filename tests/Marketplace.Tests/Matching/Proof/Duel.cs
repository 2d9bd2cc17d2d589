using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>Where the engine and the naive book did not do the same.</summary>
internal sealed record Difference(int Position, string What);

/// <summary>What a run met, so that a test can see that the streams reach every corner.</summary>
internal sealed class Tally
{
    public long Commands { get; set; }

    public Dictionary<string, long> Counts { get; } = [];

    public void Add(string what) => Counts[what] = Counts.GetValueOrDefault(what) + 1;

    public void Add(MatchRefusal refusal, ReadOnlySpan<MatchEvent> events)
    {
        Commands++;
        Add(refusal.ToString());
        foreach (var happened in events)
        {
            Add(happened.Kind.ToString());
            if (happened.Kind == MatchEventKind.Ended)
            {
                Add(happened.Reason.ToString());
            }

            if (happened.LegNo > 0)
            {
                Add("Leg" + (happened.Flags.HasFlag(TradeFlags.BidIsTaker) ? "" : "OfRetry"));
            }
        }
    }
}

/// <summary>Gives the same commands to the engine and to the naive book and compares all that can be seen.</summary>
internal sealed class Duel(Tally tally)
{
    private const int CommandsPerHash = 64;
    private const int CommandsPerLeg = 16;

    public static readonly OrderHandle Nowhere = new(1, uint.MaxValue, int.MaxValue);

    private readonly NaiveBook naive = new();
    private readonly Dictionary<long, OrderHandle> handles = [];
    private readonly MatchEvents expected = new();
    private readonly MatchEvents actual = new(1);
    private EngineBook engine = new(new MatchingEngine(new EngineOptions(1, 1)));

    /// <summary>The first difference, or null.</summary>
    public static Difference? Run(IReadOnlyList<StreamCommand> stream, Tally tally)
    {
        var duel = new Duel(tally);
        for (var position = 0; position < stream.Count; position++)
        {
            if (duel.Step(stream[position], position, stream.Count) is { } what)
            {
                return new Difference(position, what);
            }
        }

        return null;
    }

    /// <summary>Leaves out pieces of the stream, ever smaller, as long as some difference remains.</summary>
    public static List<StreamCommand> Shrunk(IReadOnlyList<StreamCommand> stream, Difference difference)
    {
        var shortest = stream.Take(difference.Position + 1).ToList();
        for (var piece = shortest.Count / 2; piece > 0; piece /= 2)
        {
            for (var start = shortest.Count - piece; start >= 0; start -= piece)
            {
                var without = shortest[..start].Concat(shortest[(start + piece)..]).ToList();
                shortest = Run(without, new Tally()) is { } still ? without[..(still.Position + 1)] : shortest;
                start = Math.Min(start, shortest.Count);
            }
        }

        return shortest;
    }

    private string? Step(in StreamCommand step, int position, int length)
    {
        var command = step.Command;
        var isDue = naive.NeedsTick(command.TimeMilliseconds);
        if (isDue && !engine.NeedsTick(command.TimeMilliseconds))
        {
            return "an order has expired and the engine needs no tick";
        }

        if (engine.NeedsTick(command.TimeMilliseconds) && command.Kind != CommandKind.Tick)
        {
            var tick = new MatchCommand { Kind = CommandKind.Tick, Seq = command.Seq - 1 };
            tick.TimeMilliseconds = command.TimeMilliseconds;
            if (Apply(tick, tick) is { } what)
            {
                return what;
            }
        }

        var forEngine = command;
        if (step.TargetNo != 0)
        {
            command.Target = new OrderHandle(command.Market, 0, (uint)step.TargetNo);
            forEngine.Target = handles.GetValueOrDefault(step.TargetNo, Nowhere);
            forEngine.Market = command.Market;
        }

        if (position == length / 2)
        {
            Reload();
        }

        return Apply(command, forEngine)
            ?? (position % CommandsPerLeg == 0 ? TakeLeg(command) : null)
            ?? (position % CommandsPerHash == 0 || position == length - 1 ? HashDifference() : null);
    }

    private string? Apply(in MatchCommand command, in MatchCommand forEngine)
    {
        expected.Clear();
        actual.Clear();
        var right = naive.Apply(command, expected);
        var given = engine.Apply(forEngine, actual);
        Learn();
        tally.Add(right, expected.All);

        if (right == given && IsSame())
        {
            return PocketDifference();
        }

        var ours = string.Join("\n  ", expected.All.ToArray().Select(Text));
        var theirs = string.Join("\n  ", actual.All.ToArray().Select(Text));
        return $"{command.Kind} {command.Seq}\nrules: {right}\n  {ours}\nengine: {given}\n  {theirs}";
    }

    /// <summary>Both sell a further leg for the account of a command, if it is one that may buy.</summary>
    private string? TakeLeg(in MatchCommand command)
    {
        if (command.Kind != CommandKind.Place || command.Account >= naive.AccountCount || command.Market != 1
            || !naive.SellsLegs(1) || command.Tick is < 1 or >= 1 << 24 || command.Quantity is < 1 or > 1_000)
        {
            return null;
        }

        var leg = new LegRequest(
            1, 0, command.Account, command.Tick, command.Quantity,
            [(uint)command.Tick % 4], [(uint)command.Quantity % 4]);
        var take = command;
        (take.Kind, take.Signature, take.Terms) = (CommandKind.TakeLeg, 0, 0);
        var right = naive.FurtherLegs(take).FirstOrDefault(ask => ask.Owner.Domain != (uint)take.Tick % 4
            && ask.Place.Account != (uint)take.Quantity % 4);
        var isFound = engine.Engine.TryFindLeg(leg, out var found);
        if (isFound != right is not null || right is not null && handles[right.No] != found)
        {
            return $"a further leg for {command.Seq}";
        }

        if (right is null)
        {
            return null;
        }

        var forEngine = take;
        (take.Target, forEngine.Target) = (right.Handle, found);
        return Apply(take, forEngine);
    }

    private void Learn()
    {
        foreach (var entered in actual.All)
        {
            if (entered.Kind is MatchEventKind.Placed or MatchEventKind.Moved)
            {
                handles[entered.Seq] = entered.Order;
            }
        }
    }

    private void Reload()
    {
        using var saved = new MemoryStream();
        engine.Engine.Save(saved);
        saved.Position = 0;
        engine = new EngineBook(MatchingEngine.Load(saved));
    }

    private string? PocketDifference()
    {
        for (uint account = 0; account < naive.AccountCount; account++)
        {
            if (naive.Account(account) != engine.Account(account))
            {
                return $"rules:  {naive.Account(account)}\nengine: {engine.Account(account)}";
            }
        }

        return naive.AccountCount == engine.AccountCount ? null : "another number of accounts";
    }

    private string? HashDifference() =>
        naive.StateHash() == engine.StateHash() ? null : "another hash of the state";

    private bool IsSame()
    {
        if (expected.Count != actual.Count)
        {
            return false;
        }

        for (var index = 0; index < expected.Count; index++)
        {
            if (!IsSame(expected.All[index], actual.All[index]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>All fields but the side of a trade, which says nothing.</summary>
    private bool IsSame(in MatchEvent a, in MatchEvent b) =>
        a.Kind == b.Kind && a.Reason == b.Reason && a.Flags == b.Flags && a.LegNo == b.LegNo && a.Market == b.Market
        && a.Signature == b.Signature && a.Seq == b.Seq && a.Account == b.Account && a.OtherAccount == b.OtherAccount
        && a.Tick == b.Tick && a.Quantity == b.Quantity && a.Amount == b.Amount && a.Released == b.Released
        && (a.Kind == MatchEventKind.Traded || a.Side == b.Side)
        && IsSame(a.Order, b.Order) && IsSame(a.Other, b.Other);

    private bool IsSame(OrderHandle ofNaive, OrderHandle ofEngine) =>
        (ofNaive == default ? default : handles.GetValueOrDefault(ofNaive.Slot)) == ofEngine;

    private static string Text(MatchEvent e) =>
        $"{e.Kind} {e.Reason} {e.Flags} leg {e.LegNo}, market {e.Market}, signature {e.Signature}, seq {e.Seq}, "
        + $"order {e.Order} of {e.Account}, other {e.Other} of {e.OtherAccount}, {e.Side} {e.Quantity} at {e.Tick}, "
        + $"amount {e.Amount}, released {e.Released}";
}
