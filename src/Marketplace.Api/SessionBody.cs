using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>A grant as JSON, field for field the typed data that was signed (<see cref="SessionGrant"/>).</summary>
/// <param name="Role"><c>buyer</c> or <c>provider</c>.</param>
public sealed record GrantBody(
    string Role,
    uint Number,
    Hash32 SecretHash,
    bool EveryMarket,
    IReadOnlyList<ushort> Markets,
    UnitPrice PriceLimit,
    TokenAmount Budget,
    byte MaxReplicas,
    ulong Expiry,
    ulong Nonce)
{
    public SessionGrant ToGrant() => new(
        Role switch { "buyer" => EntryRole.Buyer, "provider" => EntryRole.Provider, _ => default },
        Number,
        SecretHash,
        EveryMarket,
        Markets ?? [],
        PriceLimit,
        Budget,
        MaxReplicas,
        Expiry,
        Nonce);

    public static GrantBody Of(SessionGrant grant) => new(
        grant.Role == EntryRole.Buyer ? "buyer" : "provider",
        grant.Number,
        grant.SecretHash,
        grant.IsEveryMarket,
        grant.Markets,
        grant.PriceLimit,
        grant.Budget,
        grant.MaxReplicas,
        grant.ExpirySeconds,
        grant.Nonce);
}

/// <summary>What opens a session.</summary>
/// <param name="Signature">
/// Of the grant, in hex: 64 bytes (EIP-2098) or 65 of a key, or whatever a contract wallet understands (ERC-1271).
/// </param>
/// <param name="Secret">32 bytes in hex, whose hash the grant names. It is kept in memory alone.</param>
public sealed record SessionBody(GrantBody Grant, string Signature, string Secret)
{
    /// <summary>Null when the secret is not 32 bytes in hex.</summary>
    public EntryKey? Key() => Hash32.TryParse(Secret, out var secret) ? new EntryKey(secret.ToBytes()) : null;
}

/// <summary>A market as a session's orders name it.</summary>
/// <param name="TickSize">Micro-tokens per million units of one tick.</param>
public sealed record SessionMarket(ushort No, string Model, string Class, long TickSize, BasisPoints FeeBps)
{
    /// <summary>What bids may require: an order names the place in this list as its signature.</summary>
    public IReadOnlyList<string> BidSignatures { get; init; } = [];

    /// <summary>What asks may have: an order names the place in this list as its signature.</summary>
    public IReadOnlyList<string> AskSignatures { get; init; } = [];
}

/// <summary>An order that the session may cancel; a client that lost its own count finds them here.</summary>
/// <param name="Order">Its handle, 16 hex digits.</param>
public sealed record OpenOrder(string Order, string ClientOrderId, string Side, int Tick, Quantity Open);

/// <summary>An open session and what its client has to know.</summary>
public sealed record SessionView(
    uint Session, uint Account, IReadOnlyList<SessionMarket> Markets, IReadOnlyList<OpenOrder> Orders);
