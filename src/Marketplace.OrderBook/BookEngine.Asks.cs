using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>Asks: capacity of connected providers, sold in parts.</summary>
public sealed partial class BookEngine
{
    private readonly SortedDictionary<long, AskOrder> asks = [];
    private readonly Dictionary<OrderHandle, AskOrder> asksByHandle = [];

    private Result<BookOutcome, BookRefusal> Place(PlaceAsk ask)
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

        var order = new AskOrder(new OrderId(moment.Seq), ask, SellerOf(ask.Provider, ask.OwnerAccount));
        var market = markets[ask.Market.Value].No;
        var signature = Define(market, Side.Ask, ask.Signature);
        Send(new MatchCommand
        {
            Kind = CommandKind.Place,
            Side = Side.Ask,
            Market = market,
            Signature = signature,
            Account = order.Account,
            Tick = TickUp(ask.Price),
            Quantity = ask.Quantity.Units,
        });
        Enter(order);
        var remaining = happened.All[^1].Kind == MatchEventKind.Rested ? happened.All[^1].Quantity : 0;
        var events = MatchedEvents();
        var answer = new AskAnswer(order.Id, new Quantity(remaining));
        DeskOf(ask.Provider).Add(ask.ClientOrderId, (ask, answer));
        return new BookOutcome(answer, true, events);
    }

    private void Enter(AskOrder ask)
    {
        ask.Handle = happened.All[0].Order;
        asks.Add(ask.Id.Value, ask);
        asksByHandle.Add(ask.Handle, ask);
    }

    private BookRefusal? WhyNot(PlaceAsk ask) => ask switch
    {
        _ when !markets.ContainsKey(ask.Market.Value) => BookRefusal.UnknownMarket,
        _ when ask.Quantity.IsZero => BookRefusal.ZeroQuantity,
        _ when ask.Quantity > MaxQuantity => BookRefusal.QuantityTooLarge,
        _ when ask.Price == default => BookRefusal.ZeroPrice,
        _ when ask.Price > MaxPrice => BookRefusal.PriceTooHigh,
        _ when !HasRoomFor(ask.Market, Side.Ask, ask.Signature) => BookRefusal.TooManySignatures,
        _ => null,
    };

    private Result<BookOutcome, BookRefusal> Cancel(CancelAsk cancel)
    {
        if (!asks.TryGetValue(cancel.Order.Value, out var ask))
        {
            var wasTaken = desks.GetValueOrDefault(cancel.By.Value)?.Values.Any(e => e.Answer.Order == cancel.Order);
            return wasTaken is true ? BookRefusal.OrderNotResting : BookRefusal.UnknownOrder;
        }

        return ask.Terms.Provider == cancel.By
            ? Changed(new OrderCancelled(ask.Id), EndResting(ask, AskEndReason.Cancelled))
            : BookRefusal.NotOwner;
    }

    private BookOutcome CancelAll(CancelAsksOf cancel)
    {
        var mine = asks.Values.Where(ask => ask.Terms.Provider == cancel.Provider).ToList();
        var events = mine.Select(ask => EndResting(ask, AskEndReason.Disconnected)).ToArray<BookEvent>();
        var hadDesk = desks.Remove(cancel.Provider.Value);
        var hadSession = PauseSessionsOf(cancel.Provider);
        return new BookOutcome(new OrdersEnded(mine.Count), hadDesk || hadSession || mine.Count > 0, events);
    }

    private AskEnded EndResting(AskOrder ask, AskEndReason reason)
    {
        Cancel(ask.Handle, ask.Account);
        return End(ask, reason);
    }

    private AskEnded End(AskOrder ask, AskEndReason reason)
    {
        asks.Remove(ask.Id.Value);
        asksByHandle.Remove(ask.Handle);
        return new AskEnded(moment.Seq, ask.Id, ask.Terms.Market, ask.Terms.Provider, reason);
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
