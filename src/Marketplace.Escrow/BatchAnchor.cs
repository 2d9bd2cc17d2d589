using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>
/// What the operator fixes for good with each batch (settlement 3.2). The chain has only the hash; who wants to check
/// it is given this.
/// </summary>
/// <param name="BookCount">Records of the public command log that <paramref name="BookRoot"/> covers.</param>
/// <param name="BookRoot">The hash of those records.</param>
/// <param name="EpochPreimage">What the audit lottery of the last closed epoch revealed; zero before the first.</param>
/// <param name="VerdictRoot">The verdicts of that epoch; zero before the first.</param>
/// <param name="ChainTip">The tip of the next chain of randomness; zero where there is none.</param>
public sealed record BatchAnchor(
    long BookCount, Hash32 BookRoot, Hash32 EpochPreimage, Hash32 VerdictRoot, Hash32 ChainTip)
{
    /// <summary>The anchor of a book without a command.</summary>
    public static BatchAnchor Empty { get; } = OfBook(0, default);

    public static BatchAnchor OfBook(long count, Hash32 root) => new(count, root, default, default, default);

    /// <summary>keccak256(bookRoot, epoch's preimage, verdict root, chain tip), 32 bytes each.</summary>
    public Hash32 Hash() => Keccak256.Hash(
        [.. BookRoot.ToBytes(), .. EpochPreimage.ToBytes(), .. VerdictRoot.ToBytes(), .. ChainTip.ToBytes()]);
}
