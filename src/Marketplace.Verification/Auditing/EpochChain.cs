using Marketplace.Kernel;

namespace Marketplace.Verification.Auditing;

/// <summary>Why a published preimage was refused, in order of precedence.</summary>
public enum PreimageRejection : byte
{
    /// <summary>All links of the chain are spent: a new anchor is needed.</summary>
    ChainIsSpent = 1,

    /// <summary>It is for another epoch than the next.</summary>
    NotTheNextEpoch = 2,

    /// <summary>It does not hash to the preimage before it: it was not fixed beforehand.</summary>
    DoesNotHashToThePrevious = 3,
}

/// <summary>
/// The operator's randomness, fixed before the first commit and shown link by link (verification 5.5.1).
/// </summary>
/// <remarks>c_0 = seed, c_{i+1} = keccak256(c_i). c_N, the anchor, is public from the start.</remarks>
public static class EpochChain
{
    /// <summary>The next link of the chain: the hash of this one.</summary>
    public static Hash32 Link(Hash32 link) => Keccak256.Hash(link.ToBytes());

    /// <summary>c_N: what is published before the first epoch.</summary>
    /// <param name="length">N, the number of epochs that the chain serves: 1 and up.</param>
    public static Hash32 Anchor(Hash32 seed, int length) => Preimage(seed, length, epoch: 0);

    /// <summary>pre_T = c_{N-T}: published when epoch T closes. Epoch 0 is the anchor itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The chain serves no such epoch.</exception>
    public static Hash32 Preimage(Hash32 seed, int length, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epoch, length);

        var link = seed;
        for (var step = 0; step < length - epoch; step++)
        {
            link = Link(link);
        }

        return link;
    }
}

/// <summary>What anyone knows of a chain: how long it is, and the last preimage that was shown.</summary>
/// <param name="Epoch">The last closed epoch; 0 while there is none.</param>
/// <param name="Preimage">The last shown preimage; the anchor while there is none.</param>
public sealed record ShownChain(int Length, int Epoch, Hash32 Preimage)
{
    public static ShownChain Anchored(Hash32 anchor, int length) => new(length, 0, anchor);

    /// <summary>Accepts the preimage of <paramref name="epoch"/>. The same again changes nothing.</summary>
    public Result<ShownChain, PreimageRejection> Show(int epoch, Hash32 preimage)
    {
        if (epoch == Epoch && preimage == Preimage)
        {
            return this;
        }

        if (Epoch == Length)
        {
            return PreimageRejection.ChainIsSpent;
        }

        if (epoch != Epoch + 1)
        {
            return PreimageRejection.NotTheNextEpoch;
        }

        return EpochChain.Link(preimage) == Preimage
            ? this with { Epoch = epoch, Preimage = preimage }
            : PreimageRejection.DoesNotHashToThePrevious;
    }
}
