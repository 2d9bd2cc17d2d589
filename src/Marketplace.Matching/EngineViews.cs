namespace Marketplace.Matching;

/// <summary>One account. Funded = Free + Held + InEscrow + Paid + Fees, in micro-tokens, always.</summary>
public readonly record struct AccountView(
    uint OwnerGroup, uint Domain, long Free, long Held, long InEscrow, long Paid, long Fees);

/// <summary>One market and how many signatures each side has.</summary>
/// <param name="LastClearTick">Of a batch market; 0 before the first clearing.</param>
public readonly record struct MarketView(
    long TickSize,
    MarketMode Mode,
    int TakerFeeBps,
    int MakerFeeBps,
    int LastClearTick,
    int BidSignatures,
    int AskSignatures,
    int Orders);

/// <summary>An order in the book.</summary>
/// <param name="OrderNo">The sequence number of the command that gave it its place: lower is older.</param>
/// <param name="Open">Units; of a bid in legs those of one leg.</param>
public readonly record struct OrderView(
    OrderHandle Handle,
    long OrderNo,
    Side Side,
    uint Account,
    ushort Signature,
    int Tick,
    long Open,
    long Filled,
    uint Minimum,
    byte Replicas,
    uint ExpirySeconds,
    byte Terms);

/// <summary>How large the engine is at first; it grows by doubling.</summary>
public sealed record EngineOptions(int Accounts = 1024, int OrdersPerMarket = 1024);

/// <summary>What a signature asks for and offers.</summary>
public readonly record struct SignatureView(AttributeMask Required, AttributeMask Capability)
{
    /// <summary>Two orders of opposite sides may trade: each can do what the other asks for.</summary>
    public bool IsCompatible(SignatureView other) =>
        Required.IsWithin(other.Capability) && other.Required.IsWithin(Capability);
}
