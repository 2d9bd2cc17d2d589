namespace Marketplace.Matching;

/// <summary>Who gives what: a bid buys units, an ask sells them.</summary>
public enum Side
{
    Bid,
    Ask,
}

/// <summary>How long an order may rest.</summary>
public enum TimeInForce
{
    /// <summary>Rests until it is filled or cancelled.</summary>
    GoodTillCancelled,

    /// <summary>Trades at once; what is left over never rests.</summary>
    ImmediateOrCancel,

    /// <summary>Rests until its expiry, that moment excluded.</summary>
    GoodTillTime,

    /// <summary>Fills completely at once or not at all.</summary>
    FillOrKill,
}
