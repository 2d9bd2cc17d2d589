namespace Marketplace.Matching;

/// <content>A new order: whether it may enter, and what becomes of it (RULES.md, section 5).</content>
public sealed partial class MatchingEngine
{
    private const int MaxReplicas = 16;
    private const int KnownTerms = 0x7F;

    private MatchRefusal Place(in MatchCommand command)
    {
        if (!TryBook(command.Market, out var book))
        {
            return MatchRefusal.UnknownMarket;
        }

        var refusal = Refuse(command, book);
        if (refusal != MatchRefusal.None)
        {
            return refusal;
        }

        var isBid = command.Side == Side.Bid;
        long hold = 0;
        if (isBid && !Holds.TryLimit(
            book, command.Tick, command.Quantity, command.Replicas == 0 ? 1 : command.Replicas, out hold))
        {
            return MatchRefusal.AmountTooLarge;
        }

        ref var purse = ref purses[command.Account];
        if (hold > purse.Free)
        {
            return MatchRefusal.InsufficientFunds;
        }

        if (command.IsPostOnly && WouldTrade(book, NewOrder(command), replaced: -1))
        {
            return MatchRefusal.WouldTrade;
        }

        var slot = book.Take();
        Enter(ref book.Orders[slot], command);
        purse.Free -= hold;
        purse.Held += hold;
        ref var placed = ref Emit(MatchEventKind.Placed, book, slot);
        placed.Quantity = command.Quantity;
        placed.Amount = hold;
        Meet(book, slot);
        return MatchRefusal.None;
    }

    // In the order of MatchRefusal, up to the amounts.
    private MatchRefusal Refuse(in MatchCommand command, MarketBook book)
    {
        if (command.Signature >= book.Sides(command.Side).SignatureCount)
        {
            return MatchRefusal.UnknownSignature;
        }

        if (command.Account >= purseCount)
        {
            return MatchRefusal.UnknownAccount;
        }

        if (book.Mode == MarketMode.Batch && (command.Signature != 0 || command.IsPostOnly))
        {
            return MatchRefusal.NotInBatch;
        }

        if (command.Tick is < 1 or > MaxTick)
        {
            return MatchRefusal.InvalidTick;
        }

        if (command.Quantity is < 1 or > MaxQuantity)
        {
            return MatchRefusal.InvalidQuantity;
        }

        var isInLegs = command.Side == Side.Bid && command.Replicas != 0;
        if (command.Minimum > command.Quantity || isInLegs && command.Minimum > 1)
        {
            return MatchRefusal.InvalidMinimum;
        }

        if (command.Replicas > MaxReplicas || command.Replicas != 0 && !isInLegs)
        {
            return MatchRefusal.InvalidReplicas;
        }

        return RefuseTerms(command, isInLegs);
    }

    private static MatchRefusal RefuseTerms(in MatchCommand command, bool isInLegs)
    {
        var isImmediate = command.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
        if (command.IsPostOnly && isImmediate
            || command.EscrowsLimit && !isInLegs
            || command.Terms > KnownTerms)
        {
            return MatchRefusal.InvalidTerms;
        }

        var isTimed = command.TimeInForce == TimeInForce.GoodTillTime;
        var hasValidExpiry = isTimed
            ? command.ExpirySeconds * 1000L > command.TimeMilliseconds
            : command.ExpirySeconds == 0;
        return hasValidExpiry ? MatchRefusal.None : MatchRefusal.InvalidExpiry;
    }

    private static Order NewOrder(in MatchCommand command)
    {
        var order = default(Order);
        Enter(ref order, command);
        return order;
    }

    private static void Enter(ref Order order, in MatchCommand command)
    {
        order.OrderNo = command.Seq;
        order.Open = command.Quantity;
        order.Filled = 0;
        order.Tick = command.Tick;
        order.Leaf = 0;
        order.Account = command.Account;
        order.Minimum = command.Minimum;
        order.ExpirySeconds = command.ExpirySeconds;
        order.QueuePlace = 0;
        order.Signature = command.Signature;
        order.Replicas = command.Replicas;
        order.Terms = command.Terms;
    }

    // The order has its slot and its hold, and rests nowhere.
    private void Meet(MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        var ended = EndReason.None;
        if (book.Mode == MarketMode.Batch || order.IsPostOnly)
        {
            Rest(book, slot);
            return;
        }

        if (order.IsInLegs)
        {
            if (TryPlanLegs(book, slot, incoming: NoOrder, replaced: NoOrder))
            {
                CommitLegs(book, slot, bidIsTaker: true, price: 0);
            }
        }
        else if (order.HasMinimum)
        {
            MeetWithMinimum(book, slot);
        }
        else
        {
            ended = MeetPlain(book, slot);
        }

        Conclude(book, slot, ended);
    }

    private void Conclude(MarketBook book, int slot, EndReason ended)
    {
        ref var order = ref book.Orders[slot];
        if (ended != EndReason.None)
        {
            End(book, slot, ended);
        }
        else if (order.Open == 0)
        {
            book.Release(slot);
        }
        else if (order.IsImmediate)
        {
            End(book, slot, EndReason.Unfilled);
        }
        else
        {
            Rest(book, slot);
        }
    }

    private void Rest(MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        book.Sides(order.Side).Link(book.Orders, slot);
        if (order.ExpirySeconds != 0)
        {
            expiries.Add(book.Number, slot);
        }

        Emit(MatchEventKind.Rested, book, slot).Quantity = order.Open;
    }
}
