using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <summary>Who gives what: a bid buys units, an ask sells them.</summary>
public enum Side
{
    Bid,
    Ask,
}

/// <summary>How long an order may rest.</summary>
public enum TimeInForce
{
    /// <summary>Rests until it is filled or cancelled.</summary>
    GoodTillCancelled,

    /// <summary>Trades at once; what is left over never rests.</summary>
    ImmediateOrCancel,

    /// <summary>Rests until its <see cref="LimitOrder.ExpiresAt"/>, that moment excluded.</summary>
    GoodTillTime,

    /// <summary>Fills completely at once or not at all.</summary>
    FillOrKill,
}

/// <summary>One order as it enters the book.</summary>
/// <param name="Id">Rises with every order of the book; a lower number is an older order.</param>
/// <param name="Owner">Whom it belongs to: the key by which legs of one bid must differ.</param>
/// <param name="Quantity">Units, 1 and up; of a bid with replicas: the units of each leg.</param>
/// <param name="ExpiresAt">Set exactly when <paramref name="TimeInForce"/> is good till time.</param>
/// <param name="Replicas">Legs of the full quantity from as many distinct owners; 1 for an ask.</param>
/// <param name="IsWhole">The quantity of a leg comes from one ask, for a job cannot be split.</param>
public sealed record LimitOrder(
    OrderId Id,
    Side Side,
    EthAddress Owner,
    UnitPrice Limit,
    Quantity Quantity,
    TimeInForce TimeInForce = TimeInForce.GoodTillCancelled,
    DateTimeOffset? ExpiresAt = null,
    int Replicas = 1,
    bool IsWhole = false)
{
    /// <summary>It fills completely in one moment or not at all.</summary>
    public bool FillsWhole => IsWhole || Replicas > 1;

    /// <summary>The units of all legs together.</summary>
    public Quantity Total => new(checked(Quantity.Units * Replicas));
}

/// <summary>One trade; the price is that of the older of the two orders, which was there to be taken.</summary>
/// <param name="Seller">The owner of the ask.</param>
public sealed record Trade(OrderId Bid, OrderId Ask, EthAddress Seller, UnitPrice Price, Quantity Quantity);

/// <summary>What became of an order on entry. A bid's trades stand together, its legs in price-time order.</summary>
/// <param name="Remaining">Units that did not trade; they rest unless the order was immediate-or-cancel.</param>
public sealed record Placement(IReadOnlyList<Trade> Trades, Quantity Remaining, bool Rests);

/// <summary>Why no further leg was found.</summary>
public enum LegRefusal
{
    /// <summary>No acceptable ask at or under the limit has the quantity in one piece.</summary>
    NoAsk = 1,
}

/// <summary>All that rests at one price.</summary>
/// <param name="Whole">The part of the quantity that only fills whole, so it may rest across the other side.</param>
public sealed record DepthLevel(UnitPrice Price, Quantity Quantity, Quantity Whole, int Orders);

/// <summary>A market's resting orders by price, the best price first.</summary>
public sealed record MarketDepth(IReadOnlyList<DepthLevel> Bids, IReadOnlyList<DepthLevel> Asks);

/// <summary>An order in the book and what is left of it.</summary>
public sealed record RestingView(LimitOrder Order, Quantity Remaining);
