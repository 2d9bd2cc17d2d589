using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>
/// The Merkle tree over the chunks of an answer's evidence (verification 5.4): a node is the Keccak-256 of 01, left and
/// right; a node without a partner is carried up as it is; without any evidence the root is the Keccak-256 of nothing.
/// </summary>
public static class EvidenceTree
{
    private const byte NodeMark = 1;

    /// <summary>The root over the chunks of all tokens of an answer.</summary>
    public static Hash32 RootOf(IReadOnlyList<TokenChoice> evidence) => Root([.. Chunks(evidence).Select(LeafOf)]);

    /// <summary>The bytes that a provider reveals, 32 tokens each, the last one fewer.</summary>
    public static IReadOnlyList<byte[]> Chunks(IReadOnlyList<TokenChoice> evidence) =>
        [.. evidence.Chunk(EvidenceChunk.MostTokens).Select((tokens, index) => EvidenceChunk.Encode(index, tokens))];

    public static Hash32 LeafOf(byte[] chunk) => Keccak256.Hash(chunk);

    public static Hash32 Root(IReadOnlyList<Hash32> leaves)
    {
        if (leaves.Count == 0)
        {
            return Keccak256.Hash([]);
        }

        var level = leaves;
        while (level.Count > 1)
        {
            level = LevelAbove(level);
        }

        return level[0];
    }

    /// <summary>The partners of a leaf on its way up, lowest first; levels where it has none are left out.</summary>
    public static IReadOnlyList<Hash32> PathOf(IReadOnlyList<Hash32> leaves, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Count);
        var path = new List<Hash32>();
        for (var level = leaves; level.Count > 1; level = LevelAbove(level), index /= 2)
        {
            if ((index ^ 1) < level.Count)
            {
                path.Add(level[index ^ 1]);
            }
        }

        return path;
    }

    /// <summary>Whether a leaf stands at this index of a tree with so many leaves.</summary>
    public static bool Holds(Hash32 root, int count, int index, Hash32 leaf, IReadOnlyList<Hash32> path)
    {
        if (index < 0 || index >= count)
        {
            return false;
        }

        var (hash, used) = (leaf, 0);
        for (; count > 1; count = (count + 1) / 2, index /= 2)
        {
            if ((index ^ 1) >= count)
            {
                continue; // carried up
            }

            if (used == path.Count)
            {
                return false;
            }

            var partner = path[used++];
            hash = index % 2 == 0 ? NodeOf(hash, partner) : NodeOf(partner, hash);
        }

        return used == path.Count && hash == root;
    }

    /// <summary>The evidence whose chunks are exactly those that were committed to.</summary>
    /// <returns>
    /// <see cref="EvidenceFault.Missing"/> without a chunk, <see cref="EvidenceFault.BadBytes"/> if the root is another
    /// one, a chunk is none, or one before the last is not full.
    /// </returns>
    public static Result<IReadOnlyList<TokenChoice>, EvidenceFault> Read(
        Hash32 committed, IReadOnlyList<byte[]> chunks)
    {
        if (chunks.Count == 0)
        {
            return EvidenceFault.Missing;
        }

        if (Root([.. chunks.Select(LeafOf)]) != committed)
        {
            return EvidenceFault.BadBytes;
        }

        var evidence = new List<TokenChoice>();
        for (var index = 0; index < chunks.Count; index++)
        {
            var isLast = index == chunks.Count - 1;
            if (!EvidenceChunk.Decode(index, chunks[index]).TryGet(out var tokens)
                || (!isLast && tokens.Count < EvidenceChunk.MostTokens))
            {
                return EvidenceFault.BadBytes;
            }

            evidence.AddRange(tokens);
        }

        return evidence;
    }

    private static List<Hash32> LevelAbove(IReadOnlyList<Hash32> level)
    {
        var above = new List<Hash32>((level.Count + 1) / 2);
        for (var index = 0; index < level.Count; index += 2)
        {
            above.Add(index + 1 < level.Count ? NodeOf(level[index], level[index + 1]) : level[index]);
        }

        return above;
    }

    private static Hash32 NodeOf(Hash32 left, Hash32 right)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * Hash32.Length)];
        bytes[0] = NodeMark;
        left.WriteTo(bytes[1..]);
        right.WriteTo(bytes[(1 + Hash32.Length)..]);
        return Keccak256.Hash(bytes);
    }
}
