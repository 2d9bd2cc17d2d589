using Marketplace.Escrow;

namespace Marketplace.Settlement;

/// <summary>The fees of a further attempt with the same nonce.</summary>
public static class FeeBump
{
    /// <summary>Both fees at least 12.5 % up (nodes ask for 10), at least the suggestion, never above the cap.</summary>
    /// <returns>Null at the cap: another attempt would be refused as underpriced.</returns>
    public static GasFees? NextUp(GasFees last, GasFees suggested, UInt128 cap)
    {
        var max = UInt128.Max(RaiseUp(last.MaxFeePerGas), suggested.MaxFeePerGas);
        var tip = UInt128.Max(RaiseUp(last.MaxPriorityFeePerGas), suggested.MaxPriorityFeePerGas);
        return max > cap ? null : new GasFees(max, UInt128.Min(tip, max));
    }

    private static UInt128 RaiseUp(UInt128 wei) => checked(wei + (wei / 8) + 1);
}
