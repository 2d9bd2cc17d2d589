namespace Marketplace.OrderBook.Entry;

/// <summary>How fast a bucket fills and how much it holds.</summary>
/// <param name="PerSecond">Tokens a second, 1 and up.</param>
/// <param name="Burst">The most tokens at once: no single request may cost more.</param>
public readonly record struct BucketRate(int PerSecond, int Burst);

/// <summary>
/// A token bucket in integers: it counts thousandths, so that one millisecond at n tokens a second adds exactly n of
/// them and nothing is ever rounded. Time is an argument; when it goes back, no time has passed.
/// </summary>
public struct TokenBucket
{
    private const long PerToken = 1_000;

    private long thousandths;
    private long filledAtMilliseconds;

    public static TokenBucket Full(BucketRate rate, long nowMilliseconds) =>
        new() { thousandths = rate.Burst * PerToken, filledAtMilliseconds = nowMilliseconds };

    /// <summary>Milliseconds until <paramref name="cost"/> tokens are there; 0 when they are.</summary>
    /// <param name="cost">0 to the rate's burst.</param>
    public readonly long Wait(BucketRate rate, int cost, long nowMilliseconds)
    {
        var missing = cost * PerToken - FilledAt(rate, nowMilliseconds);
        return missing <= 0 ? 0 : (missing + rate.PerSecond - 1) / rate.PerSecond;
    }

    /// <summary>Takes tokens that <see cref="Wait"/> has seen.</summary>
    public void Take(BucketRate rate, int cost, long nowMilliseconds)
    {
        thousandths = FilledAt(rate, nowMilliseconds) - cost * PerToken;
        filledAtMilliseconds = Math.Max(filledAtMilliseconds, nowMilliseconds);
    }

    private readonly long FilledAt(BucketRate rate, long nowMilliseconds)
    {
        var full = rate.Burst * PerToken;
        var elapsed = Math.Max(0, nowMilliseconds - filledAtMilliseconds);
        var isFull = elapsed > (full - thousandths) / rate.PerSecond; // asked by division: the product might not fit
        return isFull ? full : thousandths + elapsed * rate.PerSecond;
    }
}
