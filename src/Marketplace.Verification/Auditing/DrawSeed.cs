using System.Buffers.Binary;
using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Verification.Auditing;

/// <summary>What both draws of one job are made of; public once its epoch is closed (verification 5.5).</summary>
/// <param name="Preimage">The operator's part: pre_T of the epoch of the commit.</param>
/// <param name="Nonce">The buyer's part, or what stands in for it.</param>
/// <param name="Commit">The provider's part: fixed before it could know the others.</param>
public sealed record DrawSeed(Hash32 Preimage, Hash32 Nonce, Hash32 Commit)
{
    private static readonly Hash32 AuditDomain = Keccak256.Hash("AUDIT-V1");
    private static readonly Hash32 CheckerDomain = Keccak256.Hash("CHECKER-V1");

    /// <summary>
    /// The nonce that counts: the buyer's if it opens the hash in its order, otherwise a block's hash.
    /// </summary>
    /// <param name="firstFinalBlock">The hash of the first final block after the end of the epoch: nobody in the
    /// market chooses it, so silence buys neither the buyer nor the operator a second draw.</param>
    public static Hash32 NonceThatCounts(Hash32 nonceHash, Hash32? revealed, Hash32 firstFinalBlock) =>
        revealed is { } nonce && Keccak256.Hash(nonce.ToBytes()) == nonceHash ? nonce : firstFinalBlock;

    /// <summary>
    /// keccak256(keccak256("AUDIT-V1") || pre_T || nonce || commit), its first eight bytes, big-endian.
    /// </summary>
    public ulong AuditTicket() =>
        BinaryPrimitives.ReadUInt64BigEndian(Hash(AuditDomain, []).ToBytes());

    /// <summary>
    /// keccak256(keccak256("CHECKER-V1") || pre_T || nonce || commit || uint256 round) mod the weight.
    /// </summary>
    /// <param name="round">0 and up; each round draws one checker.</param>
    /// <param name="totalWeight">The weight of all that may be drawn; 1 and up.</param>
    /// <returns>0 to <paramref name="totalWeight"/> - 1.</returns>
    public long CheckerTicket(int round, long totalWeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(round);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalWeight, 1);

        Span<byte> word = stackalloc byte[Hash32.Length];
        word.Clear();
        BinaryPrimitives.WriteInt32BigEndian(word[28..], round);

        var number = new BigInteger(Hash(CheckerDomain, word).ToBytes(), isUnsigned: true, isBigEndian: true);
        return (long)(number % totalWeight);
    }

    private Hash32 Hash(Hash32 domain, ReadOnlySpan<byte> rest)
    {
        var bytes = new byte[(4 * Hash32.Length) + rest.Length];
        domain.WriteTo(bytes);
        Preimage.WriteTo(bytes.AsSpan(Hash32.Length));
        Nonce.WriteTo(bytes.AsSpan(2 * Hash32.Length));
        Commit.WriteTo(bytes.AsSpan(3 * Hash32.Length));
        rest.CopyTo(bytes.AsSpan(4 * Hash32.Length));
        return Keccak256.Hash(bytes);
    }
}
