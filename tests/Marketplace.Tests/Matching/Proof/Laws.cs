using Marketplace.Kernel;
using Marketplace.Matching;
using static Marketplace.Kernel.Invariant;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>
/// What must hold of any book after every command, whatever the commands are. Knows no matching: it looks at what
/// was in the book before, at the events, and at what is in the book after.
/// </summary>
internal sealed class Laws(IBook book)
{
    private readonly MatchEvents events = new();
    private readonly Dictionary<ushort, MatchCommand> markets = [];
    private readonly Dictionary<(ushort, Side, ushort), SignatureView> signatures = [];
    private readonly Dictionary<uint, Int128> deposits = [];
    private readonly HashSet<OrderHandle> ended = [];
    private Dictionary<OrderHandle, OrderView> before = [];

    public IBook Book => book;

    /// <exception cref="InvariantViolationException">A law is broken.</exception>
    public (MatchRefusal Refusal, MatchEvents Events) Apply(in MatchCommand command)
    {
        events.Clear();
        var refusal = book.Apply(command, events);
        var after = Resting(refusal == MatchRefusal.None ? command : default);

        Holds(refusal == MatchRefusal.None || events.Count == 0 && after.Values.SequenceEqual(before.Values),
            "a refused command changes nothing");
        if (refusal == MatchRefusal.None)
        {
            KeepBooks(command);
            foreach (var happened in events.All)
            {
                CheckEnds(happened);
            }

            CheckTrades(command, after);
        }

        CheckMoney(after.Values);
        CheckUncrossed(after.Values);
        before = after;
        return (refusal, events);
    }

    public long LimitCost(in OrderView order)
    {
        var market = markets[order.Handle.Market];
        var cost = Up((Int128)order.Tick * market.TickSize * order.Open, 1_000_000) * Math.Max((byte)1, order.Replicas);
        return (long)(cost + Up(cost * Math.Max(market.TakerFeeBps, market.MakerFeeBps), 10_000));
    }

    private static Int128 Up(Int128 dividend, long divisor) => (dividend + divisor - 1) / divisor;

    private void KeepBooks(in MatchCommand c)
    {
        switch (c.Kind)
        {
            case CommandKind.OpenMarket:
                markets[c.Market] = c;
                signatures[(c.Market, Side.Bid, 0)] = signatures[(c.Market, Side.Ask, 0)] = default;
                break;
            case CommandKind.DefineSignature:
                signatures[(c.Market, c.Side, c.Signature)] = new SignatureView(c.Required, c.Capability);
                break;
            case CommandKind.OpenAccount:
                deposits[c.Account] = 0;
                break;
            case CommandKind.Fund or CommandKind.Withdraw:
                deposits[c.Account] += c.Kind == CommandKind.Fund ? c.Amount : -c.Amount;
                break;
            default:
                break;
        }
    }

    private Dictionary<OrderHandle, OrderView> Resting(MatchCommand opening)
    {
        var numbers = opening.Kind == CommandKind.OpenMarket ? markets.Keys.Append(opening.Market) : markets.Keys;
        return numbers.SelectMany(market => new[] { Side.Bid, Side.Ask }
            .SelectMany(side => book.Resting(market, side))).ToDictionary(order => order.Handle);
    }

    private void CheckEnds(in MatchEvent e)
    {
        Holds(!ended.Contains(e.Order) && !ended.Contains(e.Other), "what has ended never comes back");
        switch (e.Kind)
        {
            case MatchEventKind.Ended:
                ended.Add(e.Order);
                break;
            case MatchEventKind.Moved:
                ended.Add(e.Other);
                break;
            case MatchEventKind.Traded:
                ended.UnionWith(e.Flags.HasFlag(TradeFlags.BidDone) ? [e.Order] : []);
                ended.UnionWith(e.Flags.HasFlag(TradeFlags.AskDone) ? [e.Other] : []);
                break;
            default:
                break;
        }
    }

