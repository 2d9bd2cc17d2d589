using Marketplace.Kernel;

namespace Marketplace.Execution;

/// <summary>Peers that come and go, and the operator itself: what was open goes on where it stood.</summary>
public sealed partial class JobRunner
{
    /// <summary>
    /// The operator starts again: what waits for a provider waits a while longer, for that nobody could reach the
    /// operator was no provider's fault.
    /// </summary>
    public Task ResumeAsync(CancellationToken ct) => InTurnAsync(
        async () =>
        {
            var soonest = surroundings.Time.GetUtcNow() + options.ReconnectTime;
            foreach (var id in await store.OpenAsync(ct))
            {
                if (await store.FindAsync(id, ct) is { Status: JobStatus.Running } job)
                {
                    await SaveAsync(job with { Legs = job.Legs.Select(leg => leg.NotDueBefore(soonest)).ToList() }, ct);
                }
            }
        },
        ct);

    /// <summary>
    /// A provider is connected again: it gets its open assignments once more and answers with the same bytes.
    /// </summary>
    public Task ProviderBackAsync(ProviderId provider, CancellationToken ct) => ForOpenLegsAsync(
        provider,
        async (job, leg) =>
        {
            var known = leg;
            if (leg.Signer == default && links.Providers.SignerOf(provider) is { } signer)
            {
                // The trade was made in an earlier life of the operator, and nobody was connected when it became a job.
                known = leg with { Signer = signer };
                await SaveAsync(job.With(known), ct);
            }

            SendOffers(job, [known]);
        },
        ct);

    /// <summary>
    /// A provider left. What it has not committed to is given to another; a commit keeps until its reveal is due.
    /// </summary>
    public Task ProviderGoneAsync(ProviderId provider, CancellationToken ct) => ForOpenLegsAsync(
        provider,
        async (job, leg) =>
        {
            if (leg.Status == LegStatus.Assigned)
            {
                await SaveAsync(job.With(leg with { Status = LegStatus.Dropped }), ct);
                await AdvanceAsync(job.JobId, ct);
            }
        },
        ct);

    /// <summary>A gateway is connected again: it gets what was not collected once more.</summary>
    public Task GatewayBackAsync(BudgetNo budget, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            foreach (var id in await store.OpenAsync(ct))
            {
                if (await store.FindAsync(id, ct) is { Status: JobStatus.Delivering } job && job.BudgetNo == budget)
                {
                    SendDelivery(job);
                }
            }
        },
        ct);

    /// <summary>A gateway asks after its job: what it may have missed while it was away is told again.</summary>
    public Task AskedAfterAsync(BudgetNo budget, JobId id, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            var job = await store.FindAsync(id, ct);
            if (job is null || job.BudgetNo != budget)
            {
                return;
            }

            if (job.Status == JobStatus.Delivering)
            {
                SendDelivery(job);
            }
            else if (job.Status is JobStatus.Done or JobStatus.Refunded)
            {
                links.Gateways.TrySend(budget, EndOf(job));
            }
        },
        ct);

    private Task ForOpenLegsAsync(ProviderId provider, Func<Job, Leg, Task> act, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            foreach (var id in await store.OpenAsync(ct))
            {
                var job = await store.FindAsync(id, ct);
                var leg = job?.Legs.FirstOrDefault(leg => leg.ProviderId == provider && leg.IsLive);
                if (job is { Status: JobStatus.Running } && leg is not null)
                {
                    await act(job, leg);
                }
            }
        },
        ct);
}
