using Marketplace.Kernel;

namespace Marketplace.Execution;

/// <summary>A row of <c>job</c>, column for column.</summary>
internal sealed class JobRow
{
    public long JobId { get; init; }

    public long BudgetNo { get; init; }

    public string ClientOrderId { get; init; } = "";

    public byte[] Request { get; init; } = [];

    public byte[] InputHash { get; init; } = [];

    public long PerLeg { get; init; }

    public long FeeBps { get; init; }

    public long InputWeightBps { get; init; }

    public long Quorum { get; init; }

    public long IsStreamed { get; init; }

    public long Status { get; init; }

    public long Deadline { get; init; }

    public long Paid { get; init; }

    public long Fee { get; init; }

    public string EndCode { get; init; } = "";

    public string EndMessage { get; init; } = "";

    public Job ToJob(IReadOnlyList<Leg> legs) => new(
        new JobId(JobId),
        new BudgetNo(checked((uint)BudgetNo)),
        ClientOrderId,
        Request,
        new Hash32(InputHash),
        new Quantity(PerLeg),
        new BasisPoints(checked((int)FeeBps)),
        new BasisPoints(checked((int)InputWeightBps)),
        checked((int)Quorum),
        IsStreamed == 1,
        (JobStatus)Status,
        DateTimeOffset.FromUnixTimeMilliseconds(Deadline),
        new TokenAmount(Paid),
        new TokenAmount(Fee),
        EndCode,
        EndMessage,
        legs);
}

/// <summary>A row of <c>assignment</c>, column for column.</summary>
internal sealed class LegRow
{
    public byte[] AssignmentId { get; init; } = [];

    public long LegNo { get; init; }

    public long ProviderId { get; init; }

    public byte[] Signer { get; init; } = [];

    public long Price { get; init; }

    public long Status { get; init; }

    public long CommitBy { get; init; }

    public long RevealBy { get; init; }

    public long IsRevealAsked { get; init; }

    public long IsRequestsFault { get; init; }

    public byte[]? Commitment { get; init; }

    public byte[]? CommitSignature { get; init; }

    public string? ResultJson { get; init; }

    public byte[]? ResultSignature { get; init; }

    public byte[]? Canonical { get; init; }

    public byte[]? ResultDigest { get; init; }

    public Leg ToLeg() => new(
        new AssignmentId(new Hash32(AssignmentId)),
        checked((int)LegNo),
        new ProviderId(checked((uint)ProviderId)),
        new EthAddress(Signer),
        new UnitPrice(Price),
        (LegStatus)Status,
        DateTimeOffset.FromUnixTimeMilliseconds(CommitBy),
        DateTimeOffset.FromUnixTimeMilliseconds(RevealBy),
        IsRevealAsked == 1,
        IsRequestsFault == 1,
        Commitment is null ? null : new Hash32(Commitment),
        CommitSignature,
        ResultJson,
        ResultSignature,
        Canonical,
        ResultDigest is null ? null : new Hash32(ResultDigest));
}

/// <summary>
/// A job as the operator shows it; instants are unix milliseconds, statuses those of <see cref="JobStatus"/>.
/// </summary>
public sealed class JobView
{
    public long JobId { get; init; }

    public long Status { get; init; }

    public long MatchedAt { get; init; }

    public long VerifiedAt { get; init; }

    public long EndedAt { get; init; }

    public long PaidMicro { get; init; }

    public long FeeMicro { get; init; }

    public string EndCode { get; init; } = "";

    public IReadOnlyList<JobLegView> Legs { get; set; } = [];
}

/// <summary>A leg as the operator shows it; statuses are those of <see cref="LegStatus"/>.</summary>
public sealed class JobLegView
{
    public long LegNo { get; init; }

    public long ProviderId { get; init; }

    public long PriceMicro { get; init; }

    public long Status { get; init; }
}