    private void CheckLeg(in MatchCommand command)
    {
        foreach (var leg in events.All)
        {
            var ask = before[leg.Other];
            Holds(leg.Tick == ask.Tick && leg.Tick <= command.Tick, "a further leg is at its ask's limit");
            Holds(leg.Quantity == command.Quantity && leg.Quantity <= ask.Open, "a further leg is in one piece");
            Holds(leg.Amount == 0 && leg.Released == 0, "a further leg moves no money");
        }
    }

    private void CheckTrades(in MatchCommand command, Dictionary<OrderHandle, OrderView> after)
    {
        if (command.Kind == CommandKind.TakeLeg)
        {
            CheckLeg(command);
            return;
        }

        var known = new Dictionary<OrderHandle, OrderView>(before);
        var trades = new List<MatchEvent>();
        foreach (var e in events.All)
        {
            if (e.Kind is MatchEventKind.Placed or MatchEventKind.Moved)
            {
                known[e.Order] = Incoming(command, e);
            }
            else if (e.Kind == MatchEventKind.Traded)
            {
                trades.Add(e);
            }
        }

        var time = command.TimeMilliseconds;
        trades.ForEach(trade => CheckLimits(trade, known[trade.Order], known[trade.Other], time));
        Holds(!after.Keys.Any(ended.Contains), "what has ended is not in the book");
        CheckWhole(trades, known);
        if (command.Kind != CommandKind.Clear)
        {
            trades.ForEach(trade => CheckPriority(trade, trades, known, after.Values));
        }
        else
        {
            Holds(trades.TrueForAll(trade => trade.Tick == events.All[0].Tick), "an auction has one price");
            Holds(trades.Sum(trade => trade.Quantity) == events.All[0].Quantity, "its volume is its trades");
        }
    }

    private OrderView Incoming(in MatchCommand command, in MatchEvent entered)
    {
        var order = entered.Kind == MatchEventKind.Moved ? before[entered.Other]
            : new OrderView(default, 0, command.Side, command.Account, command.Signature, 0, 0, 0, command.Minimum,
                command.Replicas, command.ExpirySeconds, command.Terms);
        return order with
        {
            Handle = entered.Order,
            OrderNo = command.Seq,
            Tick = command.Tick,
            Open = command.Quantity,
        };
    }

    private void CheckLimits(in MatchEvent trade, in OrderView bid, in OrderView ask, long time)
    {
        Holds(trade.Tick <= bid.Tick && trade.Tick >= ask.Tick, "both limits are respected");
        Holds(trade.Released >= 0 && trade.Amount >= 0 && trade.Quantity > 0, "nobody loses by a trade");
        Holds(AreStrangers(bid, ask) && AreCompatible(bid, ask), "strangers that suit each other trade");
        Holds(bid.ExpirySeconds == 0 || bid.ExpirySeconds > time / 1000, "an expired bid never trades");
        Holds(ask.ExpirySeconds == 0 || ask.ExpirySeconds > time / 1000, "an expired ask never trades");
    }

    /// <summary>Legs are distinct, equal and all or none; fill-or-kill is whole.</summary>
    private void CheckWhole(List<MatchEvent> trades, Dictionary<OrderHandle, OrderView> known)
    {
        foreach (var legs in trades.Where(trade => trade.LegNo > 0).GroupBy(trade => trade.Order))
        {
            var bid = known[legs.Key];
            Holds(legs.Select(leg => (int)leg.LegNo).SequenceEqual(Enumerable.Range(1, bid.Replicas)),
                "all legs or none");
            Holds(legs.All(leg => leg.Quantity == bid.Open), "legs are equal");
            Holds(legs.Select(leg => book.Account(leg.OtherAccount).Domain).Distinct().Count() == bid.Replicas,
                "legs go to distinct domains");
        }

        foreach (var order in known.Values.Where(order => order.Replicas == 0
            && (TimeInForce)(order.Terms >> 1 & 3) == TimeInForce.FillOrKill))
        {
            var sold = trades.Where(t => t.Order == order.Handle || t.Other == order.Handle).Sum(t => t.Quantity);
            Holds(sold == 0 || sold == order.Open, "fill-or-kill is whole or nothing");
        }
    }

