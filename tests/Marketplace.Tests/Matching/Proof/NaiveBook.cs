using Marketplace.Kernel;
using Marketplace.Matching;
using static Marketplace.Matching.MatchRefusal;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>
/// The book as RULES.md tells it, sentence by sentence and without any cleverness. Written from the rules alone and
/// sharing nothing with the engine but its public data, so that a disagreement means that one of them is wrong. An
/// order's handle is its market and its order number.
/// </summary>
internal sealed partial class NaiveBook : IBook
{
    private const long MaxAmount = long.MaxValue;

    private readonly List<NaiveAccount> accounts = [];
    private readonly SortedDictionary<ushort, NaiveMarket> markets = [];
    private readonly SortedSet<NaiveOrder> expiring = new(Comparer<NaiveOrder>.Create((a, b) =>
        (a.Expiry, a.No).CompareTo((b.Expiry, b.No))));

    private readonly Dictionary<OrderHandle, NaiveOrder> orders = [];
    private readonly List<NaiveOrder> gone = [];
    private MatchEvents output = new();
    private long seq;
    private long time;

    public int AccountCount => accounts.Count;

    public bool HasMarket(ushort market) => markets.ContainsKey(market);

    public AccountView Account(uint account) => accounts[(int)account].View;

    public IEnumerable<OrderView> Resting(ushort market, Side side) => markets[market].Orders[side].Select(o => o.View);

    public bool NeedsTick(long timeMilliseconds) =>
        expiring.Count > 0 && expiring.Min!.Expiry <= timeMilliseconds / 1000;

    public MatchRefusal Apply(in MatchCommand command, MatchEvents events)
    {
        Invariant.Holds(command.Seq >= seq && command.TimeMilliseconds >= time, "commands follow each other");
        Invariant.Holds(command.Kind == CommandKind.Tick || !NeedsTick(command.TimeMilliseconds), "ticks come first");
        (seq, time, output) = (command.Seq, command.TimeMilliseconds, events);

        var refusal = Refusal(command);
        if (refusal == None)
        {
            CarryOut(command);
            RemoveGone();
        }

        return refusal;
    }

    private MatchRefusal Refusal(in MatchCommand c) => c.Kind switch
    {
        CommandKind.OpenMarket => markets.ContainsKey(c.Market) ? MarketExists
            : c.Market > 4095 || c.TickSize is < 1 or > 1_000_000_000_000 || c.TakerFeeBps is < 0 or > 10_000
                || c.MakerFeeBps is < 0 or > 10_000 || c.Mode > MarketMode.Batch ? InvalidMarket
            : None,
        CommandKind.DefineSignature => !markets.TryGetValue(c.Market, out var market) ? UnknownMarket
            : c.Signature > 255 || c.Signature != market.Signatures[c.Side].Count ? InvalidSignature
            : None,
        CommandKind.OpenAccount => c.Account == accounts.Count ? None : InvalidAccount,
        CommandKind.Fund => c.Account >= accounts.Count ? UnknownAccount
            : c.Amount < 0 || accounts[(int)c.Account].Funded + c.Amount > MaxAmount ? AmountTooLarge
            : None,
        CommandKind.Withdraw => c.Account >= accounts.Count ? UnknownAccount
            : c.Amount < 0 ? AmountTooLarge
            : c.Amount > accounts[(int)c.Account].Free ? InsufficientFunds
            : None,
        CommandKind.EndEscrow => c.Account >= accounts.Count ? UnknownAccount
            : c.Amount < 0 || c.Paid < 0 || c.Fee < 0 ? AmountTooLarge
            : (Int128)c.Paid + c.Fee > c.Amount || c.Amount > accounts[(int)c.Account].InEscrow ? ExceedsEscrow
            : None,
        CommandKind.Tick => None,
        CommandKind.Clear => !markets.TryGetValue(c.Market, out var market) ? UnknownMarket
            : market.Mode != MarketMode.Batch ? NotABatchMarket
            : None,
        CommandKind.Place => PlaceRefusal(c),
        CommandKind.Cancel => TargetRefusal(c),
        CommandKind.Amend => AmendRefusal(c),
        CommandKind.TakeLeg => LegRefusal(c),
        _ => UnknownCommand,
    };

