namespace Marketplace.OrderBook.Entry;

/// <summary>A session that a grant opened: whose orders it lets in, by which secret, how fast.</summary>
public sealed class EntrySession
{
    private readonly EntryRates rates;
    private EntryBuckets buckets;

    internal EntrySession(
        uint number, uint account, SessionGrant grant, EntryKey key, EntryRates rates, long nowMilliseconds)
    {
        (Number, Account, Grant, Key, this.rates) = (number, account, grant, key, rates);
        buckets = EntryBuckets.Full(rates, nowMilliseconds);
    }

    public uint Number { get; }

    /// <summary>The book's account that every order of the session names.</summary>
    public uint Account { get; }

    public SessionGrant Grant { get; }

    /// <summary>Its client ended it: it lets nothing in any more.</summary>
    public bool IsEnded { get; internal set; }

    internal EntryKey Key { get; }

    /// <summary>Milliseconds until <paramref name="load"/> may come in; 0 when it may now.</summary>
    internal long Wait(EntryLoad load, long nowMilliseconds) => buckets.Wait(rates, load, nowMilliseconds);

    internal void Take(EntryLoad load, long nowMilliseconds) => buckets.Take(rates, load, nowMilliseconds);
}
