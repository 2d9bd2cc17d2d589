using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// One order with a signature of its own (EIP-712), for large orders and for contract wallets. It carries a price and
/// not a tick, so that what was signed means the same whatever the market's tick size is.
/// </summary>
/// <param name="Number">The budget's number, or the provider's; 1 and up. The role gives the side.</param>
/// <param name="AttributeSignature">The number of the order's attribute signature (RULES.md 3), 0 without.</param>
/// <param name="Price">The limit; a whole number of the market's ticks.</param>
/// <param name="Quantity">Units, 1 to 10^12; in legs those of one leg.</param>
/// <param name="MinimumUnits">The least that may be filled at once; 0 and 1 mean any.</param>
/// <param name="OrderExpirySeconds">Good till time: the order's expiry, Unix seconds; of others 0.</param>
/// <param name="PayloadHash">Keccak-256 of the payload.</param>
/// <param name="Nonce">1 and up: the order's number in the window of the owner's signed orders.</param>
/// <param name="SignedUntilSeconds">Unix seconds below 2^40: from then on the signature lets nothing in.</param>
public sealed record SignedOrder(
    EntryRole Role,
    uint Number,
    ushort Market,
    ushort AttributeSignature,
    TimeInForce TimeInForce,
    SelfTradeRule SelfTrade,
    bool IsPostOnly,
    bool EscrowsLimit,
    byte Replicas,
    UnitPrice Price,
    Quantity Quantity,
    uint MinimumUnits,
    uint OrderExpirySeconds,
    Hash32 PayloadHash,
    ulong Nonce,
    ulong SignedUntilSeconds)
{
    private const long MostUnits = 1_000_000_000_000;

    private static readonly Hash32 TypeHash = Eip712.TypeHash(
        "SignedOrder(string role,uint32 number,uint16 market,uint16 attributeSignature,"
        + "uint8 timeInForce,uint8 selfTrade,bool postOnly,bool escrowsLimit,uint8 replicas,uint64 price,"
        + "uint64 quantity,uint32 minimum,uint32 orderExpiry,bytes32 payloadHash,uint64 nonce,uint40 signedUntil)");

    /// <summary>Whether every field is in its range; what the order asks of the book is the book's to refuse.</summary>
    public bool IsWellFormed => Role is EntryRole.Buyer or EntryRole.Provider
        && Number > 0
        && Market <= SessionGrant.HighestMarket
        && Enum.IsDefined(TimeInForce)
        && Enum.IsDefined(SelfTrade)
        && Quantity.Units is >= 1 and <= MostUnits
        && Nonce > 0
        && SignedUntilSeconds < SessionGrant.ExpiryLimit;

    /// <summary>What the owner signs.</summary>
    /// <exception cref="InvariantViolationException">The order is not well formed.</exception>
    public Hash32 Digest(Eip712Domain domain) => Digest(domain.Separator);

    /// <summary>The same under a domain whose separator is known.</summary>
    public Hash32 Digest(Hash32 domainSeparator)
    {
        Invariant.Holds(IsWellFormed, "Only a well-formed order is signed or judged.");
        return Eip712.Digest(domainSeparator, Eip712.HashStruct(
            TypeHash,
            Role.Word(),
            Eip712.Word(Number),
            Eip712.Word(Market),
            Eip712.Word(AttributeSignature),
            Eip712.Word((ulong)TimeInForce),
            Eip712.Word((ulong)SelfTrade),
            Eip712.Word(IsPostOnly),
            Eip712.Word(EscrowsLimit),
            Eip712.Word(Replicas),
            Eip712.Word((ulong)Price.MicroPerMillionUnits),
            Eip712.Word((ulong)Quantity.Units),
            Eip712.Word(MinimumUnits),
            Eip712.Word(OrderExpirySeconds),
            PayloadHash,
            Eip712.Word(Nonce),
            Eip712.Word(SignedUntilSeconds)));
    }

    public bool IsExpired(long nowMilliseconds) => (Int128)nowMilliseconds >= (Int128)SignedUntilSeconds * 1_000;

    /// <summary>The command that the order is in a market of this tick size, with this payload.</summary>
    /// <param name="payload">0 to 8 whole records of 64 bytes, whose hash the order names.</param>
    /// <param name="tickSize">Micro-tokens per 10^6 units, 1 and up.</param>
    /// <param name="session">The session of the owner's signed orders; the nonce is the number within it.</param>
    public Result<MatchCommand, EntryRefusal> ToCommand(
        ReadOnlySpan<byte> payload, long tickSize, uint session, uint account)
    {
        Invariant.Holds(IsWellFormed && tickSize > 0, "A well-formed order enters an open market.");
        var (tick, rest) = long.DivRem(Price.MicroPerMillionUnits, tickSize);
        var (payloadRecords, loose) = int.DivRem(payload.Length, EntryRecord.Bytes);
        if (rest != 0 || tick > int.MaxValue)
        {
            return EntryRefusal.PriceOffTick;
        }

        if (loose != 0 || payloadRecords > EntryRecord.MostPayloadRecords || Keccak256.Hash(payload) != PayloadHash)
        {
            return EntryRefusal.WrongPayload;
        }

        return new MatchCommand
        {
            Kind = CommandKind.Place,
            Side = Role == EntryRole.Buyer ? Side.Bid : Side.Ask,
            TimeInForce = TimeInForce,
            SelfTrade = SelfTrade,
            IsPostOnly = IsPostOnly,
            EscrowsLimit = EscrowsLimit,
            Replicas = Replicas,
            PayloadRecords = (byte)payloadRecords,
            Market = Market,
            Signature = AttributeSignature,
            Account = account,
            Session = session,
            ClientSeq = Nonce,
            Tick = (int)tick,
            ExpirySeconds = OrderExpirySeconds,
            Quantity = Quantity.Units,
            Minimum = MinimumUnits,
        };
    }
}
