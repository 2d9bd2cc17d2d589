using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <summary>An order in the book and what is left of it.</summary>
internal sealed class RestingOrder(LimitOrder order)
{
    public LimitOrder Order { get; } = order;

    public OrderId Id => Order.Id;

    public UnitPrice Limit => Order.Limit;

    public Quantity Remaining { get; private set; } = order.Total;

    public bool IsFilled => Remaining.IsZero;

    public void Take(Quantity quantity) => Remaining -= quantity;
}

/// <summary>Best price first, then the oldest: the order in which a side is matched.</summary>
internal sealed class PriceTimeOrder(Side side) : IComparer<RestingOrder>
{
    public int Compare(RestingOrder? x, RestingOrder? y)
    {
        var byPrice = x!.Limit.CompareTo(y!.Limit);
        return byPrice == 0 ? x.Id.Value.CompareTo(y.Id.Value) : side == Side.Ask ? byPrice : -byPrice;
    }
}
