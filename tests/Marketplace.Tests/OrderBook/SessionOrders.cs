using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Tests.OrderBook;

/// <summary>Bare orders of a provider's session, as its client writes them.</summary>
/// <param name="Number">The session's number.</param>
/// <param name="Account">The account that its orders name.</param>
internal sealed record SessionOrders(uint Number, uint Account)
{
    public static readonly EntryKey Key = new(Keccak256.Hash("a secret that is no secret").ToBytes());

    public static readonly PrivateKey Granter = PrivateKey.FromBytes(Keccak256.Hash("who grants").ToBytes());

    public static readonly Eip712Domain Domain =
        new("Market Escrow", "1", 31337, EthAddress.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));

    /// <summary>For all markets, from 0.1 tokens per million units on, for a day.</summary>
    public static SessionGrant Grant(uint provider, ulong nonce = 1) => new(
        EntryRole.Provider,
        provider,
        Key.SecretHash,
        IsEveryMarket: true,
        [],
        new UnitPrice(100_000),
        TokenAmount.Zero,
        MaxReplicas: 0,
        (ulong)BookWorld.Start.AddHours(24).ToUnixTimeSeconds(),
        nonce);

    /// <summary>Of the provider whose asks <see cref="BookWorld.Ask"/> places.</summary>
    public static OpenSession Opening(uint provider, ulong nonce = 1) =>
        new(Grant(provider, nonce), BookWorld.Ask(provider).OwnerAccount);

    /// <summary>Of the budget of <see cref="BookWorld.Opening"/>.</summary>
    public static OpenSession BuyersOpening(ulong nonce = 1) => new(
        Grant(BookWorld.Budget.Value, nonce) with
        {
            Role = EntryRole.Buyer,
            Budget = new TokenAmount(5_000_000),
            MaxReplicas = 3,
        },
        BookWorld.Opening.Buyer);

    public static SessionOrders Of(SessionAnswer opened) => new(opened.Session, opened.Account);

    /// <summary>Room for two legs of <see cref="BookWorld.Bid"/> at 0.9 tokens.</summary>
    public MatchCommand Ask(ulong clientSeq, int tick = 90_000, long units = 2_000_000) => new()
    {
        Kind = CommandKind.Place,
        Side = Side.Ask,
        Session = Number,
        Account = Account,
        ClientSeq = clientSeq,
        Tick = tick,
        Quantity = units,
    };

    public MatchCommand Cancel(ulong clientSeq, OrderHandle order) => new()
    {
        Kind = CommandKind.Cancel,
        Session = Number,
        Account = Account,
        ClientSeq = clientSeq,
        Target = order,
    };

    public MatchCommand Amend(ulong clientSeq, OrderHandle order, int tick, long units) => new()
    {
        Kind = CommandKind.Amend,
        Session = Number,
        Account = Account,
        ClientSeq = clientSeq,
        Target = order,
        Tick = tick,
        Quantity = units,
    };

    /// <summary>The bid of <see cref="BookWorld.Bid"/> as a session sends it.</summary>
    public OutgoingOrder Bid(ulong clientSeq, string clientOrderId, Hash32? inputHash = null) => new(
        new MatchCommand
        {
            Kind = CommandKind.Place,
            Side = Side.Bid,
            EscrowsLimit = true,
            Session = Number,
            Account = Account,
            ClientSeq = clientSeq,
            Tick = 100_000,
            Quantity = 1_000_000,
            Replicas = 1,
        },
        new BidPayload(inputHash ?? Keccak256.Hash(clientOrderId), clientOrderId).Encode());

    public byte[] Batch(params OutgoingOrder[] orders) => EntryBatch.Encode(Number, orders, Key);

    public byte[] Batch(params MatchCommand[] orders) =>
        EntryBatch.Encode(Number, [.. orders.Select(order => new OutgoingOrder(order))], Key);
}
