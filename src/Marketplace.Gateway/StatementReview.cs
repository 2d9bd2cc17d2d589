using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <summary>A ticket as the gateway remembers it.</summary>
/// <param name="StatementFrom">The first job of the signed statement that pays it, if there is one.</param>
public sealed record IssuedTicket(JobTicket Ticket, Receipt Receipt, uint? StatementFrom);

/// <summary>Why a statement is not signed, in order of precedence.</summary>
public enum StatementFault
{
    /// <summary>It pays something that no ticket of ours promises, or another amount, or in another order.</summary>
    NotMine = 1,

    /// <summary>It pays a job that another signed statement, which may apply as well, already pays.</summary>
    AlreadySigned,

    /// <summary>It passes over a ticket below its end, whose provider would then go unpaid.</summary>
    MissingTickets,

    /// <summary>The budget has not spent that as far as is known here: a ticket may have paid what this pays.</summary>
    UnknownSpent,
}

/// <summary>A place where the budget may stand on chain: its next job, and what it has spent by then.</summary>
public sealed record BudgetPoint(uint Job, TokenAmount Spent);

/// <summary>Whether a proposed statement pays exactly what was promised (settlement 2.4).</summary>
public static class StatementReview
{
    /// <param name="issued">All tickets of the budget that are not void.</param>
    /// <returns>The fault, or null when it may be signed.</returns>
    public static StatementFault? FaultOf(
        Statement statement, IReadOnlyList<Receipt> receipts, IReadOnlyList<IssuedTicket> issued)
    {
        if (!IsMine(statement, receipts, issued))
        {
            return StatementFault.NotMine;
        }

        var paid = receipts.Select(receipt => receipt.AssignmentId).ToHashSet();
        if (issued.Any(row => paid.Contains(row.Ticket.AssignmentId)
            && row.StatementFrom is { } from && from != statement.FromJob))
        {
            return StatementFault.AlreadySigned;
        }

        // Two statements from the same job exclude each other on chain; one from an earlier job pays for good.
        var passedOver = issued.Any(row => row.Ticket.JobNo.Value < statement.ThroughJob
            && !paid.Contains(row.Ticket.AssignmentId)
            && (row.StatementFrom is not { } from || from >= statement.FromJob));
        return passedOver ? StatementFault.MissingTickets : null;
    }

    /// <summary>
    /// Whether the statement starts where the budget is known to stand, or will once a signed statement applies. From
    /// any other place something was paid that is not final yet, perhaps by ticket, and perhaps what this pays too.
    /// </summary>
    /// <param name="known">As final blocks have it, and after each statement that was signed.</param>
    public static bool IsSpentKnown(Statement statement, IEnumerable<BudgetPoint> known) =>
        known.Contains(new BudgetPoint(statement.FromJob, statement.FromSpent));

    private static bool IsMine(Statement statement, IReadOnlyList<Receipt> receipts, IReadOnlyList<IssuedTicket> issued)
    {
        var tickets = issued.ToDictionary(row => row.Ticket.AssignmentId);
        if (receipts.Count == 0 || receipts.Select(receipt => receipt.AssignmentId).Distinct().Count() != receipts.Count
            || receipts.Any(
                receipt => !tickets.TryGetValue(receipt.AssignmentId, out var row) || row.Receipt != receipt))
        {
            return false;
        }

        var lines = statement.Lines.SelectMany(line => line.Amounts.Select(amount => (line.ProviderId, amount)));
        var rows = receipts.Select(receipt => tickets[receipt.AssignmentId].Ticket).ToList();
        return lines.SequenceEqual(rows.Select(ticket => (ticket.ProviderId, ticket.Amount)))
            && rows.All(ticket => ticket.BudgetNo == statement.BudgetNo
                && ticket.JobNo.Value >= statement.FromJob && ticket.JobNo.Value < statement.ThroughJob)
            && statement.ThroughJob == rows.Max(ticket => ticket.JobNo.Value) + 1
            && statement.Fee <= TokenAmount.Sum(rows.Select(ticket => ticket.MaxFee))
            && statement.ReceiptsRoot == ReceiptTree.Root(receipts.Select(receipt => receipt.Leaf()).ToList());
    }
}
