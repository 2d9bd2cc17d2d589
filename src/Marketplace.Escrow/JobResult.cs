using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>What a provider reveals and signs after its commit (settlement 2.3, <c>Result</c>).</summary>
/// <param name="StartedAt">Unix seconds.</param>
/// <param name="FinishedAt">Unix seconds.</param>
/// <param name="Price">Micro-tokens per 1,000,000 units, as traded.</param>
public sealed record JobResult(
    AssignmentId AssignmentId,
    ProviderId ProviderId,
    Hash32 InputHash,
    Hash32 ResultDigest,
    Hash32 EvidenceRoot,
    Hash32 Salt,
    uint TokensIn,
    uint TokensOut,
    ulong StartedAt,
    ulong FinishedAt,
    UnitPrice Price)
{
    private const string Type = "Result(bytes32 assignmentId,uint32 providerId,bytes32 inputHash,bytes32 resultDigest,"
        + "bytes32 evidenceRoot,bytes32 salt,uint32 tokensIn,uint32 tokensOut,uint40 startedAt,uint40 finishedAt,"
        + "uint64 price)";

    /// <summary>Whether <see cref="Digest"/> takes the result: what another side sends is asked first.</summary>
    public bool CanEncode => FieldWidth.IsU40(StartedAt) && FieldWidth.IsU40(FinishedAt);

    /// <exception cref="FieldOverflowException">A time does not fit its field.</exception>
    public Hash32 Digest(Eip712Domain domain) => Eip712.Digest(domain, Eip712.HashStruct(
        Type,
        AssignmentId.Value,
        Eip712.Word(ProviderId.Value),
        InputHash,
        ResultDigest,
        EvidenceRoot,
        Salt,
        Eip712.Word(TokensIn),
        Eip712.Word(TokensOut),
        Eip712.Word(FieldWidth.U40(StartedAt)),
        Eip712.Word(FieldWidth.U40(FinishedAt)),
        Eip712.Word((ulong)Price.MicroPerMillionUnits)));

    /// <summary>
    /// Whether <paramref name="commit"/> was a promise of this very result by <paramref name="signer"/>.
    /// </summary>
    public bool Opens(ResultCommit commit, Eip712Domain domain, EthAddress signer) =>
        commit.AssignmentId == AssignmentId
        && commit.ProviderId == ProviderId
        && commit.Commitment == Commitment.Compute(
            domain, AssignmentId, InputHash, signer, ResultDigest, EvidenceRoot, Salt);
}
