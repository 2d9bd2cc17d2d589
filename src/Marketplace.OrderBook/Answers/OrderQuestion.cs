using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>An order that is asked about: one that might be placed, or one that rests.</summary>
/// <param name="Signature">What it asks for and offers; need not be defined in the market.</param>
/// <param name="Tick">Its limit, in ticks; null for none, as far as prices go.</param>
/// <param name="Quantity">Units; of a bid in legs those of one leg.</param>
public sealed record OrderQuestion(ushort Market, Side Side, SignatureView Signature, int? Tick, long Quantity)
{
    public const int MaxTick = (1 << 24) - 1;
    public const long MaxQuantity = 1_000_000_000_000;
    public const int MaxReplicas = 16;

    /// <summary>Legs of a bid in legs, 0 of all others.</summary>
    public byte Replicas { get; init; }

    /// <summary>The least that may be filled at once, in units; 0 and 1 mean any.</summary>
    public uint Minimum { get; init; }

    /// <summary>Null for an owner who has no order in the book.</summary>
    public uint? OwnerGroup { get; init; }

    /// <summary>Of an ask; null for one that no other seller shares.</summary>
    public uint? Domain { get; init; }

    public SelfTradeRule SelfTrade { get; init; }

    /// <summary>It never rests.</summary>
    public bool IsImmediate { get; init; }

    /// <summary>A bid in legs whose whole hold goes to escrow.</summary>
    public bool EscrowsLimit { get; init; }

    /// <summary>Micro-tokens it may hold; null for enough.</summary>
    public long? FreeMoney { get; init; }

    /// <summary>Seconds since 1970 UTC, that second excluded; 0 without.</summary>
    public uint ExpirySeconds { get; init; }

    /// <summary>Milliseconds since 1970 UTC at which it is asked.</summary>
    public long NowMilliseconds { get; init; }

    /// <summary>The resting order that it is, which is not to stand beside itself.</summary>
    public OrderHandle? StandsFor { get; init; }

    public int LimitTick => Tick ?? (Side == Side.Bid ? MaxTick : 1);

    public bool IsInLegs => Replicas > 0;

    public bool HasMinimum => Minimum > 1;

    public bool IsPast => ExpirySeconds > 0 && ExpirySeconds * 1000L <= NowMilliseconds;

    /// <summary>The units of all legs together.</summary>
    public long Total => Quantity * Math.Max(1, (int)Replicas);

    /// <summary>A resting order as if it came anew with what it has open; its hold counts as free.</summary>
    /// <returns>Null when there is no such order.</returns>
    public static OrderQuestion? Of(MatchingEngine engine, OrderHandle handle, long nowMilliseconds)
    {
        if (!engine.TryFind(handle, out var order))
        {
            return null;
        }

        var account = engine.Account(order.Account);
        var signature = engine.Signature(handle.Market, order.Side, order.Signature);
        return new OrderQuestion(handle.Market, order.Side, signature, order.Tick, order.Open)
        {
            Replicas = order.Replicas,
            Minimum = (uint)Math.Min(order.Minimum, order.Open),
            OwnerGroup = account.OwnerGroup,
            Domain = account.Domain,
            SelfTrade = new MatchCommand { Terms = order.Terms }.SelfTrade,
            EscrowsLimit = new MatchCommand { Terms = order.Terms }.EscrowsLimit,
            ExpirySeconds = order.ExpirySeconds,
            NowMilliseconds = nowMilliseconds,
            StandsFor = handle,
        };
    }

    /// <summary>Whether such an order could be placed at all, its account and money aside.</summary>
    public MatchRefusal Check(MatchingEngine engine) =>
        !engine.HasMarket(Market) ? MatchRefusal.UnknownMarket
        : LimitTick is < 1 or > MaxTick ? MatchRefusal.InvalidTick
        : Quantity is < 1 or > MaxQuantity ? MatchRefusal.InvalidQuantity
        : Minimum > Quantity || IsInLegs && HasMinimum ? MatchRefusal.InvalidMinimum
        : Replicas > MaxReplicas || IsInLegs && Side == Side.Ask ? MatchRefusal.InvalidReplicas
        : EscrowsLimit && !IsInLegs ? MatchRefusal.InvalidTerms
        : MatchRefusal.None;
}
