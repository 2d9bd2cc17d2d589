using System.Runtime.InteropServices;

namespace Marketplace.Matching;

/// <summary>What the engine is asked to do.</summary>
public enum CommandKind : byte
{
    None,

    /// <summary>Market, tick size, mode, fee rates.</summary>
    OpenMarket,

    /// <summary>The next signature number of one side of a market, with its two masks.</summary>
    DefineSignature,

    /// <summary>The next account number, with its owner group and collusion domain.</summary>
    OpenAccount,

    /// <summary>Adds to an account's free money.</summary>
    Fund,

    /// <summary>Takes from an account's free money.</summary>
    Withdraw,

    Place,
    Cancel,
    Amend,

    /// <summary>The engine's time goes on: ends what has expired.</summary>
    Tick,

    /// <summary>Holds the auction of a batch market.</summary>
    Clear,

    /// <summary>Splits an account's escrowed money into paid, fee and free.</summary>
    EndEscrow,

    /// <summary>One more leg for a job whose bid is gone, from the ask that is named.</summary>
    TakeLeg,
}

/// <summary>How trades between orders of one owner group are prevented; the incoming order's rule counts.</summary>
public enum SelfTradeRule
{
    CancelResting,
    CancelIncoming,
    CancelBoth,
    Decrement,
}

/// <summary>When a market's orders meet.</summary>
public enum MarketMode
{
    /// <summary>At once, one by one.</summary>
    Continuous,

    /// <summary>All together at one price, whenever the market is cleared.</summary>
    Batch,
}

/// <summary>
/// One command of the book: 64 bytes, little-endian, the same in memory, in the journal and in the public log. Which
/// fields count depends on the kind; several share their place. The last four bytes are the journal's.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct MatchCommand
{
    /// <summary>The command's place in the journal; rises by at least one.</summary>
    [FieldOffset(0)] public long Seq;

    /// <summary>Milliseconds since 1970 UTC; never goes back.</summary>
    [FieldOffset(8)] public long TimeMilliseconds;

    [FieldOffset(16)] public CommandKind Kind;

    /// <summary>Side, time in force and flags of an order; see the properties below.</summary>
    [FieldOffset(17)] public byte Terms;

    /// <summary>Place: legs of a bid in legs, 0 for all others. OpenMarket: the mode.</summary>
    [FieldOffset(18)] public byte Replicas;

    /// <summary>How many records of payload follow in the journal; not for the engine.</summary>
    [FieldOffset(19)] public byte PayloadRecords;

    [FieldOffset(20)] public ushort Market;

    [FieldOffset(22)] public ushort Signature;

    [FieldOffset(24)] public uint Account;

    /// <summary>Who sent it; not for the engine.</summary>
    [FieldOffset(28)] public uint Session;

    /// <summary>The sender's number for it; not for the engine.</summary>
    [FieldOffset(32)] public ulong ClientSeq;

    /// <summary>The limit, in ticks.</summary>
    [FieldOffset(40)] public int Tick;

    /// <summary>Place: seconds since 1970 UTC, that second excluded; 0 without.</summary>
    [FieldOffset(44)] public uint ExpirySeconds;

    /// <summary>Units; in legs those of one leg; of an amend the new open quantity.</summary>
    [FieldOffset(48)] public long Quantity;

    /// <summary>The least that may be filled at once, in units; 0 and 1 mean any.</summary>
    [FieldOffset(56)] public uint Minimum;

    /// <summary>The journal's checksum.</summary>
    [FieldOffset(60)] public uint Checksum;

    /// <summary>Cancel, Amend, TakeLeg: the order's slot and generation, of <see cref="Market"/>.</summary>
    [FieldOffset(44)] public uint TargetSlot;

    [FieldOffset(56)] public uint TargetGeneration;

    /// <summary>OpenAccount: orders of one group never trade with each other.</summary>
    [FieldOffset(40)] public uint OwnerGroup;

    /// <summary>OpenAccount: legs of one bid go to distinct domains.</summary>
    [FieldOffset(44)] public uint Domain;

    /// <summary>OpenMarket: basis points of the bid's fee when it is the taker, and when it is the maker.</summary>
    [FieldOffset(40)] public int TakerFeeBps;

    [FieldOffset(44)] public int MakerFeeBps;

    /// <summary>OpenMarket: micro-tokens per 10^6 units of one tick.</summary>
    [FieldOffset(48)] public long TickSize;

    /// <summary>Fund and Withdraw: micro-tokens. EndEscrow: what leaves escrow.</summary>
    [FieldOffset(48)] public long Amount;

    /// <summary>EndEscrow: micro-tokens to the providers.</summary>
    [FieldOffset(32)] public long Paid;

    /// <summary>EndEscrow: micro-tokens of fee.</summary>
    [FieldOffset(40)] public long Fee;

    /// <summary>DefineSignature: what the other side must be able to do.</summary>
    [FieldOffset(24)] public AttributeMask Required;

    /// <summary>DefineSignature: what this side can do.</summary>
    [FieldOffset(40)] public AttributeMask Capability;

    /// <summary>Clear: the seed of the draw at the margin.</summary>
    [FieldOffset(32)] public ulong SeedLow;

    [FieldOffset(48)] public ulong SeedHigh;

    private const byte SideBit = 1;
    private const int TimeInForceShift = 1;
    private const int SelfTradeShift = 3;
    private const byte PostOnlyBit = 1 << 5;
    private const byte EscrowsLimitBit = 1 << 6;

    /// <summary>The side of an order or of a signature.</summary>
    public Side Side
    {
        readonly get => (Side)(Terms & SideBit);
        set => Terms = (byte)(Terms & ~SideBit | (int)value);
    }

    public TimeInForce TimeInForce
    {
        readonly get => (TimeInForce)(Terms >> TimeInForceShift & 3);
        set => Terms = (byte)(Terms & ~(3 << TimeInForceShift) | (int)value << TimeInForceShift);
    }

    public SelfTradeRule SelfTrade
    {
        readonly get => (SelfTradeRule)(Terms >> SelfTradeShift & 3);
        set => Terms = (byte)(Terms & ~(3 << SelfTradeShift) | (int)value << SelfTradeShift);
    }

    /// <summary>The order must rest first: it is refused if it would trade at once.</summary>
    public bool IsPostOnly
    {
        readonly get => (Terms & PostOnlyBit) != 0;
        set => Terms = (byte)(value ? Terms | PostOnlyBit : Terms & ~PostOnlyBit);
    }

    /// <summary>A bid in legs: its whole hold goes to escrow, to be able to buy a further leg.</summary>
    public bool EscrowsLimit
    {
        readonly get => (Terms & EscrowsLimitBit) != 0;
        set => Terms = (byte)(value ? Terms | EscrowsLimitBit : Terms & ~EscrowsLimitBit);
    }

    public MarketMode Mode
    {
        readonly get => (MarketMode)Replicas;
        set => Replicas = (byte)value;
    }

    /// <summary>Cancel and Amend: the order.</summary>
    public OrderHandle Target
    {
        readonly get => new(Market, TargetGeneration, TargetSlot);
        set => (Market, TargetGeneration, TargetSlot) = (value.Market, value.Generation, value.Slot);
    }
}
