using Marketplace.Kernel;
using Marketplace.Matching;
using static Marketplace.Matching.CommandKind;
using static Marketplace.Matching.MatchRefusal;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>
/// The book as RULES.md tells it, sentence by sentence and without any cleverness. Written from the rules alone and
/// sharing nothing with the engine but its public data, so that a disagreement means that one of them is wrong. An
/// order's handle is its market and its order number. Orders that are gone leave the lists when the command is done.
/// </summary>
internal sealed partial class NaiveBook : IBook
{
    private readonly List<NaiveAccount> accounts = [];
    private readonly SortedDictionary<ushort, NaiveMarket> markets = [];
    private readonly Dictionary<OrderHandle, NaiveOrder> orders = [];
    private readonly SortedSet<NaiveOrder> expiring = new(Comparer<NaiveOrder>.Create((a, b) =>
        (a.Place.ExpirySeconds, a.No).CompareTo((b.Place.ExpirySeconds, b.No))));

    private readonly List<NaiveOrder> gone = [];
    private MatchEvents output = new();
    private long seq;

    /// <summary>Section 6: other commands are only applied when no tick is due.</summary>
    public bool NeedsTick(long timeMilliseconds) => Due(timeMilliseconds).Any();

    private IEnumerable<NaiveOrder> Due(long timeMilliseconds) =>
        expiring.TakeWhile(order => order.Place.ExpirySeconds <= timeMilliseconds / 1000);

    public MatchRefusal Apply(in MatchCommand command, MatchEvents events)
    {
        Invariant.Holds(command.Kind == Tick || !NeedsTick(command.TimeMilliseconds), "ticks come first");
        (seq, output) = (command.Seq, events);
        var market = markets.GetValueOrDefault(command.Market)!;
        var account = command.Account < accounts.Count ? accounts[(int)command.Account] : null!;
        var target = orders.GetValueOrDefault(command.Target)!;
        var refusal = Refusal(command, market, account, target);
        if (refusal == MatchRefusal.None)
        {
            CarryOut(command, market, account, target);
            gone.ForEach(order => order.Market.Orders(order.Place.Side).Remove(order));
            gone.ForEach(order => orders.Remove(order.Handle));
            expiring.ExceptWith(gone);
            gone.Clear();
        }

        return refusal;
    }

    /// <summary>Section 10: the reasons in the order of <see cref="MatchRefusal"/>; the first that holds.</summary>
    private MatchRefusal Refusal(in MatchCommand c, NaiveMarket market, NaiveAccount account, NaiveOrder target)
    {
        var (hasMarket, hasAccount) = (markets.ContainsKey(c.Market), c.Account < accounts.Count);
        var (isLegs, isImmediate) = (c.Side == Side.Bid && c.Replicas > 0,
            c.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill);
        return c.Kind is CommandKind.None or > TakeLeg ? UnknownCommand
            : c.Kind is DefineSignature or Clear or Place or Cancel or Amend or TakeLeg && !hasMarket ? UnknownMarket
            : c.Kind is OpenMarket && hasMarket ? MarketExists
            : c.Kind is OpenMarket && (c.Market > 4095 || c.TickSize is < 1 or > 1_000_000_000_000
                || c.TakerFeeBps is < 0 or > 10_000 || c.MakerFeeBps is < 0 or > 10_000 || c.Mode > MarketMode.Batch)
                ? InvalidMarket
            : c.Kind is DefineSignature && (c.Signature != market.Signatures(c.Side).Count || c.Signature > 255)
                ? InvalidSignature
            : c.Kind is Place && c.Signature >= market.Signatures(c.Side).Count ? UnknownSignature
            : c.Kind is TakeLeg && c.Signature >= market.BidSignatures.Count ? UnknownSignature
            : c.Kind is OpenAccount && c.Account != accounts.Count ? InvalidAccount
            : c.Kind is Fund or Withdraw or EndEscrow or Place or Cancel or Amend or TakeLeg && !hasAccount
                ? UnknownAccount
            : c.Kind is Cancel or Amend or TakeLeg && !orders.ContainsKey(c.Target) ? UnknownOrder
            : c.Kind is Cancel or Amend && target.Owner != account ? NotOwner
            : c.Kind is Clear && !market.IsBatch ? NotABatchMarket
            : c.Kind is Place && market.IsBatch && (c.Signature != 0 || c.IsPostOnly) ? NotInBatch
            : c.Kind is TakeLeg && market.IsBatch ? NotInBatch
            : c.Kind is Place or Amend && c.Tick is < 1 or > (1 << 24) - 1 ? InvalidTick
            : c.Kind is Place or Amend or TakeLeg && c.Quantity is < 1 or > 1_000_000_000_000 ? InvalidQuantity
            : c.Kind is Amend && c.Tick == target.Tick && c.Quantity == target.Open ? NothingToAmend
            : c.Kind is Place && (c.Minimum > c.Quantity || isLegs && c.Minimum > 1) ? InvalidMinimum
            : c.Kind is Place && (c.Replicas > 16 || c.Replicas > 0 && !isLegs) ? InvalidReplicas
            : c.Kind is Place && (c.IsPostOnly && isImmediate || c.EscrowsLimit && !isLegs || c.Terms > 127)
                ? InvalidTerms
            : c.Kind is Place && c.TimeInForce != TimeInForce.GoodTillTime && c.ExpirySeconds != 0 ? InvalidExpiry
            : c.Kind is Place && c.TimeInForce == TimeInForce.GoodTillTime
                && c.ExpirySeconds <= c.TimeMilliseconds / 1000 ? InvalidExpiry
            : c.Kind is Fund or Withdraw or EndEscrow && c.Amount < 0 ? AmountTooLarge
            : c.Kind is EndEscrow && (c.Paid < 0 || c.Fee < 0) ? AmountTooLarge
            : c.Kind is Fund && account.Funded + c.Amount > long.MaxValue ? AmountTooLarge
            : c.Kind is Withdraw && c.Amount > account.Free ? InsufficientFunds
            : c.Kind is EndEscrow && ((Int128)c.Paid + c.Fee > c.Amount || c.Amount > account.InEscrow) ? ExceedsEscrow
            : c.Kind is Place ? EntryRefusal(new NaiveOrder(c, market, account), null)
            : c.Kind is Amend && !KeepsPlace(c, target) ? EntryRefusal(target.Moved(c), target)
            : c.Kind is TakeLeg && !SellsLeg(Job(c), target) ? UnusableAsk
            : MatchRefusal.None;
    }

