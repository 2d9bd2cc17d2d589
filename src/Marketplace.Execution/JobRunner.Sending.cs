using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Execution;

/// <summary>What providers and gateways are told. All of it can be sent again, for none of it is stored here.</summary>
public sealed partial class JobRunner
{
    private void SendOffers(Job job, IEnumerable<Leg> legs)
    {
        foreach (var leg in legs)
        {
            if (leg.Status == LegStatus.Assigned)
            {
                links.Providers.TrySend(
                    leg.ProviderId,
                    new AssignmentOffer(
                        leg.AssignmentId,
                        job.InputHash,
                        job.Request,
                        leg.Price,
                        job.IsStreamed,
                        leg.CommitBy.ToUnixTimeMilliseconds(),
                        leg.RevealBy.ToUnixTimeMilliseconds()));
            }
            else if (leg is { Status: LegStatus.Committed, IsRevealAsked: true })
            {
                links.Providers.TrySend(leg.ProviderId, new RevealRequest(leg.AssignmentId));
            }
        }
    }

    private void SendDelivery(Job job)
    {
        var legs = job.Legs.Where(leg => leg.Status == LegStatus.Accepted).ToList();
        var delivered = legs.Select(leg => new DeliveredLeg(
            leg.ProviderId,
            new Escrow.ResultCommit(leg.AssignmentId, leg.ProviderId, leg.Commitment!.Value),
            leg.CommitSignature!,
            JobStore.ResultOf(leg),
            leg.ResultSignature!)).ToList();
        links.Gateways.TrySend(
            job.BudgetNo, new Delivery(job.ClientOrderId, job.JobId, legs[0].Canonical!, delivered, job.Legs.Count));
    }

    private void SendOutvoted(Job job)
    {
        foreach (var leg in job.Legs.Where(leg => leg.Status == LegStatus.Outvoted))
        {
            links.Providers.TrySend(
                leg.ProviderId, new AssignmentClosed(leg.AssignmentId, "outvoted", TokenAmount.Zero));
        }
    }

    /// <summary>What the gateway is told of a job that has ended.</summary>
    private static Frame EndOf(Job job) => job.Status == JobStatus.Done
        ? new TicketsStored(job.JobId)
        : new JobEnded(job.ClientOrderId, job.JobId, job.EndCode, job.EndMessage);

    private void SendEnd(Job job)
    {
        var isPaid = job.Status == JobStatus.Done;
        links.Gateways.TrySend(job.BudgetNo, EndOf(job));
        foreach (var leg in job.Legs.Where(leg => leg.IsLive || leg.Status == LegStatus.Accepted))
        {
            var pays = isPaid && leg.Status == LegStatus.Accepted;
            links.Providers.TrySend(
                leg.ProviderId,
                new AssignmentClosed(
                    leg.AssignmentId,
                    pays ? "accepted" : "cancelled",
                    pays ? TicketCheck.AmountOf(job, leg) : TokenAmount.Zero));
        }
    }
}
