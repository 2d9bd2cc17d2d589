using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Answers;

namespace Marketplace.OrderBook;

/// <summary>What the engine below shows of itself to those who follow it from outside.</summary>
public sealed partial class BookEngine
{
    /// <summary>The number of a market below; null when it was never opened.</summary>
    public ushort? NumberOf(MarketId market) => markets.TryGetValue(market.Value, out var known) ? known.No : null;

    /// <summary>A bid as one asks about it; null when its market was never opened.</summary>
    public OrderQuestion? QuestionOf(PlaceBid bid) => markets.TryGetValue(bid.Market.Value, out var market)
        ? new OrderQuestion(market.No, Side.Bid, bid.Signature, TickDown(bid.Limit), bid.PerLeg.Units)
        {
            Replicas = (byte)bid.Replicas,
            EscrowsLimit = true,
            OwnerGroup = budgets.TryGetValue(bid.Budget.Value, out var account)
                ? ownerGroups[account.Terms.Buyer] : null,
        }
        : null;

    /// <summary>A copy of the engine below, from which its state goes on by the commands that it is sent.</summary>
    internal EngineImage Image() => matching.Capture(null);
}
