using Marketplace.Execution;
using Marketplace.OrderBook;
using Marketplace.Protocol;

namespace Marketplace.Api;

/// <summary>Turns the book's events into jobs. The cursor moves in the same transaction as the job is stored.</summary>
public sealed class BookConsumer(
    JobRunner jobs, EntryStore entry, IGatewayLinks gateways, NoMatch noMatch, OperatorOptions options)
    : IBookEvents
{
    public Task<long> CursorAsync(CancellationToken ct) => jobs.CursorAsync(ct);

    public async Task ConsumeAsync(IReadOnlyList<BookEvent> events, CancellationToken ct)
    {
        foreach (var happened in events)
        {
            await ConsumeAsync(happened, ct);
        }
    }

    private Task ConsumeAsync(BookEvent happened, CancellationToken ct) => happened switch
    {
        BidMatched matched => StartAsync(matched, ct),
        BidEnded ended => EndAsync(ended, ct),
        _ => Task.CompletedTask,
    };

    private async Task StartAsync(BidMatched matched, CancellationToken ct)
    {
        var bid = await entry.FindAsync(matched.Budget, matched.ClientOrderId, ct);
        if (bid is null)
        {
            return; // It became a job in an earlier life, which is when its request is forgotten.
        }

        var job = new NewJob(
            matched.Seq,
            matched.Job,
            matched.Budget,
            matched.ClientOrderId,
            bid.Request,
            matched.InputHash,
            matched.PerLeg,
            matched.Limit,
            matched.FeeBps,
            options.InputWeightBps,
            bid.Replicas,
            bid.Quorum,
            bid.IsStreamed,
            matched.Legs.Select(leg => new LegGrant(leg.LegNo, leg.Provider, leg.Price)).ToList());
        await jobs.MatchedAsync(job, ct);
        await entry.ForgetAsync(matched.Budget, matched.ClientOrderId, ct);
        gateways.TrySend(
            matched.Budget, new Protocol.BidAnswer(matched.ClientOrderId, "matched", matched.Job, "", "", null));
    }

    private async Task EndAsync(BidEnded ended, CancellationToken ct)
    {
        await entry.ForgetAsync(ended.Budget, ended.ClientOrderId, ct);
        gateways.TrySend(
            ended.Budget,
            new JobEnded(
                ended.ClientOrderId,
                null,
                NoMatch.Code,
                await noMatch.TellAsync(ended.Asked, ct)));
    }
}
