namespace Marketplace.Matching;

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
