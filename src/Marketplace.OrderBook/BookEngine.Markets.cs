using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>The matching engine below: its markets, its accounts, and the one place that sends it commands.</summary>
public sealed partial class BookEngine
{
    /// <summary>
    /// The tick size of every market, in micro-tokens per million units: fine enough for the cheapest models, and the
    /// engine's 2^24 ticks reach 167 tokens per million units.
    /// </summary>
    internal const long TickSize = 10;

    private readonly MatchingEngine matching;
    private readonly MatchEvents happened = new();
    private readonly List<MatchCommand> sent = [];
    private readonly SortedDictionary<uint, Market> markets = [];
    private readonly SortedDictionary<ushort, MarketId> marketsByNo = [];
    private readonly Dictionary<EthAddress, uint> ownerGroups = [];
    private readonly Dictionary<(ProviderId, EthAddress), uint> sellers = [];
    private ushort nextMarket;
    private Moment moment;

    /// <summary>A market's number below, and its fee.</summary>
    private readonly record struct Market(ushort No, BasisPoints FeeBps);

    /// <summary>The number and the time of the command that is being carried out.</summary>
    private readonly record struct Moment(long Seq, long UnixMilliseconds);

    /// <summary>What the last command of the book was to the matching engine, for the public log.</summary>
    public IReadOnlyList<MatchCommand> Sent => sent;

    /// <summary>The markets under the numbers by which bare orders name them; another fee is another number.</summary>
    public IReadOnlyList<MarketNumber> MarketNumbers() => marketsByNo
        .Select(market => new MarketNumber(market.Key, market.Value, TickSize, markets[market.Value.Value].FeeBps))
        .ToList();

    /// <summary>
    /// A market's resting orders by price; empty when it was never opened. Of the asks those that meet a bid of this
    /// signature.
    /// </summary>
    public MarketDepth Depth(MarketId market, SignatureView bid = default) =>
        markets.TryGetValue(market.Value, out var known)
        ? new MarketDepth(Levels(known.No, Side.Bid, _ => true), Levels(known.No, Side.Ask, Meeting(known.No, bid)))
        : new MarketDepth([], []);

    /// <summary>The lowest ask that meets a bid of this signature, or null when the market has none.</summary>
    public UnitPrice? BestAsk(MarketId market, SignatureView bid = default)
    {
        if (markets.TryGetValue(market.Value, out var known))
        {
            var meets = Meeting(known.No, bid);
            foreach (var ask in matching.Resting(known.No, Side.Ask))
            {
                if (meets(ask.Signature))
                {
                    return new UnitPrice(ask.Tick * TickSize);
                }
            }
        }

        return null;
    }

    /// <summary>Another fee makes another market below: no order may cost what its owner did not agree to.</summary>
    private BookOutcome Open(OpenMarket open)
    {
        var isKnown = markets.TryGetValue(open.Market.Value, out var known);
        if (isKnown && known.FeeBps == open.FeeBps)
        {
            return Unchanged(open);
        }

        var ended = EndAllIn(open.Market);
        var market = new Market(nextMarket++, open.FeeBps);
        Send(new MatchCommand
        {
            Kind = CommandKind.OpenMarket,
            Market = market.No,
            TickSize = TickSize,
            Mode = MarketMode.Continuous,
            TakerFeeBps = open.FeeBps.Value,
            MakerFeeBps = open.FeeBps.Value,
        });
        if (isKnown)
        {
            marketsByNo.Remove(known.No);
            CarrySignatures(known.No, market.No);
        }

        marketsByNo.Add(market.No, open.Market);
        markets[open.Market.Value] = market;
        return Changed(open, ended);
    }

    private BookEvent[] EndAllIn(MarketId market)
    {
        var resting = bids.Values.Where(bid => bid.Terms.Market == market && bid.State == BidState.Resting).ToList();
        var offered = asks.Values.Where(ask => ask.Terms.Market == market).ToList();
        return
        [
            .. resting.Select(bid => EndResting(bid, BidState.Cancelled)),
            .. offered.Select(ask => EndResting(ask, AskEndReason.MarketChanged)),
        ];
    }

    /// <summary>An account of its own for one budget, or for one provider and its owner.</summary>
    private uint OpenAccount(EthAddress owner)
    {
        if (!ownerGroups.TryGetValue(owner, out var group))
        {
            ownerGroups.Add(owner, group = checked((uint)ownerGroups.Count + 1));
        }

        var account = checked((uint)matching.AccountCount);
        Send(new MatchCommand
        {
            Kind = CommandKind.OpenAccount,
            Account = account,
            OwnerGroup = group,
            Domain = group,
        });
        return account;
    }

    private uint SellerOf(ProviderId provider, EthAddress owner)
    {
        if (!sellers.TryGetValue((provider, owner), out var account))
        {
            sellers.Add((provider, owner), account = OpenAccount(owner));
        }

        return account;
    }

    /// <summary>Carries out what cannot be refused.</summary>
    private void Send(MatchCommand command)
    {
        var refusal = TrySend(command);
        Invariant.Holds(refusal == MatchRefusal.None, $"{command.Kind} was checked before: {refusal}.");
    }

    private MatchRefusal TrySend(MatchCommand command)
    {
        command.Seq = moment.Seq;
        command.TimeMilliseconds = moment.UnixMilliseconds;
        happened.Clear();
        var refusal = matching.Apply(command, happened);
        if (refusal == MatchRefusal.None)
        {
            sent.Add(command);
        }

        return refusal;
    }

    private void Cancel(OrderHandle order, uint account) =>
        Send(new MatchCommand { Kind = CommandKind.Cancel, Target = order, Account = account });

    private List<DepthLevel> Levels(ushort market, Side side, Predicate<ushort> isSeen)
    {
        var levels = new List<DepthLevel>();
        foreach (var order in matching.Resting(market, side))
        {
            if (!isSeen(order.Signature))
            {
                continue;
            }

            var price = new UnitPrice(order.Tick * TickSize);
            var quantity = new Quantity(order.Open * Math.Max((byte)1, order.Replicas));
            var whole = order.Replicas > 0 || order.Minimum > 1 ? quantity : Quantity.Zero;
            if (levels.Count > 0 && levels[^1].Price == price)
            {
                levels[^1] = levels[^1].With(quantity, whole);
            }
            else
            {
                levels.Add(new DepthLevel(price, quantity, whole, 1));
            }
        }

        return levels;
    }
}
