using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>How the comparison of a job's results ended.</summary>
public enum VerdictOutcome : byte
{
    /// <summary>Nothing was compared: one run, quorum 1.</summary>
    Unchecked = 1,

    /// <summary>A quorum of equal results, this one among them.</summary>
    Accepted = 2,

    /// <summary>A quorum agreed on another result; this one is not paid.</summary>
    Outvoted = 3,
}

/// <summary>
/// The leaf that proves one leg of one job: who, what hashes, how much, verdict (settlement 5, item 4).
/// </summary>
public sealed record Receipt(
    BudgetNo BudgetNo,
    JobNo JobNo,
    AssignmentId AssignmentId,
    ProviderId ProviderId,
    TokenAmount Amount,
    Hash32 InputHash,
    Hash32 ResultDigest,
    Hash32 CommitSignatureHash,
    Hash32 ResultSignatureHash,
    uint TokensIn,
    uint TokensOut,
    ulong DeliveredAt,
    VerdictOutcome Verdict)
{
    /// <summary><c>keccak256(0x00 || the thirteen fields as 32-byte words)</c>.</summary>
    public Hash32 Leaf()
    {
        ReadOnlySpan<Hash32> words =
        [
            Eip712.Word(BudgetNo.Value), Eip712.Word(JobNo.Value), AssignmentId.Value, Eip712.Word(ProviderId.Value),
            Eip712.Word((ulong)Amount.Micro), InputHash, ResultDigest, CommitSignatureHash, ResultSignatureHash,
            Eip712.Word(TokensIn), Eip712.Word(TokensOut), Eip712.Word(DeliveredAt), Eip712.Word((ulong)Verdict),
        ];
        var bytes = new byte[1 + (words.Length * Hash32.Length)];
        for (var index = 0; index < words.Length; index++)
        {
            words[index].WriteTo(bytes.AsSpan(1 + (index * Hash32.Length)));
        }

        return Keccak256.Hash(bytes);
    }
}

/// <summary>The root over a statement's receipts: nodes <c>keccak(0x01 || l || r)</c>, an odd node is lifted.</summary>
public static class ReceiptTree
{
    /// <exception cref="ArgumentException">There is no leaf.</exception>
    public static Hash32 Root(IReadOnlyList<Hash32> leaves)
    {
        if (leaves.Count == 0)
        {
            throw new ArgumentException("A statement has at least one receipt.", nameof(leaves));
        }

        var level = leaves;
        while (level.Count > 1)
        {
            level = level.Chunk(2).Select(pair => pair.Length == 2 ? Node(pair[0], pair[1]) : pair[0]).ToList();
        }

        return level[0];
    }

    private static Hash32 Node(Hash32 left, Hash32 right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Hash32.Length)];
        bytes[0] = 1;
        left.WriteTo(bytes[1..]);
        right.WriteTo(bytes[33..]);
        return Keccak256.Hash(bytes);
    }
}