    private MatchRefusal PlaceRefusal(in MatchCommand c)
    {
        var isBidInLegs = c.Side == Side.Bid && c.Replicas > 0;
        var isImmediate = c.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
        return !markets.TryGetValue(c.Market, out var market) ? UnknownMarket
            : c.Signature >= market.Signatures[c.Side].Count ? UnknownSignature
            : c.Account >= accounts.Count ? UnknownAccount
            : market.Mode == MarketMode.Batch && (c.Signature != 0 || c.IsPostOnly) ? NotInBatch
            : c.Tick is < 1 or > (1 << 24) - 1 ? InvalidTick
            : c.Quantity is < 1 or > 1_000_000_000_000 ? InvalidQuantity
            : c.Minimum > c.Quantity || isBidInLegs && c.Minimum > 1 ? InvalidMinimum
            : c.Replicas > 16 || c.Replicas > 0 && c.Side == Side.Ask ? InvalidReplicas
            : c.IsPostOnly && isImmediate || c.EscrowsLimit && !isBidInLegs || c.Terms >= 128 ? InvalidTerms
            : c.TimeInForce == TimeInForce.GoodTillTime && c.ExpirySeconds <= time / 1000 ? InvalidExpiry
            : c.TimeInForce != TimeInForce.GoodTillTime && c.ExpirySeconds != 0 ? InvalidExpiry
            : EntryRefusal(market, new NaiveOrder(c), null);
    }

    private MatchRefusal TargetRefusal(in MatchCommand c) => !markets.ContainsKey(c.Market) ? UnknownMarket
        : c.Account >= accounts.Count ? UnknownAccount
        : !orders.TryGetValue(c.Target, out var order) ? UnknownOrder
        : order.Account != c.Account ? NotOwner
        : None;

    private MatchRefusal AmendRefusal(in MatchCommand c)
    {
        if (TargetRefusal(c) is not None and var refusal)
        {
            return refusal;
        }

        var order = orders[c.Target];
        return c.Tick is < 1 or > (1 << 24) - 1 ? InvalidTick
            : c.Quantity is < 1 or > 1_000_000_000_000 ? InvalidQuantity
            : c.Tick == order.Tick && c.Quantity == order.Open ? NothingToAmend
            : c.Tick == order.Tick && c.Quantity < order.Open ? None
            : EntryRefusal(markets[c.Market], order.Moved(c), order);
    }

    private MatchRefusal EntryRefusal(NaiveMarket market, NaiveOrder x, NaiveOrder? old)
    {
        var hold = market.LimitCost(x);
        return hold > MaxAmount ? AmountTooLarge
            : hold > accounts[(int)x.Account].Free + (old is null ? 0 : market.LimitCost(old)) ? InsufficientFunds
            : x.IsPostOnly && WouldTrade(market, x, old) ? MatchRefusal.WouldTrade
            : None;
    }

    private void CarryOut(in MatchCommand c)
    {
        switch (c.Kind)
        {
            case CommandKind.OpenMarket:
                markets.Add(c.Market, new NaiveMarket(c));
                break;
            case CommandKind.DefineSignature:
                markets[c.Market].Signatures[c.Side].Add(new SignatureView(c.Required, c.Capability));
                break;
            case CommandKind.OpenAccount:
                accounts.Add(new NaiveAccount { OwnerGroup = c.OwnerGroup, Domain = c.Domain });
                break;
            case CommandKind.Fund:
                accounts[(int)c.Account].Free += c.Amount;
                break;
            case CommandKind.Withdraw:
                accounts[(int)c.Account].Free -= c.Amount;
                break;
            case CommandKind.EndEscrow:
                accounts[(int)c.Account].EndEscrow(c.Amount, c.Paid, c.Fee);
                break;
            case CommandKind.Tick:
                expiring.TakeWhile(o => o.Expiry <= time / 1000).ToList().ForEach(o => End(o, EndReason.Expired));
                break;
            case CommandKind.Clear:
                Clear(markets[c.Market], c.SeedLow, c.SeedHigh);
                break;
            case CommandKind.Place:
                Enter(new NaiveOrder(c), MatchEventKind.Placed, null);
                break;
            case CommandKind.Cancel:
                End(orders[c.Target], EndReason.Cancelled);
                break;
            case CommandKind.TakeLeg:
                TakeLeg(c, orders[c.Target]);
                break;
            default:
                Amend(c, orders[c.Target]);
                break;
        }
    }

