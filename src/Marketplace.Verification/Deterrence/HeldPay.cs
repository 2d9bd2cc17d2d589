using System.Collections.Immutable;
using Marketplace.Kernel;

namespace Marketplace.Verification.Deterrence;

/// <summary>Why the pay of a job is not released, in order of precedence.</summary>
public enum ReleaseRefusal : byte
{
    /// <summary>No such job is held: it was released or forfeited before.</summary>
    NotHeld = 1,

    /// <summary>The lottery of its epoch is not drawn.</summary>
    LotteryNotDrawn = 2,

    /// <summary>It was drawn, and its check is not decided.</summary>
    CheckNotDecided = 3,

    /// <summary>Too little is held besides it, and it has not waited its time.</summary>
    TooLittleHeld = 4,

    /// <summary>It has waited its time, but a job that was trusted for this pay is not decided yet.</summary>
    StillVouches = 5,
}

/// <summary>A provider's delivered and unsettled jobs: what it loses when it is caught.</summary>
/// <param name="Jobs">In order of delivery.</param>
public sealed record HeldPay(ImmutableList<HeldJob> Jobs)
{
    public static HeldPay None { get; } = new([]);

    /// <summary>What counts of it: at most a part of F per funder, nothing where providers were named.</summary>
    public TokenAmount Counted(HeldPayRules rules) => Counted(Jobs, rules);

    /// <summary>Holds a delivered job. The same again changes nothing.</summary>
    public HeldPay Hold(HeldJob job)
    {
        var earlier = Jobs.Find(held => held.Id == job.Id);
        Invariant.Holds(earlier is null || earlier.Pay == job.Pay, "an assignment is delivered once, at one price");
        return earlier is null ? new HeldPay(Jobs.Add(job)) : this;
    }

    /// <summary>Takes <paramref name="id"/> out of the hold, to be settled.</summary>
    /// <remarks>Pay that others rely on is not released by time: a provider that stops work for a day would
    /// otherwise empty the hold before the verdict on its last job takes it.</remarks>
    public Result<HeldPay, ReleaseRefusal> Release(AssignmentId id, DateTimeOffset now, HeldPayRules rules)
    {
        var job = Jobs.Find(held => held.Id == id);
        if (job is null)
        {
            return ReleaseRefusal.NotHeld;
        }

        if (!job.IsDecided)
        {
            return job.Progress == CheckProgress.AwaitsDraw
                ? ReleaseRefusal.LotteryNotDrawn
                : ReleaseRefusal.CheckNotDecided;
        }

        var rest = new HeldPay(Jobs.Remove(job));
        if (rest.Counted(rules) >= rules.Required)
        {
            return rest;
        }

        if (now - job.DeliveredAt < rules.LongestHold)
        {
            return ReleaseRefusal.TooLittleHeld;
        }

        return rest.Jobs.Exists(other => other.ReliesOnHeldPay) ? ReleaseRefusal.StillVouches : rest;
    }

    /// <summary>The fee of a fault: the oldest jobs whose counted pay is what is required, or all that count.</summary>
    /// <returns>What is left, and what was taken. Pay that does not count is not taken: it would hurt nobody.</returns>
    /// <remarks>What was trusted for this pay and is not decided is checked for certain from here on.</remarks>
    public (HeldPay Left, IReadOnlyList<HeldJob> Forfeited) Forfeit(HeldPayRules rules)
    {
        var forfeited = new List<HeldJob>();
        foreach (var job in Jobs)
        {
            var before = Counted(forfeited, rules);
            if (before >= rules.Required)
            {
                break;
            }

            forfeited.Add(job);
            if (Counted(forfeited, rules) == before)
            {
                forfeited.RemoveAt(forfeited.Count - 1);
            }
        }

        var left = Jobs.RemoveRange(forfeited)
            .ConvertAll(job => job.ReliesOnHeldPay ? job with { Audit = PartsPerMillion.Always } : job);
        return (new HeldPay(left), forfeited);
    }

    private static TokenAmount Counted(IEnumerable<HeldJob> jobs, HeldPayRules rules) => TokenAmount.Sum(jobs
        .Where(job => !job.NamesProviders)
        .GroupBy(job => job.Funder, job => job.Pay)
        .Select(funder => TokenAmount.Min(TokenAmount.Sum(funder), rules.FunderCapDown)));
}
