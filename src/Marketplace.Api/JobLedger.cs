using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.OrderBook;

namespace Marketplace.Api;

/// <summary>
/// Execution's view of the book: more legs, and what becomes of a job's pot. Every call may be repeated.
/// </summary>
public sealed class JobLedger(BookLoop book) : IJobLedger
{
    public async Task<Result<LegGrant, LegRejection>> AddLegAsync(
        JobId job, int legNo, IReadOnlyList<ProviderId> exclude, CancellationToken ct)
    {
        var answer = await book.SubmitAsync(new AddLeg(job, legNo, exclude), ct);
        return answer.TryGet(out var added)
            ? new LegGrant(added.Leg.LegNo, added.Leg.Provider, added.Leg.Price)
            : LegRejection.NoAsk;
    }

    public async Task CompleteAsync(JobId job, TokenAmount paid, TokenAmount fee, CancellationToken ct)
    {
        var answer = await book.SubmitAsync(new CompleteJob(job, paid, fee), ct);
        Invariant.Holds(answer.IsOk, $"Job {job} was not completed in the book: {answer.Rejection}.");
    }

    public async Task ReleaseAsync(JobId job, CancellationToken ct)
    {
        var answer = await book.SubmitAsync(new ReleaseJob(job), ct);
        Invariant.Holds(answer.IsOk, $"Job {job} was not released in the book: {answer.Rejection}.");
    }
}
