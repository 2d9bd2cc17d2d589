using Marketplace.Kernel;
using Marketplace.Matching;
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
        Invariant.Holds(command.Kind == CommandKind.Tick || !NeedsTick(command.TimeMilliseconds), "ticks come first");
        (seq, output) = (command.Seq, events);
        var refusal = Refusal(command);
        if (refusal == None)
        {
            CarryOut(command);
            foreach (var order in gone)
            {
                order.Market.Orders(order.Place.Side).Remove(order);
                orders.Remove(order.Handle);
                expiring.Remove(order);
            }

            gone.Clear();
        }

        return refusal;
    }

    /// <summary>Section 10: the reasons in the order of <see cref="MatchRefusal"/>; the first is given.</summary>
    private MatchRefusal Refusal(in MatchCommand c)
    {
        var (places, amends, takes) =
            (c.Kind == CommandKind.Place, c.Kind == CommandKind.Amend, c.Kind == CommandKind.TakeLeg);
        var namesOrder = amends || takes || c.Kind == CommandKind.Cancel;
        var (funds, withdraws, ends) =
            (c.Kind == CommandKind.Fund, c.Kind == CommandKind.Withdraw, c.Kind == CommandKind.EndEscrow);
        var (opens, defines, clears) =
            (c.Kind == CommandKind.OpenMarket, c.Kind == CommandKind.DefineSignature, c.Kind == CommandKind.Clear);
        var market = markets.GetValueOrDefault(c.Market)!;
        var account = c.Account < accounts.Count ? accounts[(int)c.Account] : null!;
        var order = orders.GetValueOrDefault(c.Target)!;
        var (hasMarket, hasAccount) = (markets.ContainsKey(c.Market), c.Account < accounts.Count);
        var legs = c.Side == Side.Bid ? c.Replicas : 0;

        return c.Kind is CommandKind.None or > CommandKind.TakeLeg ? UnknownCommand
            : (places || namesOrder || defines || clears) && !hasMarket ? UnknownMarket
            : opens && hasMarket ? MarketExists
            : opens && (c.Market > 4095 || c.TickSize is < 1 or > 1_000_000_000_000 || c.Mode > MarketMode.Batch
                || c.TakerFeeBps is < 0 or > 10_000 || c.MakerFeeBps is < 0 or > 10_000) ? InvalidMarket
            : defines && (c.Signature > 255 || c.Signature != market.Signatures(c.Side).Count) ? InvalidSignature
            : places && c.Signature >= market.Signatures(c.Side).Count ? UnknownSignature
            : takes && c.Signature >= market.BidSignatures.Count ? UnknownSignature
            : c.Kind == CommandKind.OpenAccount && c.Account != accounts.Count ? InvalidAccount
            : (places || namesOrder || funds || withdraws || ends) && !hasAccount ? UnknownAccount
            : namesOrder && !orders.ContainsKey(c.Target) ? UnknownOrder
            : namesOrder && !takes && order.Owner != account ? NotOwner
            : clears && !market.IsBatch ? NotABatchMarket
            : (takes || places && (c.Signature != 0 || c.IsPostOnly)) && market.IsBatch ? NotInBatch
            : (places || amends) && c.Tick is < 1 or > (1 << 24) - 1 ? InvalidTick
            : (places || amends || takes) && c.Quantity is < 1 or > 1_000_000_000_000 ? InvalidQuantity
            : amends && c.Tick == order.Tick && c.Quantity == order.Open ? NothingToAmend
            : places && (c.Minimum > c.Quantity || legs > 0 && c.Minimum > 1) ? InvalidMinimum
            : places && (c.Replicas > 16 || c.Replicas > 0 && legs == 0) ? InvalidReplicas
            : places && (c.Terms >= 128 || c.EscrowsLimit && legs == 0 || c.IsPostOnly
                && c.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill) ? InvalidTerms
            : places && (c.TimeInForce == TimeInForce.GoodTillTime ? c.ExpirySeconds <= c.TimeMilliseconds / 1000
                : c.ExpirySeconds != 0) ? InvalidExpiry
            : ends && (c.Amount < 0 || c.Paid < 0 || c.Fee < 0) ? AmountTooLarge
            : (funds || withdraws) && c.Amount < 0 ? AmountTooLarge
            : funds && account.Funded + c.Amount > long.MaxValue ? AmountTooLarge
            : withdraws && c.Amount > account.Free ? InsufficientFunds
            : ends && ((Int128)c.Paid + c.Fee > c.Amount || c.Amount > account.InEscrow) ? ExceedsEscrow
            : places ? EntryRefusal(new NaiveOrder(c, market, account), null)
            : amends && !KeepsPlace(c, order) ? EntryRefusal(order.Moved(c), order)
            : takes && !SellsLeg(c, order) ? UnusableAsk
            : None;
    }

    private static MatchRefusal EntryRefusal(NaiveOrder x, NaiveOrder? old)
    {
        var hold = x.LimitCost(x.Open);
        return hold > long.MaxValue ? AmountTooLarge
            : hold > x.Owner.Free + (old?.LimitCost(old.Open) ?? 0) ? InsufficientFunds
            : x.Place.IsPostOnly && TradesAtOnce(x, old) ? WouldTrade
            : None;
    }

    private void CarryOut(in MatchCommand c)
    {
        var account = c.Account < accounts.Count ? accounts[(int)c.Account] : null!;
        var market = markets.GetValueOrDefault(c.Market)!;
        var target = orders.GetValueOrDefault(c.Target)!;
        switch (c.Kind)
        {
            case CommandKind.OpenMarket: markets.Add(c.Market, new NaiveMarket(c)); break;
            case CommandKind.DefineSignature: market.Signatures(c.Side).Add(new(c.Required, c.Capability)); break;
            case CommandKind.OpenAccount: accounts.Add(new NaiveAccount(c.OwnerGroup, c.Domain)); break;
            case CommandKind.Fund: account.Free += c.Amount; break;
            case CommandKind.Withdraw: account.Free -= c.Amount; break;
            case CommandKind.EndEscrow: account.EndEscrow(c.Amount, c.Paid, c.Fee); break;
            case CommandKind.Tick: Due(c.TimeMilliseconds).ToList().ForEach(o => End(o, EndReason.Expired)); break;
            case CommandKind.Clear: Clear(market, c.SeedLow, c.SeedHigh); break;
            case CommandKind.Place: Enter(new NaiveOrder(c, market, account)); break;
            case CommandKind.Cancel: End(target, EndReason.Cancelled); break;
            case CommandKind.Amend when KeepsPlace(c, target): Reduce(target, target.Open - c.Quantity); break;
            case CommandKind.Amend: Enter(target.Moved(c), target); break;
            default: TakeLeg(c, target); break;
        }
    }

    /// <summary>Section 6: same tick and smaller quantity.</summary>
    private static bool KeepsPlace(in MatchCommand amend, NaiveOrder order) =>
        amend.Tick == order.Tick && amend.Quantity < order.Open;

    /// <summary>Sections 5, 6, 9: X takes its hold and place, meets the other side; what is left rests or ends.</summary>
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

    private void End(NaiveOrder order, EndReason reason)
    {
        var open = order.Open;
        Emit(MatchEventKind.Ended, order, open, Release(order, open), reason: reason);
    }

    private void Reduce(NaiveOrder order, long quantity)
    {
        var released = Release(order, quantity);
        order.Minimum = (uint)Math.Min(order.Minimum, order.Open);
        Emit(MatchEventKind.Reduced, order, order.Open, released);
    }

    /// <summary>Section 2: the hold of what an order gives up is free again.</summary>
    private long Release(NaiveOrder order, long quantity)
    {
        var released = (long)(order.LimitCost(order.Open) - order.LimitCost(order.Open - quantity));
        order.Owner.MoveToHeld(-released);
        Take(order, quantity);
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
        NaiveOrder? old = null, EndReason reason = EndReason.None) => output.Add() = new MatchEvent
        {
            Kind = kind, Reason = reason, Seq = seq, Order = order.Handle, Other = old?.Handle ?? default,
            Market = order.Place.Market, Signature = order.Place.Signature, Account = order.Place.Account,
            Side = order.Place.Side, Tick = order.Tick, Quantity = quantity, Amount = hold, Released = released,
        };
}
