using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Execution;

/// <summary>Which leg a ticket is of, by the numbers that its budget counts by.</summary>
public sealed record TicketNumbers(AssignmentId AssignmentId, JobNo JobNo, JobNo LegNo)
{
    public static TicketNumbers Of(JobTicket ticket) => new(ticket.AssignmentId, ticket.JobNo, ticket.LegNo);
}

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

    /// <summary>
    /// Whether the numbers are right: a new job number each, and the leg number that the assignment's first ticket had.
    /// The contract pays a leg number once, so a wrong one would leave a provider unpaid, or let it be paid twice.
    /// </summary>
    /// <param name="earlier">The budget's stored tickets, or those of them that share something with these.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? NumberFaultOf(IReadOnlyList<TicketNumbers> tickets, IReadOnlyList<TicketNumbers> earlier) =>
        tickets.Select(ticket => NumberFaultOf(ticket, earlier)).FirstOrDefault(fault => fault is not null);

    private static string? NumberFaultOf(TicketNumbers ticket, IReadOnlyList<TicketNumbers> earlier)
    {
        if (earlier.Any(row => row.JobNo == ticket.JobNo))
        {
            return $"The job number {ticket.JobNo} is on an earlier ticket: the gateway's records are older than ours.";
        }

        var legNo = earlier.FirstOrDefault(row => row.AssignmentId == ticket.AssignmentId)?.LegNo ?? ticket.JobNo;
        if (ticket.LegNo != legNo)
        {
            return $"The leg number {ticket.LegNo} is not {legNo}, the job number of the assignment's first ticket.";
        }

        return earlier.Any(row => row.LegNo == ticket.LegNo && row.AssignmentId != ticket.AssignmentId)
            ? $"The leg number {ticket.LegNo} is another assignment's."
            : null;
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

        if (!ticket.CanEncode || !ResultCheck.IsSigned(ticket.Digest(domain), row.Signature, session))
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
