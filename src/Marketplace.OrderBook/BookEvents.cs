using Marketplace.Kernel;
using Marketplace.OrderBook.Answers;

namespace Marketplace.OrderBook;

/// <summary>What a command did. The same journal gives the same events again.</summary>
/// <param name="Seq">The command's sequence number; one command may have several events.</param>
public abstract record BookEvent(long Seq);

/// <summary>A bid waits in the book.</summary>
public sealed record BidRested(
    long Seq, OrderId Order, MarketId Market, BudgetNo Budget, string ClientOrderId, TokenAmount Hold)
    : BookEvent(Seq);

/// <summary>A bid bought its job: its hold is now the job's pot.</summary>
public sealed record BidMatched(
    long Seq,
    JobId Job,
    MarketId Market,
    BudgetNo Budget,
    string ClientOrderId,
    Hash32 InputHash,
    Quantity PerLeg,
    IReadOnlyList<Leg> Legs,
    UnitPrice Limit,
    TokenAmount Pot,
    BasisPoints FeeBps) : BookEvent(Seq);

/// <summary>A bid left the book without a job: its hold is free again.</summary>
public sealed record BidEnded(
    long Seq, OrderId Order, MarketId Market, BudgetNo Budget, string ClientOrderId, BidState Reason)
    : BookEvent(Seq)
{
    /// <summary>What it asked for, to tell its buyer why nobody took it.</summary>
    public OrderQuestion? Asked { get; init; }
}

/// <summary>A running job has one leg more.</summary>
public sealed record LegAdded(long Seq, JobId Job, MarketId Market, BudgetNo Budget, Leg Leg) : BookEvent(Seq);

/// <summary>Why an ask is gone.</summary>
public enum AskEndReason
{
    Sold = 1,
    Cancelled,
    Disconnected,

    /// <summary>The market's fee changed, which ends all its orders.</summary>
    MarketChanged,

    /// <summary>Its own time had run out.</summary>
    Expired,

    /// <summary>It was to trade at once or not at all.</summary>
    Unfilled,

    /// <summary>It met a bid of its own owner.</summary>
    OwnBid,
}

/// <summary>An ask left the book.</summary>
public sealed record AskEnded(long Seq, OrderId Order, MarketId Market, ProviderId Provider, AskEndReason Reason)
    : BookEvent(Seq);

/// <summary>A job's payment is owed and the rest of its pot is free.</summary>
public sealed record JobCompleted(long Seq, JobId Job, BudgetNo Budget, TokenAmount Paid, TokenAmount Fee)
    : BookEvent(Seq);

/// <summary>A job's whole pot is free again.</summary>
public sealed record JobReleased(long Seq, JobId Job, BudgetNo Budget, TokenAmount Pot) : BookEvent(Seq);

/// <summary>Who acts on the book's events; the events of one command always come in one call.</summary>
public interface IBookEvents
{
    /// <summary>The last sequence number that was consumed for good; 0 before the first.</summary>
    Task<long> CursorAsync(CancellationToken ct);

    /// <summary>
    /// Takes events in order. A failure brings the same events again, and so may a crash. It must not wait for an
    /// answer of the book.
    /// </summary>
    Task ConsumeAsync(IReadOnlyList<BookEvent> events, CancellationToken ct);
}
