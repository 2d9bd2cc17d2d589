namespace Marketplace.OrderBook;

/// <summary>Why a command had no effect. Where several hold, the first in this order is given.</summary>
public enum BookRefusal
{
    /// <summary>The book delivers its events too slowly and takes no new orders for the moment.</summary>
    Busy = 1,

    /// <summary>No budget of this number was opened.</summary>
    UnknownBudget,

    /// <summary>The budget was opened before with other terms.</summary>
    BudgetDiffers,

    /// <summary>Already spent more than the cap.</summary>
    SpentAboveCap,

    /// <summary>The client's order id is not 1 to 64 characters of printable ASCII without spaces.</summary>
    InvalidClientOrderId,

    /// <summary>The client's order id names an earlier order with other terms.</summary>
    DuplicateOrderId,

    /// <summary>No market of this number was opened.</summary>
    UnknownMarket,

    /// <summary>The budget takes no new bids any more.</summary>
    BudgetClosed,

    /// <summary>The budget's time has run out.</summary>
    BudgetExpired,

    /// <summary>An order has at least one unit.</summary>
    ZeroQuantity,

    /// <summary>More than 10^12 units.</summary>
    QuantityTooLarge,

    /// <summary>A limit is at least one tick: 10 micro-tokens per million units; an ask's price is not 0.</summary>
    ZeroPrice,

    /// <summary>A price is at most 2^24 - 1 ticks of 10 micro-tokens per million units.</summary>
    PriceTooHigh,

    /// <summary>Legs are 1 to 16.</summary>
    InvalidReplicas,

    /// <summary>A bid buys a whole job: one that could be filled in parts is not taken.</summary>
    BidsBuyWholeJobs,

    /// <summary>Good till time needs a time that is still to come; other orders have none.</summary>
    InvalidExpiry,

    /// <summary>The fee is above the one that the budget's owner signed.</summary>
    FeeAboveLimit,

    /// <summary>The fee is not the market's.</summary>
    FeeDiffers,

    /// <summary>Orders of the side have required or offered 256 different things: only those are taken.</summary>
    TooManySignatures,

    /// <summary>The budget's free amount does not cover the most that the order can cost.</summary>
    InsufficientBudget,

    /// <summary>No such order was ever taken, or its connection is gone.</summary>
    UnknownOrder,

    /// <summary>The order belongs to somebody else.</summary>
    NotOwner,

    /// <summary>The order was filled or has ended.</summary>
    OrderNotResting,

    /// <summary>No bid of this number bought a job.</summary>
    UnknownJob,

    /// <summary>The job ended before, and otherwise.</summary>
    JobEnded,

    /// <summary>Legs are added one by one: the number is neither that of a leg nor the next.</summary>
    LegOutOfOrder,

    /// <summary>No acceptable ask of a new owner has the quantity at or under the bid's limit.</summary>
    NoAsk,

    /// <summary>Paid and fee exceed what is held for the job.</summary>
    ExceedsPot,

    /// <summary>More was settled than the budget owes.</summary>
    ExceedsOwed,

    /// <summary>The grant contradicts itself.</summary>
    InvalidGrant,

    /// <summary>The same granter had a session by another grant of this nonce or a higher one, or ended it.</summary>
    GrantNonceUsed,

    /// <summary>No session of this number is open.</summary>
    UnknownSession,
}