    /// <summary>Nobody who came first and could have traded was left out.</summary>
    private void CheckPriority(in MatchEvent trade, List<MatchEvent> trades, Dictionary<OrderHandle, OrderView> known,
        IEnumerable<OrderView> after)
    {
        var (bid, ask) = (known[trade.Order], known[trade.Other]);
        var taker = trade.LegNo > 0 || trade.Flags.HasFlag(TradeFlags.BidIsTaker) ? bid : ask;
        var maker = taker == bid ? ask : bid;
        var legs = trades.Where(leg => leg.LegNo > 0 && leg.Order == bid.Handle).ToList();
        foreach (var other in after.Where(o => before.ContainsKey(o.Handle) && o.Side == maker.Side && IsPlain(o)))
        {
            var couldTrade = Suits(other) && (trade.LegNo == 0
                || other.Open >= bid.Open && legs.TrueForAll(leg =>
                    DomainOf(leg.OtherAccount) != DomainOf(other.Account)));
            Holds(!couldTrade || !IsBefore(other, maker), "better price first, then the older order");
        }

        bool Suits(in OrderView other) => AreStrangers(taker, other) && AreCompatible(taker, other);
    }

    private uint DomainOf(uint account) => book.Account(account).Domain;

    private static bool IsBefore(in OrderView a, in OrderView b) => a.Tick != b.Tick
        ? a.Side == Side.Ask == a.Tick < b.Tick
        : a.OrderNo < b.OrderNo;

    private void CheckMoney(IEnumerable<OrderView> resting)
    {
        var held = resting.Where(order => order.Side == Side.Bid).GroupBy(order => order.Account)
            .ToDictionary(orders => orders.Key, orders => orders.Sum(order => LimitCost(order)));
        for (uint number = 0; number < book.AccountCount; number++)
        {
            var a = book.Account(number);
            Holds((Int128)a.Free + a.Held + a.InEscrow + a.Paid + a.Fees == deposits[number], "no money comes or goes");
            Holds(a.Free >= 0 && a.InEscrow >= 0 && a.Paid >= 0 && a.Fees >= 0, "no pocket owes");
            Holds(a.Held == held.GetValueOrDefault(number), "exactly what the resting bids may cost is held");
        }
    }

    private void CheckUncrossed(IEnumerable<OrderView> resting)
    {
        var plain = resting.Where(order => IsPlain(order) && markets[order.Handle.Market].Mode == MarketMode.Continuous)
            .ToLookup(order => (order.Handle.Market, order.Side));
        foreach (var asks in plain.Where(group => group.Key.Side == Side.Ask))
        {
            Holds(!asks.Any(ask => plain[(asks.Key.Market, Side.Bid)].Any(bid =>
                bid.Tick >= ask.Tick && AreStrangers(bid, ask) && AreCompatible(bid, ask))),
                "no two that suit rest crossed");
        }
    }

    /// <summary>Never had a minimum (an amended one is 1 at least) and is not in legs.</summary>
    private static bool IsPlain(in OrderView order) => order.Minimum == 0 && order.Replicas == 0;

    private bool AreStrangers(in OrderView a, in OrderView b) =>
        book.Account(a.Account).OwnerGroup != book.Account(b.Account).OwnerGroup;

    private bool AreCompatible(in OrderView a, in OrderView b)
    {
        if (a.Handle.Market != b.Handle.Market)
        {
            return false;
        }

        var (one, two) = (SignatureOf(a), SignatureOf(b));
        return one.Required.IsWithin(two.Capability) && two.Required.IsWithin(one.Capability);
    }

    private SignatureView SignatureOf(in OrderView order) =>
        signatures[(order.Handle.Market, order.Side, order.Signature)];
}
