using System.Text.Json;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Microsoft.Extensions.Logging;

namespace Marketplace.Execution;

/// <summary>What providers and gateways send. Each may come twice; the first counts.</summary>
public sealed partial class JobRunner
{
    private readonly Dictionary<JobId, StreamedText> texts = [];

    public Task CommitReceivedAsync(ProviderId provider, CommitFrame frame, CancellationToken ct) => ForLegAsync(
        provider,
        frame.Commit.AssignmentId,
        async (job, leg) =>
        {
            if (leg.Status != LegStatus.Assigned)
            {
                return;
            }

            var isGood = frame.Commit.ProviderId == provider
                && ResultCheck.IsSigned(frame.Commit.Digest(domain), frame.Signature, leg.Signer);
            var changed = isGood
                ? leg with
                {
                    Status = LegStatus.Committed,
                    Commitment = frame.Commit.Commitment,
                    CommitSignature = frame.Signature,
                }
                : leg with { Status = LegStatus.Dropped };
            await SaveAsync(job.With(changed), ct);
            if (!isGood)
            {
                LogFault(surroundings.Logger, job.JobId, provider, ResultFault.BadSignature);
            }

            await AdvanceAsync(job.JobId, ct);
        },
        ct);

    public Task RevealReceivedAsync(ProviderId provider, RevealFrame frame, CancellationToken ct) => ForLegAsync(
        provider,
        frame.Result.AssignmentId,
        async (job, leg) =>
        {
            if (leg is not { Status: LegStatus.Committed, IsRevealAsked: true })
            {
                return;
            }

            var fault = ResultCheck.FaultOf(job, leg, frame, domain);
            var changed = fault is null
                ? leg with
                {
                    Status = LegStatus.Revealed,
                    ResultJson = JsonSerializer.Serialize(frame.Result),
                    ResultSignature = frame.Signature,
                    Canonical = frame.Canonical,
                    ResultDigest = frame.Result.ResultDigest,
                }
                : leg with { Status = LegStatus.Dropped };
            var after = job.With(changed);
            await SaveAsync(after, ct);
            if (fault is { } named)
            {
                LogFault(surroundings.Logger, job.JobId, provider, named);
            }
            else if (after.Legs.All(other => other.Status is LegStatus.Revealed or LegStatus.Dropped))
            {
                FaultPoints.Pass(FaultPoints.ResultRevealed);
            }

            await AdvanceAsync(job.JobId, ct);
        },
        ct);

    public Task FailedAsync(ProviderId provider, AssignmentFailed frame, CancellationToken ct) => ForLegAsync(
        provider,
        frame.AssignmentId,
        async (job, leg) =>
        {
            if (leg.Status != LegStatus.Assigned)
            {
                return;
            }

            LogFailed(surroundings.Logger, job.JobId, provider, frame.Code);
            var failed = leg with { Status = LegStatus.Dropped, IsRequestsFault = frame.IsRequestsFault };
            var message = frame.IsRequestsFault ? frame.Message : job.EndMessage;
            await SaveAsync(job.With(failed) with { EndMessage = message }, ct);
            await AdvanceAsync(job.JobId, ct);
        },
        ct);

    /// <summary>A piece of an answer in the making; only those of the first live leg reach the buyer.</summary>
    public Task TextReceivedAsync(ProviderId provider, TextDelta frame, CancellationToken ct) => ForLegAsync(
        provider,
        frame.AssignmentId,
        (job, leg) =>
        {
            var primary = job.Legs.FirstOrDefault(other => other.IsLive)?.AssignmentId;
            if (primary != frame.AssignmentId || !job.IsStreamed)
            {
                return Task.CompletedTask;
            }

            if (!texts.TryGetValue(job.JobId, out var text) || text.From != frame.AssignmentId)
            {
                if (text is not null)
                {
                    links.Gateways.TrySend(job.BudgetNo, new JobRestarted(job.ClientOrderId));
                }

                texts[job.JobId] = text = new StreamedText(frame.AssignmentId, 0);
            }

            if (frame.Index == text.Next)
            {
                texts[job.JobId] = text with { Next = text.Next + 1 };
                links.Gateways.TrySend(job.BudgetNo, new JobText(job.ClientOrderId, frame.Index, frame.Text));
            }

            return Task.CompletedTask;
        },
        ct);

