using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <content>One more leg for a job whose bid is gone.</content>
public sealed partial class MatchingEngine
{
    /// <summary>
    /// Finds one more leg for a job: the best compatible ask at or under the limit with the quantity in one piece, of
    /// another owner group than the bid's, of no excluded domain and account. <c>TakeLeg</c> then takes it.
    /// </summary>
    /// <returns>False when there is none, as always in a batch market.</returns>
    /// <exception cref="InvariantViolationException">
    /// The market, the signature or the account is none, or tick and quantity are not those of an order.
    /// </exception>
    public bool TryFindLeg(in LegRequest leg, out OrderHandle found)
    {
        var book = Book(leg.Market);
        Invariant.Holds(leg.BidSignature < book.Bids.SignatureCount, "The leg's signature is defined.");
        Invariant.Holds(leg.BidAccount < (uint)purseCount, "The leg's account is open.");
        Invariant.Holds(leg.LimitTick is >= 1 and <= MaxTick, "The leg's limit is a tick.");
        Invariant.Holds(leg.Quantity is >= 1 and <= MaxQuantity, "The leg has a quantity.");
        if (book.Mode == MarketMode.Batch)
        {
            // It sells nothing between its auctions: TakeLeg would refuse whatever was found.
            found = default;
            return false;
        }

        walk.Open(book, book.Asks, leg.BidSignature, leg.LimitTick);
        while (walk.TryNext(out var slot))
        {
            ref var ask = ref book.Orders[slot];
            if (CanSell(ref ask, leg.BidAccount, leg.Quantity)
                && !leg.ExcludedDomains.Contains(purses[ask.Account].Domain)
                && !leg.ExcludedAccounts.Contains(ask.Account))
            {
                found = book.Handle(slot);
                return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>Sells the leg from the ask that was found. No money moves: the job's pot pays.</summary>
    private MatchRefusal TakeLeg(in MatchCommand command)
    {
        var refusal = WhyNoLeg(command, out var book, out var slot);
        if (refusal == MatchRefusal.None)
        {
            SellLeg(command, book, slot);
        }

        return refusal;
    }

    private MatchRefusal WhyNoLeg(in MatchCommand command, out MarketBook book, out int slot)
    {
        slot = 0;
        if (!TryBook(command.Market, out book))
        {
            return MatchRefusal.UnknownMarket;
        }

        if (command.Signature >= book.Bids.SignatureCount)
        {
            return MatchRefusal.UnknownSignature;
        }

        if (command.Account >= (uint)purseCount)
        {
            return MatchRefusal.UnknownAccount;
        }

        if (!book.TryFind(command.TargetSlot, command.TargetGeneration, out slot))
        {
            return MatchRefusal.UnknownOrder;
        }

        if (book.Mode == MarketMode.Batch)
        {
            return MatchRefusal.NotInBatch;
        }

        ref var ask = ref book.Orders[slot];
        return command.Quantity is < 1 or > MaxQuantity
            ? MatchRefusal.InvalidQuantity
            : ask.Side == Side.Ask
                && ask.Tick <= command.Tick
                && book.Bids.Signature(command.Signature).IsCompatible(book.Asks.Signature(ask.Signature))
                && CanSell(ref ask, command.Account, command.Quantity)
                ? MatchRefusal.None
                : MatchRefusal.UnusableAsk;
    }

    private bool CanSell(ref Order ask, uint bidAccount, long quantity) =>
        ask.Open >= quantity
        && ask.Allows(quantity)
        && purses[ask.Account].OwnerGroup != purses[bidAccount].OwnerGroup;

    private void SellLeg(in MatchCommand command, MarketBook book, int slot)
    {
        ref var ask = ref book.Orders[slot];
        Fill(book, ref ask, command.Quantity);
        ref var traded = ref EmitTrade(book, bidSlot: 0, slot, ask.Tick, command.Quantity);
        traded.Order = default;
        traded.Signature = command.Signature;
        traded.Account = command.Account;
        traded.Flags = TradeFlags.BidIsTaker | (ask.Open == 0 ? TradeFlags.AskDone : TradeFlags.None);
        LeaveIfFilled(book, slot);
    }
}
