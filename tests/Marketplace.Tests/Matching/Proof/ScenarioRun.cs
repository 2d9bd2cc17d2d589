using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>Runs one case on one book, line by line, and says in the notation of the files what happened.</summary>
internal sealed class ScenarioRun
{
    private readonly Laws laws;
    private readonly Dictionary<string, (OrderHandle Handle, uint Account)> orders = [];
    private readonly Dictionary<OrderHandle, string> labels = [];
    private readonly Tally tally;
    private long seq;
    private uint seconds = 1_000;

    public ScenarioRun(IBook book, ScenarioLine setting, Tally tally)
    {
        (laws, this.tally) = (new Laws(book), tally);
        if (setting.Groups.Length == 0)
        {
            return;
        }

        Run(setting with { OpenMarket = 1 });
        foreach (var (index, group) in setting.Groups.Index())
        {
            var domain = setting.Domains?[index] ?? (uint)index;
            var account = (uint)index;
            Apply(new MatchCommand
            {
                Kind = CommandKind.OpenAccount,
                Account = account,
                OwnerGroup = group,
                Domain = domain,
            });
            Apply(new MatchCommand { Kind = CommandKind.Fund, Account = account, Amount = setting.Funds });
        }
    }

    /// <summary>The line with what really happened in the place of what it expects.</summary>
    public ScenarioLine Run(ScenarioLine line)
    {
        seconds = line.Time ?? line.Tick ?? seconds;
        if (line.Time is not null || line.Pockets is not null || line.Book is not null || line.Depth is not null)
        {
            return Look(line);
        }

        var command = Command(line);
        var label = line.Bid ?? line.Ask ?? line.Amend;
        var (refusal, events) = Apply(command);
        var then = new List<string>();
        foreach (var e in events)
        {
            if (e.Kind is MatchEventKind.Placed or MatchEventKind.Moved)
            {
                orders[label!] = (e.Order, e.Account);
                labels[e.Order] = label!;
            }

            then.Add(Text(e));
        }

        var asWished = command.Kind == CommandKind.Place && refusal == MatchRefusal.None
            && then.Count == 2 && then[1] == $"{label} rests {line.For}" ? null : then;
        return line with
        {
            Refused = refusal == MatchRefusal.None ? null : refusal.ToString(),
            Then = line.Then is null && (then.Count == 0 || asWished is null) ? null : [.. then],
        };
    }

    private (MatchRefusal Refusal, MatchEvent[] Events) Apply(MatchCommand command)
    {
        (command.Seq, command.TimeMilliseconds) = (++seq, seconds * 1_000L);
        var (refusal, events) = laws.Apply(command);
        tally.Add(refusal, events.All);
        return (refusal, events.All.ToArray());
    }

    private ScenarioLine Look(ScenarioLine line)
    {
        if (line.Pockets is { } pockets)
        {
            var a = laws.Book.Account((uint)pockets[0]);
            return line with { Pockets = [pockets[0], a.Free, a.Held, a.InEscrow, a.Paid, a.Fees] };
        }

        return line with
        {
            Book = line.Book is null ? null : BothSides(line, side =>
                side.Select(order => $"{labels[order.Handle]} {order.Open}")),
            Depth = line.Depth is null ? null : BothSides(line, side => side.GroupBy(order => order.Tick)
                .Select(level => $"{level.Sum(order => order.Open * Math.Max((byte)1, order.Replicas))}@{level.Key}")),
        };
    }

    private string BothSides(ScenarioLine line, Func<IEnumerable<OrderView>, IEnumerable<string>> text) =>
        string.Join(" | ", new[] { Side.Bid, Side.Ask }
            .Select(side => string.Join(", ", text(laws.Book.Resting(line.Market, side)))));

