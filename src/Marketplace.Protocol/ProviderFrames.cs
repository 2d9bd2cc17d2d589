using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Protocol;

/// <summary>What a provider sells: one model in one determinism class, at one price, up to a capacity.</summary>
public sealed record Offer(
    string Model, string DeterminismClass, int ContextTokens, UnitPrice Price, Quantity Capacity)
{
    /// <summary>What the provider says of itself, in the operator's attributes; a peer that names none has none.
    /// </summary>
    public IReadOnlyList<NamedValues> Attributes { get; init; } = [];
}

/// <param name="Proof">The provider's signature over <see cref="ConnectionProof"/>, 64 bytes.</param>
public sealed record ProviderHello(ProviderId ProviderId, byte[] Proof, IReadOnlyList<Offer> Offers) : Frame;

/// <param name="FeeBps">What the operator adds to the buyer's bill; the provider's pay is its price times the
/// units.</param>
public sealed record ProviderWelcome(ProviderId ProviderId, BasisPoints FeeBps) : Frame;

/// <summary>
/// One provider's order to run one job. Nothing in it names the job, the buyer, the budget or its peers.
/// </summary>
/// <param name="Request">The canonical request bytes (<see cref="JobRequest"/>), whose hash is <paramref
/// name="InputHash"/>.</param>
public sealed record AssignmentOffer(
    AssignmentId AssignmentId,
    Hash32 InputHash,
    byte[] Request,
    UnitPrice Price,
    bool IsStreamed,
    long CommitByUnixMilliseconds,
    long RevealByUnixMilliseconds) : Frame;

/// <summary>A piece of the answer as it is made; only asked for by streamed assignments.</summary>
public sealed record TextDelta(AssignmentId AssignmentId, int Index, string Text) : Frame;

/// <param name="Signature">The provider's signature over <see cref="ResultCommit"/>, 64 bytes.</param>
public sealed record CommitFrame(ResultCommit Commit, byte[] Signature) : Frame;

/// <summary>All commits are in, or time is up: show the result.</summary>
public sealed record RevealRequest(AssignmentId AssignmentId) : Frame;

/// <param name="Signature">The provider's signature over <see cref="JobResult"/>, 64 bytes.</param>
/// <param name="Canonical">The canonical result bytes (verification 5.4).</param>
public sealed record RevealFrame(JobResult Result, byte[] Signature, byte[] Canonical) : Frame;

/// <summary>The provider cannot run the assignment.</summary>
/// <param name="IsRequestsFault">The request itself is at fault (too long, malformed): no other provider will do
/// better.</param>
public sealed record AssignmentFailed(
    AssignmentId AssignmentId, string Code, string Message, bool IsRequestsFault) : Frame;

/// <summary>
/// How an assignment ended for the provider: <c>accepted</c>, <c>outvoted</c>, <c>late</c> or <c>cancelled</c>.
/// </summary>
public sealed record AssignmentClosed(AssignmentId AssignmentId, string Outcome, TokenAmount Amount) : Frame;

/// <summary>
/// A statement that pays the provider, with both signatures and before it is in any batch: should the operator vanish,
/// the provider settles it alone. Whose keys they are is not said here, for the provider asks the chain.
/// </summary>
/// <param name="SessionSignature">The budget's session key over <see cref="Escrow.Statement"/>, 64 bytes.</param>
/// <param name="Cosignature">The operator's co-signer over the statement's digest, 64 bytes.</param>
public sealed record CosignedStatementFrame(
    Statement Statement, byte[] SessionSignature, byte[] Cosignature) : Frame;
