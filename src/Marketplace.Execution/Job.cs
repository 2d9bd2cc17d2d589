using Marketplace.Kernel;

namespace Marketplace.Execution;

/// <summary>Where a job stands. The last two are ends.</summary>
public enum JobStatus
{
    /// <summary>Providers run it, commit, reveal.</summary>
    Running = 1,

    /// <summary>A result is accepted; the gateway has not signed for it yet.</summary>
    Delivering,

    /// <summary>Tickets are stored; the book has not been told yet.</summary>
    Completing,

    /// <summary>It ended without delivery; the book has not been told yet.</summary>
    Releasing,

    Done,
    Refunded,
}

/// <summary>Where one leg stands. The last three are ends.</summary>
public enum LegStatus
{
    Assigned = 1,
    Committed,
    Revealed,
    Accepted,
    Outvoted,

    /// <summary>It failed, came too late, or cheated in form: unpaid.</summary>
    Dropped,
}

/// <summary>A matched bid on its way to becoming a job.</summary>
/// <param name="BookSeq">The book's event that made it: the consumer's cursor.</param>
public sealed record NewJob(
    long BookSeq,
    JobId JobId,
    BudgetNo BudgetNo,
    string ClientOrderId,
    byte[] Request,
    Hash32 InputHash,
    Quantity PerLeg,
    UnitPrice Limit,
    BasisPoints FeeBps,
    BasisPoints InputWeightBps,
    int Replicas,
    int Quorum,
    bool IsStreamed,
    IReadOnlyList<LegGrant> Legs);

/// <summary>One provider's order to run the job, and what came of it.</summary>
public sealed record Leg(
    AssignmentId AssignmentId,
    int LegNo,
    ProviderId ProviderId,
    EthAddress Signer,
    UnitPrice Price,
    LegStatus Status,
    DateTimeOffset CommitBy,
    DateTimeOffset RevealBy,
    bool IsRevealAsked,
    bool IsRequestsFault,
    Hash32? Commitment,
    byte[]? CommitSignature,
    string? ResultJson,
    byte[]? ResultSignature,
    byte[]? Canonical,
    Hash32? ResultDigest)
{
    public bool IsLive => Status is LegStatus.Assigned or LegStatus.Committed or LegStatus.Revealed;

    /// <summary>The same leg with its times put off where they are sooner.</summary>
    public Leg NotDueBefore(DateTimeOffset soonest) => this with
    {
        CommitBy = CommitBy > soonest ? CommitBy : soonest,
        RevealBy = RevealBy > soonest ? RevealBy : soonest,
    };
}

/// <summary>A job and its legs.</summary>
/// <param name="Deadline">When it is given up if nothing was delivered.</param>
public sealed record Job(
    JobId JobId,
    BudgetNo BudgetNo,
    string ClientOrderId,
    byte[] Request,
    Hash32 InputHash,
    Quantity PerLeg,
    BasisPoints FeeBps,
    BasisPoints InputWeightBps,
    int Quorum,
    bool IsStreamed,
    JobStatus Status,
    DateTimeOffset Deadline,
    TokenAmount Paid,
    TokenAmount Fee,
    string EndCode,
    string EndMessage,
    IReadOnlyList<Leg> Legs)
{
    public Job With(Leg changed) =>
        this with { Legs = Legs.Select(leg => leg.LegNo == changed.LegNo ? changed : leg).ToList() };
}

/// <summary>How long things may take.</summary>
public sealed record JobOptions
{
    /// <summary>From assignment to commit.</summary>
    public TimeSpan CommitTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a provider may take to connect again after the operator was away.</summary>
    public TimeSpan ReconnectTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>From the request to reveal to the reveal.</summary>
    public TimeSpan RevealTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the match until the job is given up, a delivery without a gateway included.</summary>
    public TimeSpan JobTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a delivered job's pay is held before it may settle.</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Runs that may be started beyond the quorum before a job is given up.</summary>
    public int SpareRuns { get; init; } = 4;
}
