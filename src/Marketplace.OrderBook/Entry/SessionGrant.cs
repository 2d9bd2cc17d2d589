using System.Text.Json.Serialization;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// One signature (EIP-712) that lets a session's orders in until it expires, within limits. The orders themselves carry
/// an HMAC under the secret whose hash stands here.
/// </summary>
/// <remarks>
/// The budget counts what the grant's bids hold or have turned into jobs: the sum of the holds they took less what was
/// released. A later grant of the same granter replaces the earlier one: its nonce must be higher, and its budget
/// counts anew. Orders that rest stay as they are; the later session cancels and amends them too, for they are the
/// account's.
/// </remarks>
/// <param name="Number">The budget's number, or the provider's; 1 and up.</param>
/// <param name="SecretHash">Keccak-256 of the session's secret.</param>
/// <param name="IsEveryMarket">The grant is for all markets; then <paramref name="Markets"/> is empty.</param>
/// <param name="Markets">Market numbers, strictly ascending.</param>
/// <param name="PriceLimit">Of a buyer the highest price of a bid, of a provider the lowest of an ask.</param>
/// <param name="Budget">The most that the buyer's bids may hold together; of a provider 0.</param>
/// <param name="MaxReplicas">The most legs of one bid, 1 to 16; of a provider 0.</param>
/// <param name="ExpirySeconds">Unix seconds below 2^40; from that second on the grant is void.</param>
/// <param name="Nonce">Rises with every grant of the same granter.</param>
public sealed record SessionGrant(
    EntryRole Role,
    uint Number,
    Hash32 SecretHash,
    bool IsEveryMarket,
    IReadOnlyList<ushort> Markets,
    UnitPrice PriceLimit,
    TokenAmount Budget,
    byte MaxReplicas,
    ulong ExpirySeconds,
    ulong Nonce)
{
    public const byte MostReplicas = 16;

    public const ushort HighestMarket = 4_095;

    internal const ulong ExpiryLimit = 1UL << 40;

    private const string Type = "SessionGrant(string role,uint32 number,bytes32 secretHash,bool everyMarket,"
        + "uint16[] markets,uint64 priceLimit,uint64 budget,uint8 maxReplicas,uint40 expiry,uint64 nonce)";

    /// <summary>Whether it is that of <see cref="OfSignedOrders"/>: no secret has a hash of zeroes.</summary>
    [JsonIgnore]
    public bool IsOfSignedOrders => SecretHash == default;

    /// <summary>
    /// The grant under which the book takes an owner's orders that are signed one by one: each carries its own limits,
    /// so this one has none. Nobody signs it, and no batch comes in by it.
    /// </summary>
    public static SessionGrant OfSignedOrders(EntryRole role, uint number) => new(
        role,
        number,
        SecretHash: default,
        IsEveryMarket: true,
        Markets: [],
        new UnitPrice(role == EntryRole.Buyer ? long.MaxValue : 0),
        new TokenAmount(role == EntryRole.Buyer ? long.MaxValue : 0),
        role == EntryRole.Buyer ? MostReplicas : (byte)0,
        ExpiryLimit - 1,
        Nonce: 0);

    /// <summary>Whether every field is in its range and each meaning is written in its one way.</summary>
    [JsonIgnore]
    public bool IsWellFormed => Number > 0 && ExpirySeconds < ExpiryLimit && HasWellFormedMarkets && Role switch
    {
        EntryRole.Buyer => MaxReplicas is >= 1 and <= MostReplicas,
        EntryRole.Provider => MaxReplicas == 0 && Budget.IsZero,
        _ => false,
    };

    private bool HasWellFormedMarkets => IsEveryMarket
        ? Markets.Count == 0
        : Markets.Count > 0 && Markets[^1] <= HighestMarket
            && Markets.Zip(Markets.Skip(1)).All(pair => pair.First < pair.Second);

    /// <summary>What the granter signs.</summary>
    /// <exception cref="InvariantViolationException">The grant is not well formed.</exception>
    public Hash32 Digest(Eip712Domain domain)
    {
        Invariant.Holds(IsWellFormed, "Only a well-formed grant is signed or judged.");
        return Eip712.Digest(domain, Eip712.HashStruct(
            Type,
            Role.Word(),
            Eip712.Word(Number),
            SecretHash,
            Eip712.Word(IsEveryMarket),
            Eip712.HashArray([.. Markets.Select(market => Eip712.Word(market))]),
            Eip712.Word((ulong)PriceLimit.MicroPerMillionUnits),
            Eip712.Word((ulong)Budget.Micro),
            Eip712.Word(MaxReplicas),
            Eip712.Word(ExpirySeconds),
            Eip712.Word(Nonce)));
    }

    public bool IsExpired(long nowMilliseconds) => (Int128)nowMilliseconds >= (Int128)ExpirySeconds * 1_000;

    /// <summary>
    /// Whether the grant covers <paramref name="order"/>, which <see cref="EntryRecord"/> found well formed.
    /// </summary>
    /// <remarks>A cancel is always covered: it frees money and takes none.</remarks>
    public EntryRefusal Judge(in MatchCommand order, in GrantUse use) => order.Kind switch
    {
        CommandKind.Cancel => EntryRefusal.None,
        _ when !Covers(order.Market) => EntryRefusal.MarketOutsideGrant,
        CommandKind.Place when order.Side != SideOf(Role) => EntryRefusal.SideOutsideGrant,
        _ when !Allows((Int128)order.Tick * use.TickSize) => EntryRefusal.PriceOutsideGrant,
        _ when Role == EntryRole.Provider => EntryRefusal.None, // an ask of many legs is the book's to refuse
        CommandKind.Place when order.Replicas > MaxReplicas => EntryRefusal.ReplicasOutsideGrant,
        _ when (Int128)use.HeldMicro + use.HoldMicro > Budget.Micro => EntryRefusal.BudgetUsedUp,
        _ => EntryRefusal.None,
    };

    private static Side SideOf(EntryRole role) => role == EntryRole.Buyer ? Side.Bid : Side.Ask;

    private bool Covers(ushort market)
    {
        var isListed = IsEveryMarket;
        for (var index = 0; index < Markets.Count && !isListed; index++)
        {
            isListed = Markets[index] == market;
        }

        return isListed;
    }

    private bool Allows(Int128 price) => Role == EntryRole.Buyer
        ? price <= PriceLimit.MicroPerMillionUnits
        : price >= PriceLimit.MicroPerMillionUnits;
}

/// <summary>What the caller knows of an order that a grant is asked about.</summary>
/// <param name="TickSize">The market's: micro-tokens per 10^6 units of one tick.</param>
/// <param name="HoldMicro">Micro-tokens that the book would hold for the order (RULES.md 2); of an ask 0.</param>
/// <param name="HeldMicro">
/// Micro-tokens: the holds that the grant's bids took so far, less what was released. When a bid is amended, without
/// its own: the new hold takes the place of the old.
/// </param>
public readonly record struct GrantUse(long TickSize, long HoldMicro, long HeldMicro);
