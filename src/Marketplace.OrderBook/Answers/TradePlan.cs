using Marketplace.Matching;

namespace Marketplace.OrderBook.Answers;

/// <summary>One trade that an order would do.</summary>
/// <param name="OpenBefore">What it had open before; of a bid in legs the quantity of a leg.</param>
internal sealed record PlannedTrade(Offer With, long Quantity, long OpenBefore);

/// <summary>
/// What an order would trade on entry (RULES.md, sections 5 and 7), worked out beside the book. It follows the rules'
/// text offer by offer, for it answers people and may take its time.
/// </summary>
internal sealed class TradePlan
{
    private const int MaxFailedRetries = 64;

    private readonly MarketOffers offers;
    private readonly OrderQuestion order;
    private readonly List<PlannedTrade> trades = [];

    // What has less open than when it was read.
    private readonly Dictionary<Offer, long> left = [];
    private long open;

    private TradePlan(MarketOffers offers, OrderQuestion order)
    {
        (this.offers, this.order, open) = (offers, order, order.Quantity);
    }

    public IReadOnlyList<PlannedTrade> Trades => trades;

    public long Traded => trades.Sum(trade => trade.Quantity);

    public bool IsFull => Traded == order.Total;

    /// <summary>Of a bid in legs: how many sellers of a leg there are, up to the number it needs.</summary>
    public int LegsFound { get; private set; }

    public static TradePlan Of(MarketOffers offers, OrderQuestion order)
    {
        var plan = new TradePlan(offers, order);
        if (!order.IsPast && offers.Market.Mode == MarketMode.Continuous)
        {
            plan.Meet();
        }

        return plan;
    }

    private IEnumerable<Offer> InReach => offers.Facing(order.Side).Where(offer =>
        Reaches(order.Side, order.LimitTick, offer.Order.Tick)
        && offer.Signature.IsCompatible(order.Signature)
        && !offer.IsPast(order.NowMilliseconds));

    public static bool Reaches(Side side, int limit, int tick) => side == Side.Bid ? tick <= limit : tick >= limit;

    private void Meet()
    {
        if (order.IsInLegs)
        {
            MeetInLegs();
        }
        else if (order.HasMinimum)
        {
            MeetWithMinimum();
        }
        else
        {
            MeetPlain();
        }
    }

    private void MeetInLegs()
    {
        var sellers = Sellers(InReach, order.Quantity, order.Replicas, order.OwnerGroup);
        LegsFound = sellers.Count;
        if (sellers.Count == order.Replicas)
        {
            sellers.ForEach(seller => trades.Add(new PlannedTrade(seller, order.Quantity, order.Quantity)));
        }
    }

    private void MeetWithMinimum()
    {
        var planned = new List<PlannedTrade>();
        foreach (var offer in InReach.Where(offer => offer.OwnerGroup != order.OwnerGroup && !offer.IsInLegs))
        {
            var quantity = Math.Min(open, offer.Order.Open);
            if (quantity > 0 && quantity >= offer.LeastOf(offer.Order.Open))
            {
                planned.Add(new PlannedTrade(offer, quantity, open));
                open -= quantity;
            }
        }

        if (order.Quantity - open >= order.Minimum)
        {
            planned.ForEach(Commit);
        }
        else
        {
            open = order.Quantity;
        }

        if (order.Side == Side.Ask && !order.IsImmediate)
        {
            RetryAll(InReach.Where(offer => offer.IsInLegs && offer.OwnerGroup != order.OwnerGroup));
        }
    }

    private void RetryAll(IEnumerable<Offer> bids)
    {
        var failed = 0;
        foreach (var bid in bids)
        {
            failed += open > 0 && failed < MaxFailedRetries && !TryRetry(bid) ? 1 : 0;
        }
    }

    private void MeetPlain()
    {
        var failed = 0;
        foreach (var offer in InReach)
        {
            if (open == 0)
            {
                return;
            }

            if (offer.OwnerGroup == order.OwnerGroup)
            {
                if (EndsAt(offer))
                {
                    return;
                }
            }
            else if (offer.IsInLegs)
            {
                failed += failed < MaxFailedRetries && !TryRetry(offer) ? 1 : 0;
            }
            else
            {
                Take(offer);
            }
        }
    }

    private void Take(Offer offer)
    {
        var has = Open(offer);
        var quantity = Math.Min(open, has);
        if (quantity > 0 && quantity >= offer.LeastOf(has))
        {
            Commit(new PlannedTrade(offer, quantity, open));
            open -= quantity;
        }
    }

    // Its own owner's order: the incoming one ends here or goes on, with less under the rule that takes from both.
    private bool EndsAt(Offer own)
    {
        if (order.SelfTrade == SelfTradeRule.Decrement && !own.IsInLegs && own.Order.Minimum <= 1)
        {
            open -= Math.Min(open, Open(own));
        }

        return open == 0 || order.SelfTrade is SelfTradeRule.CancelIncoming or SelfTradeRule.CancelBoth;
    }

    private void Commit(PlannedTrade trade)
    {
        trades.Add(trade);
        left[trade.With] = Open(trade.With) - trade.Quantity;
    }

    // A bid in legs that this ask may complete: all its sellers are committed, this ask's part is what is told.
    private bool TryRetry(Offer bid)
    {
        var asks = offers.Of(Side.Ask).Where(ask => ask.Order.Handle != order.StandsFor
            && ask.Order.Tick <= bid.Order.Tick
            && ask.Signature.IsCompatible(bid.Signature)
            && !ask.IsPast(order.NowMilliseconds));
        var incoming = Itself();
        var better = asks.Where(ask => ask.Order.Tick <= order.LimitTick);
        var worse = asks.Where(ask => ask.Order.Tick > order.LimitTick);
        var sellers = Sellers(
            better.Append(incoming).Concat(worse), bid.Order.Open, bid.Order.Replicas, bid.OwnerGroup);
        if (sellers.Count < bid.Order.Replicas)
        {
            return false;
        }

        foreach (var seller in sellers.Where(seller => seller != incoming))
        {
            left[seller] = Open(seller) - bid.Order.Open;
        }

        if (sellers.Contains(incoming))
        {
            trades.Add(new PlannedTrade(bid, bid.Order.Open, open));
            open -= bid.Order.Open;
        }

        return true;
    }

    // No domain is the highest number but one that nobody is given.
    private Offer Itself() => new(
        default(OrderView) with { Tick = order.LimitTick, Open = open, Minimum = order.Minimum },
        order.OwnerGroup ?? uint.MaxValue,
        order.Domain ?? uint.MaxValue,
        order.Signature);

    private List<Offer> Sellers(IEnumerable<Offer> asks, long quantity, int legs, uint? buyer)
    {
        var sellers = new List<Offer>();
        foreach (var ask in asks)
        {
            var has = Open(ask);
            if (sellers.Count < legs && has >= quantity && quantity >= ask.LeastOf(has)
                && ask.OwnerGroup != buyer && sellers.TrueForAll(seller => seller.Domain != ask.Domain))
            {
                sellers.Add(ask);
            }
        }

        return sellers;
    }

    private long Open(Offer offer) => left.TryGetValue(offer, out var less) ? less : offer.Order.Open;
}
