using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>Where a bid stands.</summary>
public enum BidState
{
    Resting = 1,
    Matched,
    Cancelled,
    Expired,

    /// <summary>It could not trade at once and was not to rest.</summary>
    Unfilled,
}

/// <summary>One provider's part of a job.</summary>
/// <param name="LegNo">1 and up within the job.</param>
/// <param name="Price">What the provider is paid; never above the bid's limit.</param>
public sealed record Leg(int LegNo, ProviderId Provider, OrderId Ask, UnitPrice Price);

/// <summary>What became of a bid on entry; where it stands now is a query.</summary>
/// <param name="Job">Set when it was matched at once.</param>
/// <param name="Hold">What its budget held for it on entry.</param>
public sealed record BidAnswer(
    OrderId Order, BidState State, JobId? Job, TokenAmount Hold, IReadOnlyList<Leg> Legs);

/// <summary>What became of an ask on entry.</summary>
/// <param name="Remaining">Units still for sale.</param>
public sealed record AskAnswer(OrderId Order, Quantity Remaining);

/// <summary>A leg that was added.</summary>
public sealed record LegAnswer(JobId Job, Leg Leg);

/// <summary>An order that was taken back.</summary>
public sealed record OrderCancelled(OrderId Order);

/// <summary>How many orders a command ended.</summary>
public sealed record OrdersEnded(int Count);

/// <summary>A budget's account. Cap = Free + HeldByOrders + InJobs + Owed + Spent, always.</summary>
/// <param name="Owed">Delivered and ticketed, not yet settled on chain.</param>
public sealed record BudgetView(
    BudgetNo Budget,
    EthAddress Buyer,
    EthAddress Session,
    TokenAmount Cap,
    TokenAmount Free,
    TokenAmount HeldByOrders,
    TokenAmount InJobs,
    TokenAmount Owed,
    TokenAmount Spent,
    BasisPoints MaxFeeBps,
    DateTimeOffset Expiry,
    bool IsClosed);

/// <summary>Where a bid stands now, with all legs that its job has got so far.</summary>
public sealed record BidView(
    OrderId Order, PlaceBid Terms, BidState State, JobId? Job, TokenAmount Hold, IReadOnlyList<Leg> Legs);

/// <summary>A session.</summary>
/// <param name="Session">Never given twice.</param>
/// <param name="Account">What each of its orders names.</param>
public sealed record SessionAnswer(uint Session, uint Account);

/// <summary>A market as bare orders name it.</summary>
/// <param name="TickSize">Micro-tokens per 10^6 units of one tick.</param>
public sealed record MarketNumber(ushort No, MarketId Market, long TickSize, BasisPoints FeeBps);

/// <summary>An order of a session's account that is in the book.</summary>
/// <param name="ClientOrderId">Empty of an ask that came by a session.</param>
/// <param name="Open">Units; of a bid those of one leg.</param>
public sealed record SessionOrder(
    OrderHandle Handle, OrderId Order, string ClientOrderId, Side Side, int Tick, Quantity Open);