    /// <summary>The signatures for a delivery. Tickets of a job that has ended are answered with its end.</summary>
    public Task TicketsReceivedAsync(BudgetNo budget, TicketFrame frame, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            if (await store.FindAsync(frame.JobId, ct) is not { } job || job.BudgetNo != budget)
            {
                return;
            }

            if (job.Status is JobStatus.Done or JobStatus.Refunded)
            {
                links.Gateways.TrySend(budget, EndOf(job));
                return;
            }

            var session = links.Gateways.SessionOf(budget);
            if (job.Status != JobStatus.Delivering || session is null)
            {
                return;
            }

            if (await TicketFaultAsync(job, frame.Tickets, session.Value, ct) is { } fault)
            {
                LogBadTicket(surroundings.Logger, job.JobId, fault);
                links.Gateways.TrySend(budget, new Refused("bad-ticket", fault));
                return;
            }

            await AcceptAsync(job, frame.Tickets, ct);
        },
        ct);

    private async Task<string?> TicketFaultAsync(
        Job job, IReadOnlyList<SignedTicket> tickets, EthAddress session, CancellationToken ct)
    {
        if (TicketCheck.FaultOf(job, tickets, session, domain) is { } fault)
        {
            return fault;
        }

        var numbers = tickets.Select(row => TicketNumbers.Of(row.Ticket)).ToList();
        return TicketCheck.NumberFaultOf(numbers, await store.RelatedNumbersAsync(job.BudgetNo, numbers, ct));
    }

    /// <summary>The gateway found the delivery wanting: nobody is paid, the hold returns.</summary>
    public Task DeliveryRefusedAsync(BudgetNo budget, DeliveryRefused frame, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            if (await store.FindAsync(frame.JobId, ct) is { Status: JobStatus.Delivering } job
                && job.BudgetNo == budget)
            {
                await SaveAsync(
                    job with { Status = JobStatus.Releasing, EndCode = frame.Code, EndMessage = frame.Message }, ct);
                await AdvanceAsync(job.JobId, ct);
            }
        },
        ct);

    private async Task AcceptAsync(Job job, IReadOnlyList<SignedTicket> tickets, CancellationToken ct)
    {
        var now = surroundings.Time.GetUtcNow();
        var settleableAt = (now + options.HoldTime).ToUnixTimeMilliseconds();
        var facts = tickets.Select(row => new JobTicketed(
            row.Ticket, row.Signature, row.Receipt, job.FeeBps.FeeDown(row.Ticket.Amount), settleableAt)).ToList();
        var completing = job with
        {
            Status = JobStatus.Completing,
            Paid = TokenAmount.Sum(facts.Select(fact => fact.Ticket.Amount)),
            Fee = TokenAmount.Sum(facts.Select(fact => fact.Fee)),
        };

        // The buyer has signed: from here on the payment is written down whoever wants us to stop.
        await store.SaveAsync(completing, facts, now, CancellationToken.None);
        await AdvanceAsync(job.JobId, ct);
    }

    private Task ForLegAsync(
        ProviderId provider, AssignmentId assignment, Func<Job, Leg, Task> act, CancellationToken ct) => InTurnAsync(
        async () =>
        {
            if (await store.JobOfAsync(assignment, ct) is not { } id || await store.FindAsync(id, ct) is not { } job)
            {
                return;
            }

            var leg = job.Legs.First(leg => leg.AssignmentId == assignment);
            if (leg.ProviderId == provider && job.Status == JobStatus.Running)
            {
                await act(job, leg);
            }
        },
        ct);

    /// <summary>How far the answer of one leg was passed on.</summary>
    private sealed record StreamedText(AssignmentId From, int Next);

    [LoggerMessage(4011, LogLevel.Warning, "Job {Job}: what provider {Provider} sent is worth nothing: {Fault}")]
    private static partial void LogFault(ILogger logger, JobId job, ProviderId provider, ResultFault fault);

    [LoggerMessage(4012, LogLevel.Information, "Job {Job}: provider {Provider} could not run it: {Code}")]
    private static partial void LogFailed(ILogger logger, JobId job, ProviderId provider, string code);

    [LoggerMessage(4013, LogLevel.Warning, "Job {Job}: the gateway's tickets are wrong: {Fault}")]
    private static partial void LogBadTicket(ILogger logger, JobId job, string fault);
}
