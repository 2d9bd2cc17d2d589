using CsCheck;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Tests.OrderBook.Entry;

/// <summary>A buyer with a session at a door, and what both need.</summary>
internal sealed class EntryWorld
{
    public const uint Session = 9;
    public const uint Account = 42;
    public const ushort Market = 3;
    public const long Now = 1_800_000_000_000;

    public static readonly Eip712Domain Domain =
        EscrowDomain.Of(31337, EthAddress.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));

    public static readonly PrivateKey Buyer = KeyOf(0xb0e4);
    public static readonly PrivateKey Provider = KeyOf(0x9407);

    public static readonly EntryKey Key = new([.. Enumerable.Range(1, 32).Select(value => (byte)value)]);
    public static readonly EntryKey OtherKey = new([.. Enumerable.Range(2, 32).Select(value => (byte)value)]);

    public static readonly EntrySource Home = new(1);

    public static readonly SessionGrant Grant = new(
        EntryRole.Buyer, 7, Key.SecretHash, false, [0, Market, 4_095], new UnitPrice(250_000),
        new TokenAmount(5_000_000), 5, Now / 1_000 + 3_600, 1);

    public static readonly SessionGrant ProviderGrant = new(
        EntryRole.Provider, 3, Key.SecretHash, true, [], new UnitPrice(1_000), TokenAmount.Zero, 0,
        Now / 1_000 + 3_600, 0);

    public static readonly EntryRates Rates = new(new(1_000, 512), new(1_000, 256), new(20, 10));

    public static readonly Gen<OutgoingOrder> AnyOrder = Gen.Select(
        Gen.Int[0, 5], Gen.ULong[1, 2_000], Gen.Int, Gen.Long, Gen.UInt[0, (1 << 20) - 1], Gen.Int[0, 8], Gen.Byte)
        .Select((kind, clientSeq, tick, quantity, generation, records, fill) => kind switch
        {
            0 => new OutgoingOrder(Cancel(clientSeq, (uint)(tick & 0xffff), generation)),
            1 => new OutgoingOrder(Amend(clientSeq) with { Tick = tick, Quantity = quantity }),
            _ => new OutgoingOrder(
                Bid(clientSeq) with
                {
                    Tick = tick,
                    Quantity = quantity,
                    Minimum = generation,
                    Terms = (byte)(fill & 127),
                },
                Enumerable.Repeat(fill, records * EntryRecord.Bytes).ToArray()),
        });

    public EntryWorld(EntryRates? ofSources = null, EntryRates? ofSessions = null)
    {
        Sessions = new EntrySessions(Domain, ofSessions ?? Rates);
        Door = new EntryDoor(Sessions, new SourceLimits(ofSources ?? Rates, 100));
        _ = Sessions.Open(RequestOf(Grant), Now).Value;
    }

    public EntrySessions Sessions { get; }

    public EntryDoor Door { get; }

    public static PrivateKey KeyOf(ushort number)
    {
        var secret = new byte[32];
        (secret[30], secret[31]) = ((byte)(number >> 8), (byte)(number & 0xff));
        return PrivateKey.FromBytes(secret);
    }

    public static SessionRequest RequestOf(SessionGrant grant, uint session = Session) => new(
        grant, Key, Account, session);

    public static MatchCommand Bid(ulong clientSeq) => new()
    {
        Kind = CommandKind.Place,
        Market = Market,
        Account = Account,
        Session = Session,
        ClientSeq = clientSeq,
        Tick = 25,
        Quantity = 1_000,
    };

    public static MatchCommand Cancel(ulong clientSeq, uint slot = 77, uint generation = 1) => new()
    {
        Kind = CommandKind.Cancel,
        Account = Account,
        Session = Session,
        ClientSeq = clientSeq,
        Market = Market,
        TargetSlot = slot,
        TargetGeneration = generation,
    };

    public static MatchCommand Amend(ulong clientSeq) =>
        Cancel(clientSeq) with { Kind = CommandKind.Amend, Tick = 26, Quantity = 999 };

    public static byte[] BatchOf(params MatchCommand[] commands) =>
        EntryBatch.Encode(Session, [.. commands.Select(command => new OutgoingOrder(command))], Key);

    public EntryVerdict Admit(byte[] bytes, long now = Now) => Door.Admit(bytes, Home, now, out _);
}
