using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <summary>
/// All markets and all holds as one state machine; RULES.md says what it does. Pure: the same commands give the same
/// state and the same events. After warm-up it allocates nothing. Not thread-safe: it has one writer.
/// </summary>
public sealed partial class MatchingEngine
{
    public MatchingEngine(EngineOptions options) => throw new NotImplementedException();

    /// <summary>Decides a command and, unless it is refused, carries it out; its events are added.</summary>
    /// <exception cref="InvariantViolationException">
    /// Its number or time is not above that of the last one, or a tick is due and it is none.
    /// </exception>
    public MatchRefusal Apply(in MatchCommand command, MatchEvents events) => throw new NotImplementedException();

    /// <summary>Whether orders may have expired since the last tick: then a tick comes before anything else.</summary>
    public bool NeedsTick(long timeMilliseconds) => throw new NotImplementedException();

    /// <summary>
    /// Sells one more leg to a job: the best compatible ask at or under the limit with the quantity in one piece, of
    /// another owner group than the bid's, of no excluded domain and account. No money moves: the job's pot pays.
    /// </summary>
    /// <returns>False, and nothing has changed, when there is none.</returns>
    public bool TryTakeLeg(in LegRequest leg, MatchEvents events) => throw new NotImplementedException();

    public int AccountCount => throw new NotImplementedException();

    public AccountView Account(uint account) => throw new NotImplementedException();

    public bool HasMarket(ushort market) => throw new NotImplementedException();

    public MarketView Market(ushort market) => throw new NotImplementedException();

    public SignatureView Signature(ushort market, Side side, ushort signature) => throw new NotImplementedException();

    public bool TryFind(OrderHandle handle, out OrderView order) => throw new NotImplementedException();

    /// <summary>A side's orders in their priority, whatever their signatures; allocates nothing.</summary>
    public RestingOrders Resting(ushort market, Side side) => throw new NotImplementedException();

    /// <summary>SHA-256 of the state in the notation of RULES.md, section 11: handles do not count.</summary>
    public Hash32 StateHash() => throw new NotImplementedException();

    /// <summary>The whole state, handles included, so that later commands find their orders.</summary>
    public void Save(Stream target) => throw new NotImplementedException();

    /// <exception cref="InvalidDataException">It is not what <see cref="Save"/> wrote.</exception>
    public static MatchingEngine Load(Stream source) => throw new NotImplementedException();
}

/// <summary>What a further leg of a job must be.</summary>
public readonly ref struct LegRequest(
    long seq,
    ushort market,
    ushort bidSignature,
    uint bidAccount,
    int limitTick,
    long quantity,
    ReadOnlySpan<uint> excludedDomains,
    ReadOnlySpan<uint> excludedAccounts)
{
    public long Seq { get; } = seq;

    public ushort Market { get; } = market;

    public ushort BidSignature { get; } = bidSignature;

    public uint BidAccount { get; } = bidAccount;

    public int LimitTick { get; } = limitTick;

    public long Quantity { get; } = quantity;

    public ReadOnlySpan<uint> ExcludedDomains { get; } = excludedDomains;

    public ReadOnlySpan<uint> ExcludedAccounts { get; } = excludedAccounts;
}

/// <summary>Walks one side of a market: <c>foreach (var order in engine.Resting(market, side))</c>.</summary>
public ref struct RestingOrders
{
    public readonly RestingOrders GetEnumerator() => this;

    public readonly OrderView Current => throw new NotImplementedException();

    public bool MoveNext() => throw new NotImplementedException();
}
