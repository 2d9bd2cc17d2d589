namespace Marketplace.Matching;

/// <content>Whether an order that must rest first would trade at once; nothing changes.</content>
public sealed partial class MatchingEngine
{
    /// <param name="replaced">The slot of the order that it is an amendment of.</param>
    private bool WouldTrade(MarketBook book, Order order, int replaced)
    {
        const int trial = 0;
        book.Orders[trial] = order;
        var wouldTrade = order.IsInLegs ? TryPlanLegs(book, trial, NoOrder, replaced)
            : order.HasMinimum && PlanFills(book, trial) >= order.LeastFill || WouldMeet(book, trial, replaced);
        book.Orders[trial] = default;
        return wouldTrade;
    }

    private bool WouldMeet(MarketBook book, int trial, int replaced)
    {
        ref var order = ref book.Orders[trial];
        var group = purses[order.Account].OwnerGroup;
        var failedRetries = 0;
        walk.Open(book, book.Opposite(order.Side), order.Signature, order.Tick);
        while (walk.TryNext(out var met))
        {
            ref var resting = ref book.Orders[met];
            if (purses[resting.Account].OwnerGroup == group)
            {
                continue;
            }

            if (!resting.IsInLegs)
            {
                if (!order.HasMinimum && resting.Allows(Math.Min(order.Open, resting.Open)))
                {
                    return true;
                }
            }
            else if (failedRetries < MaxFailedRetries)
            {
                var isPlanned = TryPlanLegs(book, met, trial, replaced);
                if (isPlanned && legSlots.AsSpan(0, legCount).Contains(trial))
                {
                    return true;
                }

                failedRetries += isPlanned ? 0 : 1;
            }
        }

        return false;
    }
}
