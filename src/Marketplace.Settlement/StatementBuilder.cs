using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Settlement;

/// <summary>A ticketed leg that waits to be paid.</summary>
public sealed record TicketedJob(
    AssignmentId AssignmentId, JobNo JobNo, ProviderId ProviderId, TokenAmount Amount, TokenAmount Fee,
    DateTimeOffset SettleableAt, Receipt Receipt);

/// <summary>A proposal and the legs it pays.</summary>
public sealed record BuiltStatement(StatementProposal Proposal, IReadOnlyList<AssignmentId> Assignments);

/// <summary>Makes a budget's next statement from its ticketed legs (settlement 2.4).</summary>
public static class StatementBuilder
{
    private const int MaxAmountsPerGroup = byte.MaxValue;

    /// <param name="budget">The budget as the chain has it now.</param>
    /// <param name="jobs">Its unpaid ticketed legs.</param>
    /// <returns>Null while nothing is to be settled yet.</returns>
    public static BuiltStatement? Build(
        Budget budget, IReadOnlyList<TicketedJob> jobs, DateTimeOffset now, SettlementOptions options)
    {
        var ready = Prefix(budget, jobs, now, options);
        if (ready.Count == 0 || !IsDue(ready, now, options))
        {
            return null;
        }

        var inLineOrder = ready.GroupBy(job => job.ProviderId).OrderBy(group => group.Key.Value)
            .SelectMany(group => group).ToList();
        var lines = inLineOrder.GroupBy(job => job.ProviderId)
            .SelectMany(group => group.Chunk(MaxAmountsPerGroup))
            .Select(chunk => new ProviderLine(chunk[0].ProviderId, chunk.Select(job => job.Amount).ToList())).ToList();
        var statement = new Statement(
            budget.BudgetNo,
            budget.ThroughJob,
            checked(ready[^1].JobNo.Value + 1),
            budget.Spent,
            TokenAmount.Sum(ready.Select(job => job.Fee)),
            ReceiptTree.Root(inLineOrder.Select(job => job.Receipt.Leaf()).ToList()),
            lines);
        var built = new BuiltStatement(
            new StatementProposal(statement, inLineOrder.Select(job => job.Receipt).ToList()),
            inLineOrder.Select(job => job.AssignmentId).ToList());
        return StatementCheck.PaysRightly(statement, budget) ? built : null;
    }

    /// <summary>
    /// Only a prefix by number: a statement kills the tickets below it, so none that waits may be passed over. Gaps are
    /// the gateway's to judge: it knows which tickets it signed, and sends again what is missing.
    /// </summary>
    private static List<TicketedJob> Prefix(
        Budget budget, IReadOnlyList<TicketedJob> jobs, DateTimeOffset now, SettlementOptions options)
    {
        var left = budget.Spent < budget.Cap ? budget.Cap - budget.Spent : TokenAmount.Zero;
        var ready = new List<TicketedJob>();
        foreach (var job in jobs.Where(job => job.JobNo.Value >= budget.ThroughJob).OrderBy(job => job.JobNo.Value)
            .Take(options.MaxJobsPerStatement))
        {
            if (job.SettleableAt > now || job.Amount + job.Fee > left)
            {
                break;
            }

            left -= job.Amount + job.Fee;
            ready.Add(job);
        }

        return ready;
    }

    private static bool IsDue(List<TicketedJob> ready, DateTimeOffset now, SettlementOptions options) =>
        ready.Count >= options.CollectJobs
        || TokenAmount.Sum(ready.Select(job => job.Amount)) >= options.CollectAmount
        || ready.Min(job => job.SettleableAt) + options.CollectTime <= now;
}
