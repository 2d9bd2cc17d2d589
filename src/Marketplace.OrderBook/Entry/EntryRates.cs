using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>What a request takes from the limits: orders to place or amend, cancels, signatures to recover.</summary>
public readonly record struct EntryLoad(int Orders, int Cancels, int Signatures);

/// <summary>
/// The rates of one source or session. Cancels have a bucket of their own: neither orders nor a flood of signatures can
/// keep them out.
/// </summary>
public sealed record EntryRates
{
    /// <exception cref="InvariantViolationException">A full batch would never get in.</exception>
    public EntryRates(BucketRate orders, BucketRate cancels, BucketRate signatures)
    {
        Invariant.Holds(
            IsRate(orders, EntryBatch.MostOrders) && IsRate(cancels, EntryBatch.MostOrders) && IsRate(signatures, 1),
            "Rates are at least 1 a second, and a bucket holds one batch (256) or one signature.");
        (Orders, Cancels, Signatures) = (orders, cancels, signatures);
    }

    public BucketRate Orders { get; }

    public BucketRate Cancels { get; }

    public BucketRate Signatures { get; }

    private static bool IsRate(BucketRate rate, int least) => rate.PerSecond >= 1 && rate.Burst >= least;
}

/// <summary>The three buckets of one source or session.</summary>
public struct EntryBuckets
{
    private TokenBucket orders;
    private TokenBucket cancels;
    private TokenBucket signatures;

    public static EntryBuckets Full(EntryRates rates, long nowMilliseconds) => new()
    {
        orders = TokenBucket.Full(rates.Orders, nowMilliseconds),
        cancels = TokenBucket.Full(rates.Cancels, nowMilliseconds),
        signatures = TokenBucket.Full(rates.Signatures, nowMilliseconds),
    };

    /// <summary>Milliseconds until all of <paramref name="load"/> may come in; 0 when it may now.</summary>
    public readonly long Wait(EntryRates rates, EntryLoad load, long nowMilliseconds) => Math.Max(
        orders.Wait(rates.Orders, load.Orders, nowMilliseconds),
        Math.Max(
            cancels.Wait(rates.Cancels, load.Cancels, nowMilliseconds),
            signatures.Wait(rates.Signatures, load.Signatures, nowMilliseconds)));

    public void Take(EntryRates rates, EntryLoad load, long nowMilliseconds)
    {
        orders.Take(rates.Orders, load.Orders, nowMilliseconds);
        cancels.Take(rates.Cancels, load.Cancels, nowMilliseconds);
        signatures.Take(rates.Signatures, load.Signatures, nowMilliseconds);
    }
}
