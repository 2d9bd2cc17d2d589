using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>A provider's salted promise of a result, made before it can see any peer's (settlement 2.3).</summary>
public sealed record ResultCommit(AssignmentId AssignmentId, ProviderId ProviderId, Hash32 Commitment)
{
    private const string Type = "ResultCommit(bytes32 assignmentId,uint32 providerId,bytes32 commitment)";

    public Hash32 Digest(Eip712Domain domain) => Eip712.Digest(domain, Eip712.HashStruct(
        Type, AssignmentId.Value, Eip712.Word(ProviderId.Value), Commitment));
}

/// <summary>The value that a commit hides (verification 5.4): nine ABI words, bound to the provider's signer.</summary>
public static class Commitment
{
    private const string Type = "Commit(bytes32 assignmentId,bytes32 inputHash,address provider,bytes32 resultDigest,"
        + "bytes32 evidenceRoot,bytes32 salt)";

    /// <summary>Evidence of nothing: the hash of no bytes (verification 5.4).</summary>
    public static Hash32 NoEvidence { get; } = Keccak256.Hash(ReadOnlySpan<byte>.Empty);

    public static Hash32 Compute(
        Eip712Domain domain,
        AssignmentId assignmentId,
        Hash32 inputHash,
        EthAddress providerSigner,
        Hash32 resultDigest,
        Hash32 evidenceRoot,
        Hash32 salt)
    {
        ReadOnlySpan<Hash32> words =
        [
            Eip712.TypeHash(Type), Eip712.Word(domain.ChainId), domain.VerifyingContract.ToWord(), assignmentId.Value,
            inputHash, providerSigner.ToWord(), resultDigest, evidenceRoot, salt,
        ];
        var bytes = new byte[words.Length * Hash32.Length];
        for (var index = 0; index < words.Length; index++)
        {
            words[index].WriteTo(bytes.AsSpan(index * Hash32.Length));
        }

        return Keccak256.Hash(bytes);
    }
}
