using System.Numerics;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>What is computed with masks outside the engine.</summary>
public static class MaskBits
{
    public const int Count = 128;

    public static AttributeMask None => default;

    public static AttributeMask All => new(ulong.MaxValue, ulong.MaxValue);

    /// <param name="bit">0 to 127.</param>
    public static AttributeMask Of(int bit) => bit < 64 ? new(1UL << bit, 0) : new(0, 1UL << (bit - 64));

    public static AttributeMask With(this AttributeMask mask, AttributeMask other) =>
        new(mask.Low | other.Low, mask.High | other.High);

    public static AttributeMask Without(this AttributeMask mask, AttributeMask other) =>
        new(mask.Low & ~other.Low, mask.High & ~other.High);

    public static AttributeMask Shared(this AttributeMask mask, AttributeMask other) =>
        new(mask.Low & other.Low, mask.High & other.High);

    public static bool Has(this AttributeMask mask, int bit) => Of(bit).IsWithin(mask);

    public static int Size(this AttributeMask mask) =>
        BitOperations.PopCount(mask.Low) + BitOperations.PopCount(mask.High);
}
