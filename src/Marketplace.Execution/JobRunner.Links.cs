using Marketplace.Kernel;

namespace Marketplace.Execution;

/// <summary>Who comes and goes: what was said while the other side was away is said again.</summary>
public sealed partial class JobRunner
{
    /// <summary>A provider is connected again: it gets its open assignments once more and answers with the same bytes.</summary>
    public Task ProviderBackAsync(ProviderId provider, CancellationToken ct) => ForOpenLegsAsync(
        provider,
        (job, leg) =>
        {
            SendOffers(job, [leg]);
            return Task.CompletedTask;
        },
        ct);

    /// <summary>A provider left. What it has not committed to is given to another; a commit keeps until its reveal is due.</summary>
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

    /// <summary>A gateway asks after a job of its own: what it may have missed while it was away is told again.</summary>
    public Task AskedAfterAsync(BudgetNo budget, JobId id, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            if (await store.FindAsync(id, ct) is not { } job || job.BudgetNo != budget)
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
