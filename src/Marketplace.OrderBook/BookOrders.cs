using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>A bid's whole life, for its client may ask again at any time.</summary>
internal sealed class BidOrder(OrderId id, PlaceBid terms, BudgetAccount account)
{
    public OrderId Id { get; } = id;

    public PlaceBid Terms { get; } = terms;

    public BudgetAccount Account { get; } = account;

    public OrderHandle Handle { get; set; }

    public TokenAmount Hold { get; set; }

    public BidState State { get; set; } = BidState.Resting;

    public BidAnswer? FirstAnswer { get; set; }

    public BookJob? Job { get; set; }

    /// <summary>The session that placed it; 0 of a gateway's bid.</summary>
    public uint Session { get; init; }

    public BidView View => new(Id, Terms, State, Job?.Id, Hold, Job?.Legs.ToList() ?? []);
}

/// <summary>An ask of a connected provider.</summary>
/// <param name="Account">Its seller's number in the matching engine.</param>
internal sealed record AskOrder(OrderId Id, PlaceAsk Terms, uint Account)
{
    public OrderHandle Handle { get; set; }

    /// <summary>The session that placed it; 0 of an ask that its connection brought.</summary>
    public uint Session { get; init; }
}

/// <summary>How a job ended.</summary>
internal sealed record JobEnd(TokenAmount Paid, TokenAmount Fee, bool IsReleased);

/// <summary>What a bid bought: its legs, and the pot that pays them.</summary>
internal sealed class BookJob(BidOrder bid)
{
    public JobId Id { get; } = new(bid.Id.Value);

    public BidOrder Bid { get; } = bid;

    public TokenAmount Pot => Bid.Hold;

    public List<Leg> Legs { get; } = [];

    public HashSet<EthAddress> Owners { get; } = [];

    public JobEnd? End { get; set; }

    public static BookJob Restored(BidOrder bid, SavedJob saved)
    {
        var job = new BookJob(bid) { End = saved.End };
        job.Legs.AddRange(saved.Legs);
        job.Owners.UnionWith(saved.Owners);
        return job;
    }

    public Leg Add(AskOrder ask, UnitPrice price)
    {
        Invariant.Holds(Owners.Add(ask.Terms.OwnerAccount), "A job's legs have distinct owners.");
        Invariant.Holds(price <= Bid.Terms.Limit, "No leg costs more than the bid's limit.");
        var leg = new Leg(Legs.Count + 1, ask.Terms.Provider, ask.Id, price);
        Legs.Add(leg);
        return leg;
    }
}
