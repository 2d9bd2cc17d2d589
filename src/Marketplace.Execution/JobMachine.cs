using Marketplace.Kernel;
using Marketplace.Verification;

namespace Marketplace.Execution;

/// <summary>What a running job needs next.</summary>
public abstract record JobStep;

/// <summary>Nothing to do until something comes in or time passes.</summary>
public sealed record Rest : JobStep;

/// <summary>These legs are lost: drop them.</summary>
public sealed record DropLegs(IReadOnlyList<int> LegNos) : JobStep;

/// <summary>All that are live have committed: ask these to show their results.</summary>
public sealed record AskReveals(IReadOnlyList<int> LegNos) : JobStep;

/// <summary>Buy one more leg.</summary>
public sealed record BuyLeg(int LegNo) : JobStep;

/// <summary>A quorum agrees: deliver.</summary>
public sealed record Deliver(Hash32 Digest, IReadOnlyList<int> Agreeing, IReadOnlyList<int> Outvoted) : JobStep;

/// <summary>Give up: the hold returns.</summary>
public sealed record GiveUp(string Code, string Message) : JobStep;

/// <summary>The life of a job (verification 5.3), decided from its state and the time alone.</summary>
public static class JobMachine
{
    public static JobStep Next(Job job, DateTimeOffset now, JobOptions options) => job.Status switch
    {
        JobStatus.Running when now >= job.Deadline => new GiveUp(
            "timeout", "No accepted result in time. Nothing is charged; try again or raise the price cap."),
        JobStatus.Running => NextWhileRunning(job, now, options),
        JobStatus.Delivering when now >= job.Deadline => new GiveUp(
            "not_collected", "The result was not collected in time. Nothing is charged."),
        JobStatus.Delivering or JobStatus.Completing or JobStatus.Releasing => new Rest(),
        JobStatus.Done or JobStatus.Refunded => new Rest(),
        _ => throw new InvariantViolationException($"Job {job.JobId} has status {job.Status}, which nothing sets."),
    };

    private static JobStep NextWhileRunning(Job job, DateTimeOffset now, JobOptions options)
    {
        var late = job.Legs.Where(leg => IsLate(leg, now)).Select(leg => leg.LegNo).ToList();
        if (late.Count > 0)
        {
            return new DropLegs(late);
        }

        var live = job.Legs.Where(leg => leg.IsLive).ToList();
        if (live.All(leg => leg.Status != LegStatus.Assigned))
        {
            var unasked = live.Where(leg => leg.Status == LegStatus.Committed && !leg.IsRevealAsked)
                .Select(leg => leg.LegNo).ToList();
            if (unasked.Count > 0)
            {
                return new AskReveals(unasked);
            }
        }

        return Judge(job, live, options);
    }

    private static JobStep Judge(Job job, List<Leg> live, JobOptions options)
    {
        var results = live.Where(leg => leg.Status == LegStatus.Revealed)
            .Select(leg => new RunResult(leg.LegNo, leg.ResultDigest!.Value)).ToList();
        var decision = Quorum.Decide(
            results, job.Quorum, live.Count - results.Count, job.Legs.Count, job.Quorum + options.SpareRuns);
        return decision switch
        {
            QuorumOpen => new Rest(),
            QuorumReached reached => new Deliver(reached.Digest, reached.Agreeing, reached.Outvoted),

            // As many as would make a quorum say that the request itself is at fault: no other provider will do better.
            MoreRunsNeeded when job.Legs.Count(leg => leg.IsRequestsFault) >= job.Quorum => new GiveUp(
                "invalid_request", job.EndMessage),
            MoreRunsNeeded => new BuyLeg(job.Legs.Max(leg => leg.LegNo) + 1),
            NoQuorum => new GiveUp(
                "no_quorum", "The providers' results differ; none was accepted. Nothing is charged."),
            _ => throw new InvariantViolationException($"A quorum decision {decision} is not known."),
        };
    }

    private static bool IsLate(Leg leg, DateTimeOffset now) =>
        (leg.Status == LegStatus.Assigned && now >= leg.CommitBy)
        || (leg is { Status: LegStatus.Committed, IsRevealAsked: true } && now >= leg.RevealBy);
}
