using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Execution;

/// <summary>
/// Whether a gateway's tickets are those of the delivery: one a leg, the exact amount, the session's signature.
/// </summary>
public static class TicketCheck
{
    /// <returns>What is wrong, or null.</returns>
    public static string? FaultOf(Job job, IReadOnlyList<SignedTicket> tickets, EthAddress session, Eip712Domain domain)
    {
        var legs = job.Legs.Where(leg => leg.Status == LegStatus.Accepted).ToList();
        if (tickets.Count != legs.Count || tickets.Select(row => row.Ticket.JobNo).Distinct().Count() != legs.Count)
        {
            return $"{tickets.Count} tickets for {legs.Count} legs, or a job number twice.";
        }

        return legs.Select(leg => FaultOf(job, leg, tickets, session, domain))
            .FirstOrDefault(fault => fault is not null);
    }

    private static string? FaultOf(
        Job job, Leg leg, IReadOnlyList<SignedTicket> tickets, EthAddress session, Eip712Domain domain)
    {
        var row = tickets.FirstOrDefault(ticket => ticket.Ticket.AssignmentId == leg.AssignmentId);
        if (row is null)
        {
            return $"No ticket for leg {leg.LegNo}.";
        }

        var amount = AmountOf(job, leg);
        var ticket = row.Ticket;
        if (ticket.BudgetNo != job.BudgetNo || ticket.ProviderId != leg.ProviderId || ticket.InputHash != job.InputHash
            || ticket.ResultDigest != leg.ResultDigest || ticket.Amount != amount
            || ticket.MaxFee != job.FeeBps.FeeDown(amount))
        {
            return $"The ticket of leg {leg.LegNo} names another payee, result or amount.";
        }

        if (!ResultCheck.IsSigned(ticket.Digest(domain), row.Signature, session))
        {
            return $"The ticket of leg {leg.LegNo} is not signed by the session key.";
        }

        return row.Receipt == ReceiptOf(job, leg, ticket) ? null : $"The receipt of leg {leg.LegNo} differs.";
    }

    /// <summary>What a leg is paid: its price times its units, rounded down once.</summary>
    public static TokenAmount AmountOf(Job job, Leg leg)
    {
        var result = JobStore.ResultOf(leg);
        return leg.Price.CostDown(Metering.UnitsDown(result.TokensIn, result.TokensOut, job.InputWeightBps));
    }

    private static Receipt ReceiptOf(Job job, Leg leg, JobTicket ticket)
    {
        var result = JobStore.ResultOf(leg);
        return new Receipt(
            ticket.BudgetNo,
            ticket.JobNo,
            leg.AssignmentId,
            leg.ProviderId,
            ticket.Amount,
            job.InputHash,
            result.ResultDigest,
            Keccak256.Hash(leg.CommitSignature),
            Keccak256.Hash(leg.ResultSignature),
            result.TokensIn,
            result.TokensOut,
            ticket.DeliveredAt,
            job.Quorum > 1 ? VerdictOutcome.Accepted : VerdictOutcome.Unchecked);
    }
}
