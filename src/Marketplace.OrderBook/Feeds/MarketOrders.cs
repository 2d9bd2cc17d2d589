using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>
/// One market's resting orders as its accepted commands and their events tell of them; the engine is never asked.
/// Commands are needed beside the events for what no event repeats: tick size, signatures, legs and minimum.
/// </summary>
public sealed class MarketOrders(ushort number, long tickSize, MarketMode mode)
{
    private readonly Dictionary<OrderHandle, FeedOrder> resting = [];
    private readonly List<SignatureView>[] signatures = [[default], [default]];
    private FeedOrder? incoming;

    /// <summary>A market as it stands in an engine.</summary>
    /// <remarks>
    /// An order whose minimum was amended down to nothing counts as executable here, though it came to rest as one
    /// that does not: the engine keeps no memory of that.
    /// </remarks>
    public static MarketOrders Of(MatchingEngine engine, ushort number)
    {
        var view = engine.Market(number);
        var market = new MarketOrders(number, view.TickSize, view.Mode);
        market.Read(engine, Side.Bid, view.BidSignatures);
        market.Read(engine, Side.Ask, view.AskSignatures);
        return market;
    }

    public ushort Number => number;

    /// <summary>Micro-tokens per 10^6 units of one tick.</summary>
    public long TickSize => tickSize;

    public MarketMode Mode => mode;

    public IReadOnlyCollection<FeedOrder> Resting => resting.Values;

    /// <summary>All that rests, bids first, each side by price and then by age.</summary>
    public IEnumerable<FeedOrder> InPriority() => resting.Values
        .OrderBy(order => order.Side)
        .ThenBy(order => order.Side == Side.Bid ? -order.Tick : order.Tick)
        .ThenBy(order => order.OrderNo);

    /// <summary>What the signatures of a side ask for and offer, by their numbers.</summary>
    public IReadOnlyList<SignatureView> Signatures(Side side) => signatures[(int)side];

    /// <summary>Follows one accepted command of this market.</summary>
    /// <param name="changes">Gets what happened, in order.</param>
    public void Apply(in MatchCommand command, ReadOnlySpan<MatchEvent> events, List<BookChange> changes)
    {
        if (command.Kind == CommandKind.DefineSignature)
        {
            signatures[(int)command.Side].Add(new SignatureView(command.Required, command.Capability));
        }

        foreach (ref readonly var happened in events)
        {
            Follow(command, happened, changes);
        }

        // What did not rest was filled at once, or was immediate.
        incoming = null;
    }

    private void Read(MatchingEngine engine, Side side, int defined)
    {
        // Number 0 is there from the beginning.
        for (ushort signature = 1; signature < defined; signature++)
        {
            signatures[(int)side].Add(engine.Signature(number, side, signature));
        }

        foreach (var order in engine.Resting(number, side))
        {
            resting.Add(order.Handle, FeedOrder.Of(order));
        }
    }

    private void Follow(in MatchCommand command, in MatchEvent happened, List<BookChange> changes)
    {
        switch (happened.Kind)
        {
            case MatchEventKind.Placed:
                incoming = Entered(command, happened);
                break;
            case MatchEventKind.Moved:
                changes.Add(Move(happened));
                break;
            case MatchEventKind.Traded:
                changes.Add(Trade(happened));
                break;
            case MatchEventKind.Rested:
                changes.Add(Rest(happened));
                break;
            case MatchEventKind.Reduced or MatchEventKind.Ended:
                Shrink(happened, changes);
                break;
            case MatchEventKind.Cleared:
                changes.Add(new BookChange(happened, null, null));
                break;
            default:
                throw new InvariantViolationException($"A market has no event of kind {happened.Kind}.");
        }
    }

    private static FeedOrder Entered(in MatchCommand command, in MatchEvent placed) => new(
        placed.Order,
        placed.Account,
        placed.Side,
        placed.Signature,
        placed.Tick,
        placed.Quantity * Math.Max(1, (int)command.Replicas),
        command.Minimum,
        command.Replicas,
        IsAside: false,
        placed.Seq);

    private BookChange Move(in MatchEvent moved)
    {
        var old = Known(moved.Other);
        Replace(old, null);
        incoming = old with
        {
            Handle = moved.Order,
            Tick = moved.Tick,
            Open = moved.Quantity * Math.Max(1, (int)old.Replicas),
            Minimum = (uint)Math.Min(old.Minimum, moved.Quantity),
            OrderNo = moved.Seq,
        };
        return new BookChange(moved, old, null);
    }

    private BookChange Trade(in MatchEvent traded)
    {
        var (bid, bidLeft) = Sold(traded.Order, traded.Quantity);
        var (ask, askLeft) = Sold(traded.Other, traded.Quantity);
        return new BookChange(traded, bid, bidLeft, ask, askLeft);
    }

    // The incoming order does not rest yet, and a further leg is sold to a job that is not in the book.
    private (FeedOrder? Before, FeedOrder? After) Sold(OrderHandle handle, long quantity)
    {
        if (!resting.TryGetValue(handle, out var before))
        {
            return (null, null);
        }

        Invariant.Holds(quantity <= before.Open, $"Order {handle} sold more than it had open.");
        return (before, Replace(before, before with { Open = before.Open - quantity }));
    }

    private BookChange Rest(in MatchEvent rested)
    {
        Invariant.Holds(incoming?.Handle == rested.Order, $"Order {rested.Order} rests, but it did not come in.");
        var open = rested.Quantity * Math.Max(1, (int)incoming.Replicas);
        var order = incoming with { Open = open, IsAside = incoming.FillsWhole };
        Replace(null, order);
        return new BookChange(rested, null, order);
    }

    private void Shrink(in MatchEvent happened, List<BookChange> changes)
    {
        if (!resting.TryGetValue(happened.Order, out var before))
        {
            return;
        }

        var open = happened.Kind == MatchEventKind.Ended ? 0 : happened.Quantity * Math.Max(1, (int)before.Replicas);
        var minimum = (uint)Math.Min(before.Minimum, happened.Quantity);
        changes.Add(new BookChange(
            happened, before, Replace(before, before with { Open = open, Minimum = minimum })));
    }

    private FeedOrder Known(OrderHandle handle)
    {
        Invariant.Holds(resting.TryGetValue(handle, out var order), $"Order {handle} moved, but it did not rest.");
        return order;
    }

    private FeedOrder? Replace(FeedOrder? before, FeedOrder? after)
    {
        if (before is not null)
        {
            resting.Remove(before.Handle);
        }

        if (after is not { Open: > 0 })
        {
            return null;
        }

        resting.Add(after.Handle, after);
        return after;
    }
}
