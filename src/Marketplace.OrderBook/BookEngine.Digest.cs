using Marketplace.Kernel;

namespace Marketplace.OrderBook;

/// <summary>The digest by which a replayed or loaded state is compared with the one that was lived.</summary>
public sealed partial class BookEngine
{
    /// <summary>SHA-256 of the whole state: the matching engine's hash, and everything else as it is saved.</summary>
    public Hash32 Digest() => Saved().Digest(MatchingHash());

    /// <summary>The hash of the matching engine alone, which a replay of the public log comes to as well.</summary>
    public Hash32 MatchingHash() => matching.StateHash();
}
