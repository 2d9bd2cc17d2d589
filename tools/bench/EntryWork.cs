using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Bench;

/// <summary>What order entry is measured on: one buyer's bids, each with a number of its own.</summary>
internal static class EntryBids
{
    public const uint Session = 9;
    public const long Now = 1_800_000_000_000;

    public static readonly Eip712Domain Domain =
        new("Market Escrow", "1", 31337, EthAddress.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));

    public static readonly PrivateKey Buyer =
        PrivateKey.FromBytes(Keccak256.Hash("a buyer whose orders are measured").ToBytes());

    public static MatchCommand Bid(int number) => new()
    {
        Kind = CommandKind.Place,
        Market = 3,
        Account = 42,
        Session = Session,
        ClientSeq = (ulong)number,
        Tick = 1 + number % 1_000,
        Quantity = 1_000,
    };
}

/// <summary>Batches under a MAC, through the whole door: shape, limits, session, MAC, orders.</summary>
internal sealed class HmacWork
{
    private const int Batches = 256;

    private static readonly EntryKey Key = new(Keccak256.Hash("a secret that is no secret").ToBytes());

    // A clock that moves on by a second with every batch keeps the buckets full: they are paid for and never refuse.
    private static readonly EntryRates Rates = new(new(1_000, 1_000), new(1_000, 1_000), new(1, 1));

    private readonly byte[][] batches;
    private readonly int ordersEach;
    private readonly EntryDoor door;
    private long now = EntryBids.Now;

    public HmacWork(int ordersEach)
    {
        this.ordersEach = ordersEach;
        batches = [.. Enumerable.Range(0, Batches).Select(batch => EntryBatch.Encode(
            EntryBids.Session,
            [.. Enumerable.Range(1 + batch * ordersEach, ordersEach)
                .Select(number => new OutgoingOrder(EntryBids.Bid(number)))],
            Key))];
        var sessions = new EntrySessions(EntryBids.Domain, Rates);
        var grant = new SessionGrant(
            EntryRole.Buyer, 7, Key.SecretHash, true, [], new UnitPrice(1_000_000), new TokenAmount(1_000_000), 16,
            (1UL << 40) - 1, 1);
        var request = new SessionRequest(grant, Key, 42, EntryBids.Session);
        Invariant.Holds(sessions.Open(request, now).IsOk, "The grant is good.");
        door = new EntryDoor(sessions, new SourceLimits(Rates, 1_000));
    }

    public void Admit(int orders)
    {
        var source = new EntrySource(1);
        for (var batch = 0; batch * ordersEach < orders; batch++)
        {
            now += 1_000;
            var verdict = door.Admit(batches[batch % Batches], source, now, out _);
            Invariant.Holds(verdict.IsAdmitted, "A refused batch measures nothing.");
        }
    }

    public void Authenticate(int orders)
    {
        for (var batch = 0; batch * ordersEach < orders; batch++)
        {
            var bytes = batches[batch % Batches].AsSpan();
            var isMac = Key.IsMac(bytes[..^EntryKey.MacBytes], bytes[^EntryKey.MacBytes..]);
            Invariant.Holds(isMac, "A wrong MAC measures nothing.");
        }
    }
}

/// <summary>Orders with a signature of their own: the digest and the signer of each.</summary>
internal sealed class SignedWork
{
    private const int Orders = 100;

    private readonly (SignedOrder Order, EthSignature Signature)[] signed =
        [.. Enumerable.Range(1, Orders).Select(OrderOf).Select(
            order => (order, EntryBids.Buyer.Sign(order.Digest(EntryBids.Domain))))];

    private readonly Hash32 separator = EntryBids.Domain.Separator;

    public void Hash(int count)
    {
        for (var index = 0; index < count; index++)
        {
            Invariant.Holds(!signed[index % Orders].Order.Digest(separator).IsZero, "A digest is never zero.");
        }
    }

    public void Recover(ISecp256k1Backend backend, int count)
    {
        for (var index = 0; index < count; index++)
        {
            var (order, signature) = signed[index % Orders];
            var signer = Secp256k1.Recover(backend, order.Digest(separator), signature);
            Invariant.Holds(signer == EntryBids.Buyer.Address, "A wrong signer measures nothing.");
        }
    }

    private static SignedOrder OrderOf(int number) => new(
        EntryRole.Buyer, 7, 3, 0, TimeInForce.GoodTillCancelled, SelfTradeRule.CancelResting, false, false, 0,
        new UnitPrice(250_000), new Quantity(1_000), 0, 0, Keccak256.Hash([]), (ulong)number, (1UL << 40) - 1);
}

/// <summary>The sequence window of one session, which every order passes.</summary>
internal static class WindowWork
{
    public static void Remember(int count)
    {
        var window = new SequenceWindow();
        for (var number = 1; number <= count; number++)
        {
            var bid = EntryBids.Bid(number);
            var fingerprint = EntryRecord.FingerprintOf(bid, []);
            var state = window.Look(bid.ClientSeq, fingerprint, out _);
            Invariant.Holds(state == SequenceState.Fresh, "A repeated number measures nothing.");
            window.Remember(bid.ClientSeq, fingerprint, new EntryAnswer(number, default));
        }
    }
}

/// <summary>The rate limit of sources that come in turn, all remembered.</summary>
internal static class LimitWork
{
    private const int Sources = 1_000;

    public static void Take(int count)
    {
        var limits = new SourceLimits(new EntryRates(new(1_000, 256), new(1_000, 256), new(1, 1)), Sources);
        for (var number = 0; number < count; number++)
        {
            var wait = limits.Take(
                new EntrySource((ulong)(number % Sources)), new EntryLoad(1, 0, 0), EntryBids.Now + number / Sources);
            Invariant.Holds(wait == 0, "A refused request measures nothing.");
        }
    }
}
