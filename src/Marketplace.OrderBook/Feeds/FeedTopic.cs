using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>How much of a market a feed tells.</summary>
public enum FeedKind
{
    /// <summary>Level 1: the best executable bid and ask of a view, at once and only when they change.</summary>
    Best,

    /// <summary>Level 2: the levels of a view, changes gathered until the next flush.</summary>
    Depth,

    /// <summary>Level 3: every order and every trade, at once.</summary>
    Orders,

    /// <summary>The trades, at once.</summary>
    Trades,
}

/// <summary>What can be subscribed to. Orders and trades have no view: side and signature are 0 there.</summary>
public sealed record FeedTopic(FeedKind Kind, ushort Market, Side Side = Side.Bid, ushort Signature = 0)
{
    /// <summary>Of best and depth: as in "bid/3"; that of signature 0 is "any".</summary>
    public string View => Signature == 0 ? "any" : $"{(Side == Side.Bid ? "bid" : "ask")}/{Signature}";

    /// <summary>A slow subscriber gets the latest state instead of every change.</summary>
    public bool CanConflate => Kind is FeedKind.Best or FeedKind.Depth;
}

/// <summary>One event of a feed, encoded once for all who get it; the bytes never change.</summary>
/// <param name="Seq">The number of the command after which this holds; the event's id.</param>
/// <param name="Frame">The event in the notation of server-sent events, with the empty line that ends it.</param>
public sealed record FeedMessage(long Seq, ReadOnlyMemory<byte> Frame);

/// <summary>The hub's bounds.</summary>
/// <param name="QueueLength">Messages that wait for one subscriber at most.</param>
/// <param name="RingLength">Messages of one topic that are kept for those who come back.</param>
/// <param name="MaxOverflows">
/// How often a subscriber's queue may run over without ever having been empty in between; then it is dropped.
/// </param>
/// <param name="MaxSubscribers">Of all topics together.</param>
/// <param name="IdleFlushes">After so many flushes without a subscriber a topic is forgotten.</param>
/// <param name="Pseudonym">What the order feed calls an account; null leaves accounts out.</param>
/// <param name="MaxBehind">Commands that may wait to be followed; beyond it all begin again from the book.</param>
public sealed record FeedOptions(
    int QueueLength = 256,
    int RingLength = 1024,
    int MaxOverflows = 3,
    int MaxSubscribers = 10_000,
    int IdleFlushes = 1200,
    Func<uint, string>? Pseudonym = null,
    int MaxBehind = 1 << 18)
{
    /// <summary>How long changes of depth are gathered.</summary>
    public TimeSpan FlushEvery { get; init; } = TimeSpan.FromMilliseconds(50);
}

/// <summary>Why a subscription was not accepted.</summary>
public enum SubscribeRefusal
{
    None,

    /// <summary>The hub serves as many as it may.</summary>
    TooManySubscribers,

    /// <summary>The feeds have ended, and the book too or soon.</summary>
    Closed,
}

/// <summary>Why a subscription has ended.</summary>
public enum FeedEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>No such market or signature is known.</summary>
    UnknownTopic,

    /// <summary>The subscriber did not keep up, though changes were gathered for it.</summary>
    TooSlow,

    /// <summary>The subscriber went away.</summary>
    Left,

    /// <summary>The feeds themselves did not keep up with the book: whoever comes again gets its state anew.</summary>
    Restarted,

    /// <summary>The feeds are closed.</summary>
    Closed,
}