    private void Amend(in MatchCommand c, NaiveOrder order)
    {
        if (c.Tick == order.Tick && c.Quantity < order.Open)
        {
            Reduce(order, order.Open - c.Quantity);
            order.Minimum = (uint)Math.Min(order.Minimum, c.Quantity);
            return;
        }

        Enter(order.Moved(c), MatchEventKind.Moved, order);
    }

    /// <summary>Puts an order into the book, lets it meet the other side, and sees what becomes of the rest.</summary>
    private void Enter(NaiveOrder x, MatchEventKind kind, NaiveOrder? old)
    {
        var market = markets[x.Market];
        var released = old is null ? 0 : (long)market.LimitCost(old);
        var hold = (long)market.LimitCost(x);
        accounts[(int)x.Account].MoveToHeld(hold - released);
        if (old is not null)
        {
            Remove(old);
        }

        Add(market, x);
        ref var entered = ref Emit(kind, x, x.Open);
        (entered.Amount, entered.Released) = (hold, released);
        entered.Other = old?.Handle ?? default;

        if (market.Mode == MarketMode.Continuous && !x.IsPostOnly)
        {
            Match(market, x);
        }

        if (x.IsGone)
        {
            return;
        }

        if (market.Mode == MarketMode.Continuous && x.IsImmediate)
        {
            End(x, EndReason.Unfilled);
            return;
        }

        Emit(MatchEventKind.Rested, x, x.Open);
    }

    private void End(NaiveOrder order, EndReason reason)
    {
        ref var ended = ref Emit(MatchEventKind.Ended, order, order.Open);
        (ended.Reason, ended.Released) = (reason, Release(order, order.Open));
        MarkGone(order);
    }

    private void Reduce(NaiveOrder order, long quantity)
    {
        var released = Release(order, quantity);
        order.Open -= quantity;
        Emit(MatchEventKind.Reduced, order, order.Open).Released = released;
    }

    /// <summary>Frees what of the hold is for <paramref name="quantity"/> of what is open.</summary>
    private long Release(NaiveOrder order, long quantity)
    {
        var market = markets[order.Market];
        var released = (long)(market.LimitCost(order) - market.LimitCost(order, order.Open - quantity));
        accounts[(int)order.Account].MoveToHeld(-released);
        return released;
    }

    private void Add(NaiveMarket market, NaiveOrder order)
    {
        market.Orders[order.Side].Add(order);
        orders.Add(order.Handle, order);
        if (order.Expiry != 0)
        {
            expiring.Add(order);
        }
    }

    private void Remove(NaiveOrder order)
    {
        markets[order.Market].Orders[order.Side].Remove(order);
        orders.Remove(order.Handle);
        expiring.Remove(order);
    }

    private void MarkGone(NaiveOrder order)
    {
        order.IsGone = true;
        gone.Add(order);
    }

    private void RemoveGone()
    {
        gone.ForEach(Remove);
        gone.Clear();
    }

    private ref MatchEvent Emit(MatchEventKind kind, NaiveOrder order, long quantity)
    {
        ref var added = ref output.Add();
        (added.Kind, added.Market, added.Seq, added.Quantity) = (kind, order.Market, seq, quantity);
        (added.Order, added.Account, added.Signature) = (order.Handle, order.Account, order.Signature);
        (added.Tick, added.Side) = (order.Tick, order.Side);
        return ref added;
    }
}
