using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>Asks: capacity of connected providers, sold in parts.</summary>
public sealed partial class BookEngine
{
    private Result<BookOutcome, BookRefusal> Place(PlaceAsk ask, long seq)
    {
        if (!IsClientOrderId(ask.ClientOrderId))
        {
            return BookRefusal.InvalidClientOrderId;
        }

        if (desks.GetValueOrDefault(ask.Provider.Value)?.TryGetValue(ask.ClientOrderId, out var known) is true)
        {
            return known.Terms == ask ? Unchanged(known.Answer) : BookRefusal.DuplicateOrderId;
        }

        if (WhyNot(ask) is { } refusal)
        {
            return refusal;
        }

        var order = new AskOrder(new OrderId(seq), ask);
        asks.Add(seq, order);
        var placement = MarketOf(ask.Market).Place(
            new LimitOrder(order.Id, Side.Ask, ask.OwnerAccount, ask.Price, ask.Quantity));
        var events = MatchedEvents(placement.Trades, seq);
        var answer = new AskAnswer(order.Id, placement.Remaining);
        DeskOf(ask.Provider).Add(ask.ClientOrderId, (ask, answer));
        return new BookOutcome(answer, true, events);
    }

    private static BookRefusal? WhyNot(PlaceAsk ask) => ask switch
    {
        _ when ask.Quantity.IsZero => BookRefusal.ZeroQuantity,
        _ when ask.Quantity > MaxQuantity => BookRefusal.QuantityTooLarge,
        _ when ask.Price == default => BookRefusal.ZeroPrice,
        _ => null,
    };

    private Result<BookOutcome, BookRefusal> Cancel(CancelAsk cancel, long seq)
    {
        if (!asks.TryGetValue(cancel.Order.Value, out var ask))
        {
            var wasTaken = desks.GetValueOrDefault(cancel.By.Value)?.Values.Any(e => e.Answer.Order == cancel.Order);
            return wasTaken is true ? BookRefusal.OrderNotResting : BookRefusal.UnknownOrder;
        }

        return ask.Terms.Provider == cancel.By
            ? Changed(new OrderCancelled(ask.Id), EndResting(ask, AskEndReason.Cancelled, seq))
            : BookRefusal.NotOwner;
    }

    private BookOutcome CancelAll(CancelAsksOf cancel, long seq)
    {
        var mine = asks.Values.Where(ask => ask.Terms.Provider == cancel.Provider).ToList();
        var events = mine.Select(ask => EndResting(ask, AskEndReason.Disconnected, seq)).ToArray<BookEvent>();
        var hadDesk = desks.Remove(cancel.Provider.Value);
        return new BookOutcome(new OrdersEnded(mine.Count), hadDesk, events);
    }

    private AskEnded EndResting(AskOrder ask, AskEndReason reason, long seq)
    {
        var remaining = MarketOf(ask.Terms.Market).Cancel(ask.Id);
        Invariant.Holds(remaining is not null, "A live ask rests in its market.");
        return End(ask, reason, seq);
    }

    private AskEnded End(AskOrder ask, AskEndReason reason, long seq)
    {
        asks.Remove(ask.Id.Value);
        return new AskEnded(seq, ask.Id, ask.Terms.Market, ask.Terms.Provider, reason);
    }

    private Dictionary<string, (PlaceAsk Terms, AskAnswer Answer)> DeskOf(ProviderId provider)
    {
        if (!desks.TryGetValue(provider.Value, out var desk))
        {
            desks.Add(provider.Value, desk = []);
        }

        return desk;
    }
}
