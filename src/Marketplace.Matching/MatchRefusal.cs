namespace Marketplace.Matching;

/// <summary>Why a command had no effect. Where several hold, the first in this order is given.</summary>
public enum MatchRefusal : byte
{
    None,

    /// <summary>The kind of the command is none of <see cref="CommandKind"/>.</summary>
    UnknownCommand,

    /// <summary>No market of this number is open.</summary>
    UnknownMarket,

    /// <summary>A market of this number is open already.</summary>
    MarketExists,

    /// <summary>Market numbers end at 4,095, tick sizes are 1 to 10^12, fee rates 0 to 10,000.</summary>
    InvalidMarket,

    /// <summary>Signatures are defined in order, 1 to 255 of each side.</summary>
    InvalidSignature,

    /// <summary>No such signature is defined for the order's side.</summary>
    UnknownSignature,

    /// <summary>Accounts are opened in order: the number is not the next.</summary>
    InvalidAccount,

    /// <summary>No account of this number is open.</summary>
    UnknownAccount,

    /// <summary>The handle names no order in the book: it never did, or the order has ended or moved.</summary>
    UnknownOrder,

    /// <summary>The order belongs to another account.</summary>
    NotOwner,

    /// <summary>Only a batch market is cleared.</summary>
    NotABatchMarket,

    /// <summary>In a batch market orders have signature 0 and are not post-only, and no further leg is sold.</summary>
    NotInBatch,

    /// <summary>Ticks are 1 to 2^24 - 1.</summary>
    InvalidTick,

    /// <summary>Quantities are 1 to 10^12 units.</summary>
    InvalidQuantity,

    /// <summary>The same price and quantity as before.</summary>
    NothingToAmend,

    /// <summary>A minimum is at most the quantity, and a bid in legs has none.</summary>
    InvalidMinimum,

    /// <summary>Legs are at most 16, and only a bid has them.</summary>
    InvalidReplicas,

    /// <summary>Post-only rests, so it is not immediate; only a bid in legs escrows its limit.</summary>
    InvalidTerms,

    /// <summary>Good till time has an expiry that is still to come; other orders have none.</summary>
    InvalidExpiry,

    /// <summary>An amount is negative, or does not fit 63 bits.</summary>
    AmountTooLarge,

    /// <summary>The account's free money does not cover it.</summary>
    InsufficientFunds,

    /// <summary>Less is in escrow, or paid and fee exceed what leaves it.</summary>
    ExceedsEscrow,

    /// <summary>A post-only order would trade at once.</summary>
    WouldTrade,

    /// <summary>The ask is above the limit, not compatible, too small, or of the bid's own group.</summary>
    UnusableAsk,
}
