using Marketplace.Kernel;

namespace Marketplace.Verification;

/// <summary>One run's result as the judge sees it.</summary>
public sealed record RunResult(int LegNo, Hash32 Digest);

/// <summary>What the results so far mean.</summary>
public abstract record QuorumDecision;

/// <summary>Enough equal results: these runs are paid, the outvoted are not.</summary>
public sealed record QuorumReached(
    Hash32 Digest, IReadOnlyList<int> Agreeing, IReadOnlyList<int> Outvoted) : QuorumDecision;

/// <summary>Runs that are still going may decide it.</summary>
public sealed record QuorumOpen : QuorumDecision;

/// <summary>The results differ, or runs were lost: so many further runs are needed.</summary>
public sealed record MoreRunsNeeded(int Count) : QuorumDecision;

/// <summary>As many runs as are allowed, and no group is large enough: nobody is right, nobody is paid.</summary>
public sealed record NoQuorum : QuorumDecision;

/// <summary>Quorum of k equal results (verification 5.9, counted instead of weighted).</summary>
public static class Quorum
{
    /// <param name="quorum">How many equal results are accepted; 1 and up.</param>
    /// <param name="stillRunning">Runs without a result that have not failed.</param>
    /// <param name="runsSoFar">All runs that were ever started.</param>
    /// <param name="maxRuns">How many may ever be started.</param>
    public static QuorumDecision Decide(
        IReadOnlyList<RunResult> results, int quorum, int stillRunning, int runsSoFar, int maxRuns)
    {
        // While a run is going nothing is decided: its result may make a larger group, and it is owed an answer.
        if (stillRunning > 0)
        {
            return new QuorumOpen();
        }

        var groups = results.GroupBy(result => result.Digest)
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).ToList();
        var largest = groups.Count == 0 ? 0 : groups[0].Count();
        var isTied = groups.Count > 1 && groups[1].Count() == largest;
        if (largest >= quorum && !isTied)
        {
            return Reached(results, groups[0].Key);
        }

        var needed = Math.Max(1, quorum - largest);
        return runsSoFar + needed <= maxRuns ? new MoreRunsNeeded(needed) : new NoQuorum();
    }

    private static QuorumReached Reached(IReadOnlyList<RunResult> results, Hash32 digest) => new(
        digest,
        results.Where(result => result.Digest == digest).Select(result => result.LegNo).Order().ToList(),
        results.Where(result => result.Digest != digest).Select(result => result.LegNo).Order().ToList());
}
