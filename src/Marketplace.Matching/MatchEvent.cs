using System.Runtime.InteropServices;

namespace Marketplace.Matching;

/// <summary>What happened to an order.</summary>
public enum MatchEventKind : byte
{
    None,
    Placed,
    Moved,
    Traded,
    Reduced,
    Rested,
    Ended,
    Cleared,
}

/// <summary>Why an order left the book without being filled.</summary>
public enum EndReason : byte
{
    None,
    Cancelled,
    Expired,
    Unfilled,
    SelfTrade,
}

/// <summary>What a trade says besides its numbers.</summary>
[Flags]
public enum TradeFlags : byte
{
    None = 0,

    /// <summary>The bid was the incoming order.</summary>
    BidIsTaker = 1,

    /// <summary>The bid is filled and gone.</summary>
    BidDone = 2,

    /// <summary>The ask is filled and gone.</summary>
    AskDone = 4,
}

/// <summary>One event of a command; see RULES.md, section 9.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct MatchEvent
{
    public MatchEventKind Kind;
    public EndReason Reason;
    public TradeFlags Flags;

    /// <summary>The leg of a bid in legs, 1 and up; 0 otherwise.</summary>
    public byte LegNo;

    public ushort Market;
    public ushort Signature;

    /// <summary>The command's sequence number.</summary>
    public long Seq;

    /// <summary>The order; of a trade the bid.</summary>
    public OrderHandle Order;

    /// <summary>Of a trade the ask; of a move the old handle.</summary>
    public OrderHandle Other;

    /// <summary>The order's account; of a trade the bid's.</summary>
    public uint Account;

    /// <summary>Of a trade the ask's account.</summary>
    public uint OtherAccount;

    /// <summary>The order's limit; of a trade and a clearing its price.</summary>
    public int Tick;

    /// <summary>The order's side; of a trade without meaning.</summary>
    public Side Side;

    /// <summary>Units: placed or moved, traded, still open, cleared; of an end what was open.</summary>
    public long Quantity;

    /// <summary>Micro-tokens: the hold taken; of a trade what went into escrow.</summary>
    public long Amount;

    /// <summary>Micro-tokens of hold that became free again.</summary>
    public long Released;
}

/// <summary>A growing list of events that is used again and again.</summary>
public sealed class MatchEvents(int capacity = 1024)
{
    private MatchEvent[] items = new MatchEvent[capacity];

    public int Count { get; private set; }

    public ReadOnlySpan<MatchEvent> All => items.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>A fresh event at the end, all zero.</summary>
    public ref MatchEvent Add()
    {
        if (Count == items.Length)
        {
            Array.Resize(ref items, items.Length * 2);
        }

        ref var added = ref items[Count++];
        added = default;
        return ref added;
    }
}
