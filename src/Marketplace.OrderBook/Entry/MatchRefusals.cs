using Marketplace.Matching;

namespace Marketplace.OrderBook.Entry;

/// <summary>What the sender of a bare order can do about the book's refusal, in one sentence.</summary>
public static class MatchRefusals
{
    public static string Mend(this MatchRefusal refusal) => refusal switch
    {
        MatchRefusal.None => "Nothing was refused.",
        MatchRefusal.UnknownMarket =>
            "Use a market number that opening the session told; another fee is another number.",
        MatchRefusal.UnknownSignature => "Leave the attribute signature 0, or use one that the market defines.",
        MatchRefusal.UnknownOrder => "Use the handle of an order that is in the book: this one has ended or moved.",
        MatchRefusal.NotOwner => "Name an order of your own account.",
        MatchRefusal.NotInBatch => "Leave the attribute signature 0 and post-only off: the market clears in batches.",
        MatchRefusal.InvalidTick => "Use a price of 1 to 16,777,215 ticks.",
        MatchRefusal.InvalidQuantity => "Use a quantity of 1 to 10^12 units.",
        MatchRefusal.NothingToAmend => "Change the price or the open quantity: both are as they were.",
        MatchRefusal.InvalidMinimum => "Keep the minimum at or below the quantity.",
        MatchRefusal.InvalidReplicas => "Give a bid 1 to 16 legs, and an ask none.",
        MatchRefusal.InvalidTerms => "Do not combine post-only with an immediate order, nor an ask with a bid's flags.",
        MatchRefusal.InvalidExpiry =>
            "Give an expiry that is still to come to a good-till-time order, and to no other.",
        MatchRefusal.WouldTrade => "Raise the price, or send the order without post-only: it would trade at once.",
        MatchRefusal.AmountTooLarge or MatchRefusal.InsufficientFunds =>
            "Lower the price or the quantity: the account does not cover the order.",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No bare order is refused so."),
    };
}
