using Marketplace.Kernel;

namespace Marketplace.OrderBook;

/// <summary>All that rests at one price.</summary>
/// <param name="Whole">The part of the quantity that only fills whole, so it may rest across the other side.</param>
public sealed record DepthLevel(UnitPrice Price, Quantity Quantity, Quantity Whole, int Orders)
{
    internal DepthLevel With(Quantity quantity, Quantity whole) =>
        new(Price, Quantity + quantity, Whole + whole, Orders + 1);
}

/// <summary>A market's resting orders by price, the best price first.</summary>
public sealed record MarketDepth(IReadOnlyList<DepthLevel> Bids, IReadOnlyList<DepthLevel> Asks);
