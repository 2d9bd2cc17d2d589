using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>A resting order with what its account and signature say; each is itself alone, so no record.</summary>
internal sealed class Offer(OrderView order, uint ownerGroup, uint domain, SignatureView signature)
{
    public OrderView Order => order;

    public uint OwnerGroup => ownerGroup;

    public uint Domain => domain;

    public SignatureView Signature => signature;

    public bool IsInLegs => Order.Replicas > 0;

    /// <summary>The least it sells or buys at once while so much is open.</summary>
    public long LeastOf(long open) => Math.Min(Order.Minimum, open);

    public bool IsPast(long nowMilliseconds) =>
        Order.ExpirySeconds > 0 && Order.ExpirySeconds * 1000L <= nowMilliseconds;
}

/// <summary>Both sides of a market in their priority, as they were when read.</summary>
internal sealed class MarketOffers
{
    private readonly List<Offer>[] sides;

    private MarketOffers(long seq, MarketView market, List<Offer> bids, List<Offer> asks) =>
        (Seq, Market, sides) = (seq, market, [bids, asks]);

    /// <summary>The number of the last command before.</summary>
    public long Seq { get; }

    public MarketView Market { get; }

    public static MarketOffers Read(MatchingEngine engine, ushort market) => new(
        engine.LastSeq,
        engine.Market(market),
        Read(engine, market, Side.Bid),
        Read(engine, market, Side.Ask));

    /// <returns>The offers that a question is about, or why such an order would be refused.</returns>
    public static Result<MarketOffers, MatchRefusal> For(MatchingEngine engine, OrderQuestion question)
    {
        var refusal = question.Check(engine);
        return refusal == MatchRefusal.None ? Read(engine, question.Market) : refusal;
    }

    public IReadOnlyList<Offer> Of(Side side) => sides[(int)side];

    public IReadOnlyList<Offer> Facing(Side side) => sides[1 - (int)side];

    private static List<Offer> Read(MatchingEngine engine, ushort market, Side side)
    {
        var offers = new List<Offer>();
        foreach (var order in engine.Resting(market, side))
        {
            var account = engine.Account(order.Account);
            offers.Add(new Offer(
                order, account.OwnerGroup, account.Domain, engine.Signature(market, side, order.Signature)));
        }

        return offers;
    }
}
