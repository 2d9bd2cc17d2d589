using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Microsoft.Extensions.Logging;

namespace Marketplace.Execution;

/// <summary>What comes from outside: the clock, randomness for assignment ids, the log.</summary>
public sealed record JobSurroundings(TimeProvider Time, Func<int, byte[]> RandomBytes, ILogger Logger);

/// <summary>
/// Runs jobs: every input is loaded, decided, stored, and only then acted on, one input at a time. What was stored and
/// not acted on is acted on again by <see cref="TickAsync"/>, so a kill at any line loses nothing.
/// </summary>
public sealed partial class JobRunner(
    JobStore store, JobLinks links, Eip712Domain domain, JobOptions options, JobSurroundings surroundings) : IDisposable
{
    private const int MaxStepsPerInput = 32;
    private const string RequestLost = "request_lost";

    private readonly SemaphoreSlim oneAtATime = new(1, 1);

    public void Dispose() => oneAtATime.Dispose();

    public Task<long> CursorAsync(CancellationToken ct) => store.CursorAsync(ct);

    /// <summary>The book's events up to this number are done with, jobs and all.</summary>
    public Task MoveCursorAsync(long bookSeq, CancellationToken ct) => store.MoveCursorAsync(bookSeq, ct);

    /// <summary>A bid bought a job. The same job again changes nothing. Never waits for the book.</summary>
    public Task MatchedAsync(NewJob job, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            var now = surroundings.Time.GetUtcNow();
            await store.CreateAsync(job, job.Legs.Select(leg => Assign(leg, now)).ToList(), now, options, ct);
            FaultPoints.Pass(FaultPoints.HoldMovedToJob);
            if (await store.FindAsync(job.JobId, ct) is { Status: JobStatus.Running } stored)
            {
                SendOffers(stored, stored.Legs);
                links.Gateways.TrySend(
                    job.BudgetNo, new JobProgress(job.ClientOrderId, job.JobId, "running", 0, job.Legs.Count));
            }
        },
        ct);

    /// <summary>
    /// A bid bought a job whose request is nowhere: nobody runs it, and the next <see cref="TickAsync"/> gives its pot
    /// back. A job that is here already goes on as it was. Never waits for the book.
    /// </summary>
    public Task RequestLostAsync(NewJob job, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            var isNew = await store.CreateReleasingAsync(
                job,
                RequestLost,
                "The operator has not kept the order's request. Nothing is charged; send it again.",
                surroundings.Time.GetUtcNow(),
                ct);
            if (isNew)
            {
                LogGivenUp(surroundings.Logger, job.JobId, RequestLost);
            }
        },
        ct);

    /// <summary>Time passed: late legs are dropped, what is stored and undone is done.</summary>
    public Task TickAsync(CancellationToken ct) => InTurnAsync(
        async () =>
        {
            foreach (var id in await store.OpenAsync(ct))
            {
                await AdvanceAsync(id, ct);
            }
        },
        ct);

    /// <summary>Takes a job as far as it goes without further input.</summary>
    private async Task AdvanceAsync(JobId id, CancellationToken ct)
    {
        for (var step = 0; step < MaxStepsPerInput; step++)
        {
            var job = await store.FindAsync(id, ct);
            if (job is null || !await StepAsync(job, ct))
            {
                return;
            }
        }
    }

    /// <returns>Whether there may be more to do at once.</returns>
    private async Task<bool> StepAsync(Job job, CancellationToken ct)
    {
        switch (job.Status)
        {
            case JobStatus.Completing:
                await links.Ledger.CompleteAsync(job.JobId, job.Paid, job.Fee, ct);
                await EndAsync(job with { Status = JobStatus.Done }, ct);
                return false;
            case JobStatus.Releasing:
                await links.Ledger.ReleaseAsync(job.JobId, ct);
                await EndAsync(job with { Status = JobStatus.Refunded }, ct);
                return false;
            default:
                return await ActAsync(job, JobMachine.Next(job, surroundings.Time.GetUtcNow(), options), ct);
        }
    }

    private async Task<bool> ActAsync(Job job, JobStep step, CancellationToken ct)
    {
        switch (step)
        {
            case Execution.Rest:
                return false;
            case DropLegs drop:
                LogDropped(surroundings.Logger, job.JobId, drop.LegNos.Count);
                await SaveAsync(Change(job, drop.LegNos, leg => leg with { Status = LegStatus.Dropped }), ct);
                return true;
            case AskReveals ask:
                await AskAsync(job, ask.LegNos, ct);
                return false;
            case BuyLeg buy:
                return await BuyAsync(job, buy.LegNo, ct);
            case Execution.Deliver deliver:
                await DeliverAsync(job, deliver, ct);
                return false;
            case GiveUp giveUp:
                LogGivenUp(surroundings.Logger, job.JobId, giveUp.Code);
                await SaveAsync(
                    job with { Status = JobStatus.Releasing, EndCode = giveUp.Code, EndMessage = giveUp.Message }, ct);
                return true;
            default:
                throw new InvariantViolationException($"A step {step} is not known.");
        }
    }

    private async Task AskAsync(Job job, IReadOnlyList<int> legNos, CancellationToken ct)
    {
        var revealBy = surroundings.Time.GetUtcNow() + options.RevealTime;
        await SaveAsync(Change(job, legNos, leg => leg with { IsRevealAsked = true, RevealBy = revealBy }), ct);
        foreach (var leg in job.Legs.Where(leg => legNos.Contains(leg.LegNo)))
        {
            links.Providers.TrySend(leg.ProviderId, new RevealRequest(leg.AssignmentId));
        }
    }

    private async Task<bool> BuyAsync(Job job, int legNo, CancellationToken ct)
    {
        var bought = await links.Ledger.AddLegAsync(job.JobId, legNo, [], ct);
        if (!bought.TryGet(out var grant))
        {
            return false; // Nobody sells now; the next tick asks again until the job's deadline.
        }

        var leg = Assign(grant, surroundings.Time.GetUtcNow());
        await store.AddLegAsync(job.JobId, leg, ct);
        SendOffers(job, [leg]);
        LogBought(surroundings.Logger, job.JobId, legNo, grant.ProviderId);
        return false;
    }

    private async Task DeliverAsync(Job job, Deliver deliver, CancellationToken ct)
    {
        var delivering = job with
        {
            Status = JobStatus.Delivering,
            Legs = job.Legs.Select(leg =>
                deliver.Agreeing.Contains(leg.LegNo) ? leg with { Status = LegStatus.Accepted }
                : deliver.Outvoted.Contains(leg.LegNo) ? leg with { Status = LegStatus.Outvoted } : leg).ToList(),
        };
        await SaveAsync(delivering, ct);
        SendOutvoted(delivering);
        SendDelivery(delivering);
    }

    private async Task EndAsync(Job job, CancellationToken ct)
    {
        await SaveAsync(job, ct);
        texts.Remove(job.JobId);
        SendEnd(job);
    }

    private Leg Assign(LegGrant grant, DateTimeOffset now)
    {
        var signer = links.Providers.SignerOf(grant.ProviderId);
        return new Leg(
            new AssignmentId(new Hash32(surroundings.RandomBytes(Hash32.Length))),
            grant.LegNo,
            grant.ProviderId,
            signer ?? default,
            grant.Price,
            LegStatus.Assigned,
            now + (signer is null ? options.ReconnectTime : options.CommitTime),
            now + options.CommitTime + options.RevealTime,
            IsRevealAsked: false,
            IsRequestsFault: false,
            null,
            null,
            null,
            null,
            null,
            null);
    }

    private static Job Change(Job job, IReadOnlyList<int> legNos, Func<Leg, Leg> change) =>
        job with { Legs = job.Legs.Select(leg => legNos.Contains(leg.LegNo) ? change(leg) : leg).ToList() };

    private Task SaveAsync(Job job, CancellationToken ct) =>
        store.SaveAsync(job, [], surroundings.Time.GetUtcNow(), ct);

    private async Task InTurnAsync(Func<Task> act, CancellationToken ct)
    {
        await oneAtATime.WaitAsync(ct);
        try
        {
            await act();
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    [LoggerMessage(4001, LogLevel.Information, "Job {Job}: {Legs} legs were late and dropped")]
    private static partial void LogDropped(ILogger logger, JobId job, int legs);

    [LoggerMessage(4002, LogLevel.Information, "Job {Job}: bought leg {Leg} from provider {Provider}")]
    private static partial void LogBought(ILogger logger, JobId job, int leg, ProviderId provider);

    [LoggerMessage(4003, LogLevel.Information, "Job {Job} ended without delivery: {Code}")]
    private static partial void LogGivenUp(ILogger logger, JobId job, string code);
}
