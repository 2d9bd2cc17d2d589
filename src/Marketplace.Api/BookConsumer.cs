using Marketplace.Execution;
using Marketplace.OrderBook;
using Marketplace.Protocol;

namespace Marketplace.Api;

/// <summary>Turns the book's events into jobs. The cursor moves in the same transaction as the job is stored.</summary>
public sealed class BookConsumer(
    JobRunner jobs,
    EntryStore entry,
    RequestStore requests,
    IGatewayLinks gateways,
    NoMatch noMatch,
    OperatorOptions options)
    : IBookEvents
{
    public Task<long> CursorAsync(CancellationToken ct) => jobs.CursorAsync(ct);

    public async Task ConsumeAsync(IReadOnlyList<BookEvent> events, CancellationToken ct)
    {
        foreach (var happened in events)
        {
            await ConsumeAsync(happened, ct);
        }

        // Most events make no job; without this the book could use no snapshot that is above the last one that did.
        await jobs.MoveCursorAsync(events[^1].Seq, ct);
    }

    private Task ConsumeAsync(BookEvent happened, CancellationToken ct) => happened switch
    {
        BidMatched matched => StartAsync(matched, ct),
        BidEnded ended => EndAsync(ended, ct),
        _ => Task.CompletedTask,
    };

    private async Task StartAsync(BidMatched matched, CancellationToken ct)
    {
        var bid = await KeptAsync(matched, ct) ?? await DepositedAsync(matched, ct);
        var legs = matched.Legs.Select(leg => new LegGrant(leg.LegNo, leg.Provider, leg.Price)).ToList();
        var job = new NewJob(
            matched.Seq,
            matched.Job,
            matched.Budget,
            matched.ClientOrderId,
            bid?.Request ?? [],
            matched.InputHash,
            matched.PerLeg,
            matched.Limit,
            matched.FeeBps,
            options.InputWeightBps,
            legs.Count,
            bid?.Quorum ?? MajorityOf(legs.Count),
            bid?.IsStreamed ?? false,
            legs);

        // Without its request it became a job in an earlier life, which is when the request is forgotten, or nobody can
        // run it.
        await (bid is null ? jobs.RequestLostAsync(job, ct) : jobs.MatchedAsync(job, ct));
        await entry.ForgetAsync(matched.Budget, matched.ClientOrderId, ct);
        gateways.TrySend(
            matched.Budget, new Protocol.BidAnswer(matched.ClientOrderId, "matched", matched.Job, "", "", null));
    }

    /// <summary>The request that came with the bid; one that was left under the same id is not its request.</summary>
    private async Task<StoredBid?> KeptAsync(BidMatched matched, CancellationToken ct) =>
        await entry.FindAsync(matched.Budget, matched.ClientOrderId, ct) is { } kept
            && JobRequest.HashOf(kept.Request) == matched.InputHash ? kept : null;

    /// <summary>
    /// What a session's bid does not carry: its request was deposited, the majority of its legs decides, and nobody
    /// waits for pieces of the answer.
    /// </summary>
    private async Task<StoredBid?> DepositedAsync(BidMatched matched, CancellationToken ct)
    {
        var legs = matched.Legs.Count;
        return await requests.FindAsync(matched.Budget, matched.InputHash, ct) is { } request
            ? new StoredBid(legs, MajorityOf(legs), IsStreamed: false, request)
            : null;
    }

    private static int MajorityOf(int legs) => legs / 2 + 1;

    private async Task EndAsync(BidEnded ended, CancellationToken ct)
    {
        await entry.ForgetAsync(ended.Budget, ended.ClientOrderId, ct);
        var (code, message) = ended.Reason == BidState.Cancelled
            ? (BidEntry.Cancelled, BidEntry.CancelledMessage)
            : (NoMatch.Code, await noMatch.TellAsync(ended.Asked, ct));
        gateways.TrySend(ended.Budget, new JobEnded(ended.ClientOrderId, null, code, message));
    }
}
