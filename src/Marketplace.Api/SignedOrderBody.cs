using System.Text;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>
/// An order with a signature of its own as JSON, field for field the typed data that was signed
/// (<see cref="SignedOrder"/>); the hash of the payload is taken from the payload.
/// </summary>
/// <param name="Role"><c>buyer</c> or <c>provider</c>.</param>
/// <param name="Payload">0 to 8 whole records of 64 bytes, in hex; of a bid its <see cref="BidPayload"/>.</param>
/// <param name="Signature">
/// In hex: 64 bytes (EIP-2098) or 65 of a key, or whatever a contract wallet understands (ERC-1271).
/// </param>
/// <param name="Request">Of a bid: its canonical request, unless that is deposited already.</param>
public sealed record SignedOrderBody(
    string Role,
    uint Number,
    ushort Market,
    ushort AttributeSignature,
    TimeInForce TimeInForce,
    SelfTradeRule SelfTrade,
    bool PostOnly,
    bool EscrowsLimit,
    byte Replicas,
    UnitPrice Price,
    Quantity Quantity,
    uint Minimum,
    uint OrderExpiry,
    ulong Nonce,
    ulong SignedUntil,
    string Payload,
    string Signature,
    string? Request = null)
{
    public byte[]? RequestBytes() => Request is null ? null : Encoding.UTF8.GetBytes(Request);

    public SignedOrder ToOrder(ReadOnlySpan<byte> payload) => new(
        Role switch { "buyer" => EntryRole.Buyer, "provider" => EntryRole.Provider, _ => default },
        Number,
        Market,
        AttributeSignature,
        TimeInForce,
        SelfTrade,
        PostOnly,
        EscrowsLimit,
        Replicas,
        Price,
        Quantity,
        Minimum,
        OrderExpiry,
        Keccak256.Hash(payload),
        Nonce,
        SignedUntil);

    /// <param name="payload">What the order names by its hash.</param>
    public static SignedOrderBody Of(
        SignedOrder order, byte[] payload, byte[] signature, string? request = null) => new(
        order.Role == EntryRole.Buyer ? "buyer" : "provider",
        order.Number,
        order.Market,
        order.AttributeSignature,
        order.TimeInForce,
        order.SelfTrade,
        order.IsPostOnly,
        order.EscrowsLimit,
        order.Replicas,
        order.Price,
        order.Quantity,
        order.MinimumUnits,
        order.OrderExpirySeconds,
        order.Nonce,
        order.SignedUntilSeconds,
        Hex.Encode(payload),
        Hex.Encode(signature),
        request);
}
