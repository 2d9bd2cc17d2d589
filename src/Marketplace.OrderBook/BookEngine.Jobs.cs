using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>Jobs: a matched bid's legs and pot, until delivery or release.</summary>
public sealed partial class BookEngine
{
    /// <summary>
    /// What the last command did: the jobs that were bought, then the asks that are sold, then the orders that ended.
    /// </summary>
    private List<BookEvent> MatchedEvents()
    {
        var events = new List<BookEvent>();
        var sold = new List<BookEvent>();
        var ended = new List<BookEvent>();
        foreach (ref readonly var happening in happened.All)
        {
            switch (happening.Kind)
            {
                case MatchEventKind.Traded:
                    Trade(happening, events, sold);
                    break;
                case MatchEventKind.Moved:
                    Move(happening);
                    break;
                case MatchEventKind.Ended:
                    ended.Add(Ended(happening));
                    break;
            }
        }

        return [.. events, .. sold, .. ended];
    }

    private void Trade(in MatchEvent trade, List<BookEvent> matched, List<BookEvent> sold)
    {
        var bid = bidsByHandle[trade.Order];
        var ask = asksByHandle[trade.Other];
        (bid.Job ??= new BookJob(bid)).Add(ask, new UnitPrice(trade.Tick * TickSize));
        if (trade.Flags.HasFlag(TradeFlags.AskDone))
        {
            sold.Add(End(ask, AskEndReason.Sold));
        }

        if (trade.Flags.HasFlag(TradeFlags.BidDone))
        {
            matched.Add(Match(bid, bid.Job));
        }
    }

    /// <summary>An amended ask keeps its id and has another handle; bids are never amended.</summary>
    private void Move(in MatchEvent moved)
    {
        var isKnown = asksByHandle.Remove(moved.Other, out var ask);
        Invariant.Holds(isKnown, "Only an ask moves.");
        ask!.Handle = moved.Order;
        asksByHandle.Add(ask.Handle, ask);
    }

    private BookEvent Ended(in MatchEvent ended) => asksByHandle.TryGetValue(ended.Order, out var ask)
        ? End(ask, ended.Reason switch
        {
            EndReason.Cancelled => AskEndReason.Cancelled,
            EndReason.Expired => AskEndReason.Expired,
            EndReason.Unfilled => AskEndReason.Unfilled,
            EndReason.SelfTrade => AskEndReason.OwnBid,
            _ => throw new InvariantViolationException($"An order ends for a reason: {ended.Reason}."),
        })
        : End(bidsByHandle[ended.Order], BidState.Cancelled);

    private BidMatched Match(BidOrder bid, BookJob job)
    {
        Leave(bid, BidState.Matched);
        Invariant.Holds(job.Legs.Count == bid.Terms.Replicas, "A bid is matched with all its legs.");
        var terms = bid.Terms;
        return new BidMatched(
            moment.Seq,
            job.Id,
            terms.Market,
            terms.Budget,
            terms.ClientOrderId,
            terms.InputHash,
            terms.PerLeg,
            job.Legs.ToList(),
            terms.Limit,
            bid.Hold,
            terms.FeeBps);
    }

    private Result<BookOutcome, BookRefusal> Add(AddLeg add)
    {
        if (JobOf(add.Job) is not { } job)
        {
            return BookRefusal.UnknownJob;
        }

        if (add.LegNo >= 1 && add.LegNo <= job.Legs.Count)
        {
            return Unchanged(new LegAnswer(job.Id, job.Legs[add.LegNo - 1]));
        }

        if (job.End is not null)
        {
            return BookRefusal.JobEnded;
        }

        if (add.LegNo != job.Legs.Count + 1)
        {
            return BookRefusal.LegOutOfOrder;
        }

        if (!matching.TryFindLeg(RequestFor(job, add), out var found))
        {
            return BookRefusal.NoAsk;
        }

        Send(new MatchCommand
        {
            Kind = CommandKind.TakeLeg,
            Target = found,
            Signature = SignatureOf(job.Bid),
            Account = job.Bid.Account.No,
            Tick = TickDown(job.Bid.Terms.Limit),
            Quantity = job.Bid.Terms.PerLeg.Units,
        });
        return AddedLeg(job);
    }

    private LegRequest RequestFor(BookJob job, AddLeg add)
    {
        var terms = job.Bid.Terms;
        return new LegRequest(
            markets[terms.Market.Value].No,
            SignatureOf(job.Bid),
            job.Bid.Account.No,
            TickDown(terms.Limit),
            terms.PerLeg.Units,
            job.Owners.Select(owner => ownerGroups[owner]).ToArray(),
            sellers.Where(seller => add.Exclude.Contains(seller.Key.Item1)).Select(seller => seller.Value).ToArray());
    }

    private BookOutcome AddedLeg(BookJob job)
    {
        var trade = happened.All[0];
        var ask = asksByHandle[trade.Other];
        var leg = job.Add(ask, new UnitPrice(trade.Tick * TickSize));
        var added = new LegAdded(moment.Seq, job.Id, job.Bid.Terms.Market, job.Bid.Terms.Budget, leg);
        return trade.Flags.HasFlag(TradeFlags.AskDone)
            ? Changed(new LegAnswer(job.Id, leg), added, End(ask, AskEndReason.Sold))
            : Changed(new LegAnswer(job.Id, leg), added);
    }

    private Result<BookOutcome, BookRefusal> Complete(CompleteJob complete)
    {
        if (JobOf(complete.Job) is not { } job)
        {
            return BookRefusal.UnknownJob;
        }

        if (job.End is null && (complete.Paid > job.Pot || complete.Fee > job.Pot - complete.Paid))
        {
            return BookRefusal.ExceedsPot;
        }

        var completed = new JobCompleted(moment.Seq, job.Id, job.Bid.Terms.Budget, complete.Paid, complete.Fee);
        return End(job, new JobEnd(complete.Paid, complete.Fee, IsReleased: false), completed);
    }

    private Result<BookOutcome, BookRefusal> Release(ReleaseJob release) =>
        JobOf(release.Job) is { } job
            ? End(
                job,
                new JobEnd(TokenAmount.Zero, TokenAmount.Zero, IsReleased: true),
                new JobReleased(moment.Seq, job.Id, job.Bid.Terms.Budget, job.Pot))
            : BookRefusal.UnknownJob;

    private Result<BookOutcome, BookRefusal> End(BookJob job, JobEnd end, BookEvent ended)
    {
        var account = job.Bid.Account;
        if (job.End is not null)
        {
            return job.End == end ? Unchanged(ViewOf(account)) : BookRefusal.JobEnded;
        }

        job.End = end;
        GiveBack(job.Bid, job.Pot - end.Paid - end.Fee);
        Send(new MatchCommand
        {
            Kind = CommandKind.EndEscrow,
            Account = account.No,
            Amount = job.Pot.Micro,
            Paid = end.Paid.Micro,
            Fee = end.Fee.Micro,
        });
        return Changed(ViewOf(account), ended);
    }

    private BudgetView ViewOf(BudgetAccount account) => account.View(matching.Account(account.No));

    private BookJob? JobOf(JobId job) => bids.GetValueOrDefault(job.Value)?.Job;
}
