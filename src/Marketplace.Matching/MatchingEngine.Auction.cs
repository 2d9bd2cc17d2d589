namespace Marketplace.Matching;

/// <content>The auction of a batch market (RULES.md, section 8).</content>
public sealed partial class MatchingEngine
{
    private const int MaxDrops = 64;

    private readonly Auction auction = new();

    private MatchRefusal Clear(in MatchCommand command)
    {
        if (!TryBook(command.Market, out var book))
        {
            return MatchRefusal.UnknownMarket;
        }

        if (book.Mode != MarketMode.Batch)
        {
            return MatchRefusal.NotABatchMarket;
        }

        auction.Gather(this, book, command.SeedLow, command.SeedHigh);
        auction.Decide(MaxDrops);
        var price = auction.Volume == 0 ? 0 : auction.Price;
        book.LastClearTick = price == 0 ? book.LastClearTick : price;
        ref var cleared = ref output.Add();
        cleared.Kind = MatchEventKind.Cleared;
        cleared.Market = book.Number;
        cleared.Seq = seq;
        cleared.Tick = price;
        cleared.Quantity = auction.Volume;
        TradeAtOnePrice(book, price);
        EndImmediate(book, auction.Bids);
        EndImmediate(book, auction.Asks);
        return MatchRefusal.None;
    }

    private void TradeAtOnePrice(MarketBook book, int price)
    {
        var fills = auction.Fills;
        for (var i = 0; i < fills.Length; i++)
        {
            var bid = auction.Bids[fills[i].Bid].Slot;
            if (!book.Orders[bid].IsInLegs)
            {
                var ask = auction.Asks[fills[i].Ask].Slot;
                TradeBetween(book, bid, ask, price, fills[i].Quantity, bidIsTaker: true);
                LeaveIfFilled(book, ask);
                LeaveIfFilled(book, bid);
                continue;
            }

            legCount = book.Orders[bid].Replicas;
            for (var leg = 0; leg < legCount; leg++)
            {
                legSlots[leg] = auction.Asks[fills[i + leg].Ask].Slot;
            }

            i += legCount - 1;
            CommitLegs(book, bid, bidIsTaker: true, price);
        }
    }

    private void EndImmediate(MarketBook book, ReadOnlySpan<AuctionOrder> inOrder)
    {
        foreach (ref readonly var entry in inOrder)
        {
            ref var order = ref book.Orders[entry.Slot];
            if (order.Open != 0 && order.IsImmediate)
            {
                End(book, entry.Slot, EndReason.Unfilled);
            }
        }
    }

    /// <summary>The owner group and domain of an account.</summary>
    internal (uint OwnerGroup, uint Domain) Owner(uint account) =>
        (purses[account].OwnerGroup, purses[account].Domain);
}