    private static MatchRefusal EntryRefusal(NaiveOrder x, NaiveOrder? old)
    {
        var hold = x.LimitCost(x.Open);
        return hold > long.MaxValue ? AmountTooLarge
            : hold > x.Owner.Free + (old?.LimitCost(old.Open) ?? 0) ? InsufficientFunds
            : x.Place.IsPostOnly && TradesAtOnce(x, old) ? WouldTrade
            : MatchRefusal.None;
    }

    private void CarryOut(in MatchCommand c, NaiveMarket market, NaiveAccount account, NaiveOrder target)
    {
        switch (c.Kind)
        {
            case OpenMarket: markets.Add(c.Market, new NaiveMarket(c)); break;
            case DefineSignature: market.Signatures(c.Side).Add(new SignatureView(c.Required, c.Capability)); break;
            case OpenAccount: accounts.Add(new NaiveAccount(c.OwnerGroup, c.Domain)); break;
            case Fund: account.Free += c.Amount; break;
            case Withdraw: account.Free -= c.Amount; break;
            case EndEscrow: account.EndEscrow(c.Amount, c.Paid, c.Fee); break;
            case Tick: Due(c.TimeMilliseconds).ToList().ForEach(order => End(order, EndReason.Expired)); break;
            case Clear: ClearMarket(market, c); break;
            case Place: Enter(new NaiveOrder(c, market, account)); break;
            case Cancel: End(target, EndReason.Cancelled); break;
            case Amend when KeepsPlace(c, target): Reduce(target, target.Open - c.Quantity); break;
            case Amend: Enter(target.Moved(c), target); break;
            default: SellLeg(Job(c), target); break;
        }
    }

    /// <summary>Section 6: same tick and smaller quantity.</summary>
    private static bool KeepsPlace(in MatchCommand amend, NaiveOrder order) =>
        amend.Tick == order.Tick && amend.Quantity < order.Open;

    /// <summary>Sections 5, 6, 9: X takes its hold and place and meets the others; the rest rests or ends.</summary>
    private void Enter(NaiveOrder x, NaiveOrder? old = null)
    {
        var released = old is null ? 0 : Release(old, old.Open);
        var hold = (long)x.LimitCost(x.Open);
        x.Owner.MoveToHeld(hold);
        x.Market.Orders(x.Place.Side).Add(x);
        orders.Add(x.Handle, x);
        if (x.Place.ExpirySeconds != 0)
        {
            expiring.Add(x);
        }

        Emit(old is null ? MatchEventKind.Placed : MatchEventKind.Moved, x, x.Open, released, hold, old);
        if (!x.Market.IsBatch && !x.Place.IsPostOnly)
        {
            Match(x);
        }

        if (x.Open > 0 && x.IsImmediate && !x.Market.IsBatch)
        {
            End(x, EndReason.Unfilled);
        }
        else if (x.Open > 0)
        {
            Emit(MatchEventKind.Rested, x, x.Open);
        }
    }

    private void End(NaiveOrder order, EndReason reason) =>
        Emit(MatchEventKind.Ended, order, order.Open, Release(order, order.Open), reason: reason);

    private void Reduce(NaiveOrder order, long quantity) =>
        Emit(MatchEventKind.Reduced, order, order.Open - quantity, Release(order, quantity));

    /// <summary>Sections 2 and 6: the hold of what an order gives up is free again; its minimum follows.</summary>
    private long Release(NaiveOrder order, long quantity)
    {
        var released = (long)(order.LimitCost(order.Open) - order.LimitCost(order.Open - quantity));
        order.Owner.MoveToHeld(-released);
        Take(order, quantity);
        order.Minimum = (uint)Math.Min(order.Minimum, order.Open);
        return released;
    }

    private void Take(NaiveOrder order, long quantity)
    {
        order.Open -= quantity;
        if (order.Open == 0)
        {
            gone.Add(order);
        }
    }

    /// <summary>Section 9: all events but trades and clearings.</summary>
    private void Emit(MatchEventKind kind, NaiveOrder order, long quantity, long released = 0, long hold = 0,
        NaiveOrder? old = null, EndReason reason = EndReason.None)
    {
        ref var e = ref output.Add();
        (e.Kind, e.Reason, e.Seq, e.Quantity, e.Amount, e.Released) = (kind, reason, seq, quantity, hold, released);
        (e.Order, e.Other, e.Market) = (order.Handle, old?.Handle ?? default, order.Place.Market);
        (e.Account, e.Signature, e.Side) = (order.Place.Account, order.Place.Signature, order.Place.Side);
        e.Tick = order.Tick;
    }
}
