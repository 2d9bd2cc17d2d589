using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>Jobs: a matched bid's legs and pot, until delivery or release.</summary>
public sealed partial class BookEngine
{
    private List<BookEvent> MatchedEvents(IReadOnlyList<Trade> trades, long seq)
    {
        var events = new List<BookEvent>();
        foreach (var ofBid in trades.GroupBy(trade => trade.Bid))
        {
            events.Add(Match(bids[ofBid.Key.Value], ofBid, seq));
        }

        events.AddRange(SoldEvents(trades, seq));
        return events;
    }

    private BidMatched Match(BidOrder bid, IEnumerable<Trade> trades, long seq)
    {
        bid.State = BidState.Matched;
        bid.Job = new BookJob(bid);
        foreach (var trade in trades)
        {
            bid.Job.Add(asks[trade.Ask.Value], trade.Price);
        }

        Invariant.Holds(bid.Job.Legs.Count == bid.Terms.Replicas, "A bid is matched with all its legs.");
        bid.Account.MoveHoldToJob(bid.Hold);
        var terms = bid.Terms;
        return new BidMatched(
            seq,
            bid.Job.Id,
            terms.Market,
            terms.Budget,
            terms.ClientOrderId,
            terms.InputHash,
            terms.PerLeg,
            bid.Job.Legs.ToList(),
            terms.Limit,
            bid.Hold,
            terms.FeeBps);
    }

    private IEnumerable<BookEvent> SoldEvents(IEnumerable<Trade> trades, long seq) => trades
        .Select(trade => trade.Ask)
        .Distinct()
        .Select(id => asks[id.Value])
        .Where(ask => MarketOf(ask.Terms.Market).RemainingOf(ask.Id).IsZero)
        .Select(ask => End(ask, AskEndReason.Sold, seq))
        .ToList();

    private Result<BookOutcome, BookRefusal> Add(AddLeg add, long seq)
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

        var terms = job.Bid.Terms;
        var found = MarketOf(terms.Market).TakeLeg(job.Bid.Id, terms.Limit, terms.PerLeg, (ask, owner) =>
            !job.Owners.Contains(owner) && !add.Exclude.Contains(asks[ask.Value].Terms.Provider));
        return found.TryGet(out var trade) ? AddedLeg(job, trade, seq) : BookRefusal.NoAsk;
    }

    private BookOutcome AddedLeg(BookJob job, Trade trade, long seq)
    {
        var leg = job.Add(asks[trade.Ask.Value], trade.Price);
        var added = new LegAdded(seq, job.Id, job.Bid.Terms.Market, job.Bid.Terms.Budget, leg);
        return Changed(new LegAnswer(job.Id, leg), [added, .. SoldEvents([trade], seq)]);
    }

    private Result<BookOutcome, BookRefusal> Complete(CompleteJob complete, long seq)
    {
        if (JobOf(complete.Job) is not { } job)
        {
            return BookRefusal.UnknownJob;
        }

        if (job.End is null && (complete.Paid > job.Pot || complete.Fee > job.Pot - complete.Paid))
        {
            return BookRefusal.ExceedsPot;
        }

        var completed = new JobCompleted(seq, job.Id, job.Bid.Terms.Budget, complete.Paid, complete.Fee);
        return End(job, new JobEnd(complete.Paid, complete.Fee, IsReleased: false), completed);
    }

    private Result<BookOutcome, BookRefusal> Release(ReleaseJob release, long seq) =>
        JobOf(release.Job) is { } job
            ? End(
                job,
                new JobEnd(TokenAmount.Zero, TokenAmount.Zero, IsReleased: true),
                new JobReleased(seq, job.Id, job.Bid.Terms.Budget, job.Pot))
            : BookRefusal.UnknownJob;

    private static Result<BookOutcome, BookRefusal> End(BookJob job, JobEnd end, BookEvent ended)
    {
        if (job.End is not null)
        {
            return job.End == end ? Unchanged(job.Bid.Account.View) : BookRefusal.JobEnded;
        }

        job.End = end;
        job.Bid.Account.EndJob(job.Pot, end.Paid + end.Fee);
        return Changed(job.Bid.Account.View, ended);
    }

    private BookJob? JobOf(JobId job) => bids.GetValueOrDefault(job.Value)?.Job;
}
