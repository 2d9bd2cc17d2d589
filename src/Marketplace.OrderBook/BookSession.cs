using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;

namespace Marketplace.OrderBook;

/// <summary>A session as the single writer knows it: whose orders it brings, within which limits, and the latest of
/// their numbers. The secret is not here: it is the door's alone.</summary>
internal sealed class BookSession(uint number, uint account, OpenSession terms)
{
    public uint Number { get; } = number;

    /// <summary>The matching engine's account of the budget or the provider.</summary>
    public uint Account { get; } = account;

    public OpenSession Terms { get; } = terms;

    public SessionGrant Grant => Terms.Grant;

    /// <summary>What its bids hold or cost: their holds, less what was released of them.</summary>
    public TokenAmount Used { get; set; }

    /// <summary>Its provider's connection ended: nothing new until the same grant opens the session again.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Over for good; only the nonce is remembered.</summary>
    public bool IsEnded { get; set; }

    public SessionAnswer Answer => new(Number, Account);

    /// <summary>By text: a grant's list of markets has no equality of its own.</summary>
    public bool HasTerms(OpenSession other) => BookCommandCodec.Text(Terms) == BookCommandCodec.Text(other);
}
