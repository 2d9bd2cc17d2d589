using System.Text.Json;
using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

/// <summary>
/// The encodings against tests/vectors/entry.json, whose digests, signatures, records and MACs another implementation
/// computed (tools/contracts/entry.mjs).
/// </summary>
public sealed class EntryVectorsTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "entry.json"))).RootElement;

    private static readonly EntryKey Key = new(Hex.Decode(Text(Vectors, "secret")));

    [Fact]
    public void Grants_have_the_vectors_digests_and_signatures()
    {
        foreach (var vector in Rows("grants"))
        {
            var grant = GrantOf(vector);

            grant.SecretHash.Should().Be(Key.SecretHash);
            IsSigned(vector, grant.Digest(EntryWorld.Domain));
        }
    }

    [Fact]
    public void Signed_orders_have_the_vectors_digests_and_signatures()
    {
        foreach (var vector in Rows("orders"))
        {
            IsSigned(vector, OrderOf(vector).Digest(EntryWorld.Domain));
        }
    }

    [Fact]
    public void Batches_have_the_vectors_bytes_and_are_read_back()
    {
        foreach (var vector in Rows("batches"))
        {
            var orders = vector.GetProperty("orders").EnumerateArray().Select(OutgoingOf).ToArray();
            var bytes = Hex.Decode(Text(vector, "bytes"));

            var encoded = EntryBatch.Encode(vector.GetProperty("session").GetUInt32(), orders, Key);

            Hex.Encode(encoded).Should().Be(Text(vector, "bytes"));
            EntryBatch.Read(bytes, out var batch).Should().Be(EntryRefusal.None);
            batch.IsAuthentic(Key).Should().BeTrue();
            batch.Count.Should().Be(orders.Length);
        }
    }

    private static SessionGrant GrantOf(JsonElement vector) => new(
        RoleOf(vector),
        Number32(vector, "number"),
        Hash32.Parse(Text(vector, "secretHash")),
        vector.GetProperty("everyMarket").GetBoolean(),
        [.. vector.GetProperty("markets").EnumerateArray().Select(market => market.GetUInt16())],
        new UnitPrice(Number63(vector, "priceLimit")),
        new TokenAmount(Number63(vector, "budget")),
        vector.GetProperty("maxReplicas").GetByte(),
        vector.GetProperty("expiry").GetUInt64(),
        Number64(vector, "nonce"));

    private static SignedOrder OrderOf(JsonElement vector) => new(
        RoleOf(vector),
        Number32(vector, "number"),
        vector.GetProperty("market").GetUInt16(),
        vector.GetProperty("attributeSignature").GetUInt16(),
        (TimeInForce)vector.GetProperty("timeInForce").GetInt32(),
        (SelfTradeRule)vector.GetProperty("selfTrade").GetInt32(),
        vector.GetProperty("postOnly").GetBoolean(),
        vector.GetProperty("escrowsLimit").GetBoolean(),
        vector.GetProperty("replicas").GetByte(),
        new UnitPrice(Number63(vector, "price")),
        new Quantity(Number63(vector, "quantity")),
        Number32(vector, "minimum"),
        Number32(vector, "orderExpiry"),
        Hash32.Parse(Text(vector, "payloadHash")),
        Number64(vector, "nonce"),
        vector.GetProperty("signedUntil").GetUInt64());

    private static OutgoingOrder OutgoingOf(JsonElement order)
    {
        var kind = (CommandKind)order.GetProperty("kind").GetByte();
        var command = new MatchCommand
        {
            Kind = kind,
            Terms = (byte)Optional(order, "terms"),
            Replicas = (byte)Optional(order, "replicas"),
            Market = (ushort)Optional(order, "market"),
            Signature = (ushort)Optional(order, "signature"),
            Account = Number32(order, "account"),
            Session = Number32(order, "session"),
            ClientSeq = Number64(order, "clientSeq"),
            Tick = (int)Optional(order, "tick"),
            Quantity = Optional(order, "quantity"),
            ExpirySeconds = (uint)Optional(order, "expiry"),
            Minimum = (uint)Optional(order, "minimum"),
        };
        if (kind != CommandKind.Place)
        {
            command.TargetSlot = Number32(order, "slot");
            command.TargetGeneration = Number32(order, "generation");
        }

        var payload = order.TryGetProperty("payload", out var text) ? Hex.Decode("0x" + text.GetString()) : [];
        return new OutgoingOrder(command, payload);
    }

    private static void IsSigned(JsonElement vector, Hash32 digest)
    {
        var role = Text(vector, "role");
        var key = PrivateKey.FromBytes(Hex.Decode(Text(Vectors.GetProperty("keys"), role)));

        digest.Should().Be(Hash32.Parse(Text(vector, "digest")));
        EthSignature.TryFromCompact(Hex.Decode(Text(vector, "signature")), out var signature).Should().BeTrue();
        Secp256k1.Recover(digest, signature).Should().Be(
            EthAddress.Parse(Text(Vectors.GetProperty("signers"), role)));
        key.Sign(digest).Should().Be(signature);
    }

    private static IEnumerable<JsonElement> Rows(string name)
    {
        var rows = Vectors.GetProperty(name).EnumerateArray().ToList();
        rows.Should().NotBeEmpty();
        return rows;
    }

    private static EntryRole RoleOf(JsonElement vector) =>
        Text(vector, "role") == "buyer" ? EntryRole.Buyer : EntryRole.Provider;

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    private static uint Number32(JsonElement vector, string name) => vector.GetProperty(name).GetUInt32();

    private static long Number63(JsonElement vector, string name) =>
        long.Parse(Text(vector, name), System.Globalization.CultureInfo.InvariantCulture);

    private static ulong Number64(JsonElement vector, string name) =>
        ulong.Parse(Text(vector, name), System.Globalization.CultureInfo.InvariantCulture);

    private static long Optional(JsonElement vector, string name) =>
        vector.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
}