    private MatchCommand Command(ScenarioLine line) => line switch
    {
        { Bid: not null } or { Ask: not null } => Place(line),
        { Cancel: { } label } => Targeting(CommandKind.Cancel, label, line),
        { Amend: { } label } => Targeting(CommandKind.Amend, label, line),
        { Leg: { } label } => Targeting(CommandKind.TakeLeg, label, line) with { Signature = line.Signature },
        { Tick: not null } => new MatchCommand { Kind = CommandKind.Tick },
        { Clear: { } seed } => new MatchCommand
        {
            Kind = CommandKind.Clear,
            Market = line.Market,
            SeedLow = seed[0],
            SeedHigh = seed[1],
        },
        { OpenMarket: { } number } => new MatchCommand
        {
            Kind = CommandKind.OpenMarket,
            Market = number,
            TickSize = line.TickSize,
            TakerFeeBps = line.TakerBps,
            MakerFeeBps = line.MakerBps,
            Mode = (MarketMode)line.Mode,
        },
        { Define: { } number } => new MatchCommand
        {
            Kind = CommandKind.DefineSignature,
            Market = line.Market,
            Signature = number,
            Side = line.Side,
            Required = Mask(line.Required),
            Capability = Mask(line.Capability),
        },
        { OpenAccount: { } number } => new MatchCommand { Kind = CommandKind.OpenAccount, Account = number },
        { Fund: { } account } => Money(CommandKind.Fund, account, line),
        { Withdraw: { } account } => Money(CommandKind.Withdraw, account, line),
        { EndEscrow: { } account } => Money(CommandKind.EndEscrow, account, line) with
        {
            Paid = line.Paid,
            Fee = line.Fee,
        },
        { Kind: { } kind } => new MatchCommand { Kind = (CommandKind)kind },
        _ => throw new InvalidDataException($"No command: {line}"),
    };

    private static AttributeMask Mask(ulong[] words) => new(words[0], words.Length > 1 ? words[1] : 0);

    private static MatchCommand Money(CommandKind kind, uint account, ScenarioLine line) =>
        new() { Kind = kind, Account = account, Amount = line.Amount };

    private MatchCommand Targeting(CommandKind kind, string label, ScenarioLine line)
    {
        var (handle, account) = orders.TryGetValue(label, out var known) ? known : (Duel.Nowhere, 0u);
        var command = new MatchCommand
        {
            Kind = kind,
            Account = line.By ?? account,
            Tick = line.At,
            Quantity = line.For,
        };
        command.Target = handle;
        command.Market = line.Market;
        return command;
    }

    private static MatchCommand Place(ScenarioLine line)
    {
        var order = new MatchCommand
        {
            Kind = CommandKind.Place,
            Market = line.Market,
            Account = line.By ?? 0,
            Tick = line.At,
            Quantity = line.For,
            ExpirySeconds = line.Expiry,
            Minimum = line.Minimum,
            Replicas = line.Legs,
            Signature = line.Signature,
            Terms = line.TermsBit7 ? (byte)128 : (byte)0,
        };
        order.Side = line.Bid is null ? Side.Ask : Side.Bid;
        order.SelfTrade = line.Self;
        (order.IsPostOnly, order.EscrowsLimit) = (line.PostOnly, line.EscrowsLimit);
        order.TimeInForce = line.Tif switch
        {
            "gtc" => TimeInForce.GoodTillCancelled,
            "ioc" => TimeInForce.ImmediateOrCancel,
            "gtt" => TimeInForce.GoodTillTime,
            "fok" => TimeInForce.FillOrKill,
            _ => throw new InvalidDataException($"No time in force: {line.Tif}"),
        };
        return order;
    }

    private string Text(MatchEvent e)
    {
        var label = labels.GetValueOrDefault(e.Order, "a job");
        var free = e.Released == 0 ? "" : $", {e.Released} free";
        return e.Kind switch
        {
            MatchEventKind.Placed => $"{label} placed {e.Quantity}" + (e.Amount == 0 ? "" : $", {e.Amount} held"),
            MatchEventKind.Moved => $"{label} moved to {e.Quantity}@{e.Tick}, {e.Amount} held{free}",
            MatchEventKind.Rested => $"{label} rests {e.Quantity}",
            MatchEventKind.Reduced => $"{label} reduced to {e.Quantity}{free}",
            MatchEventKind.Ended => $"{label} ended {e.Reason} with {e.Quantity}{free}",
            MatchEventKind.Cleared => $"cleared {e.Quantity}@{e.Tick}",
            MatchEventKind.Traded => $"{label} buys {e.Quantity}@{e.Tick} of {labels[e.Other]}"
                + (e.LegNo == 0 ? "" : $" as leg {e.LegNo}")
                + (e.Flags.HasFlag(TradeFlags.BidIsTaker) ? " as taker" : " as maker") + $", {e.Amount} escrowed{free}"
                + (e.Flags.HasFlag(TradeFlags.BidDone) ? $", {label} done" : "")
                + (e.Flags.HasFlag(TradeFlags.AskDone) ? $", {labels[e.Other]} done" : ""),
            _ => throw new InvalidDataException($"An event of kind {e.Kind}"),
        };
    }
}
