using Marketplace.Escrow;

namespace Marketplace.Settlement;

/// <summary>The fees of a further attempt with the same nonce.</summary>
public static class FeeBump
{
    /// <summary>Both fees at least 12.5 % up (nodes ask for 10), not below the suggestion, not above the cap.</summary>
    /// <returns>Null at the cap: another attempt would be refused as underpriced.</returns>
    public static GasFees? NextUp(GasFees last, GasFees suggested, UInt128 cap)
    {
        var (max, tip) = (RaiseUp(last.MaxFeePerGas), RaiseUp(last.MaxPriorityFeePerGas));
        return max > cap || tip > cap
            ? null
            : Capped(
                new GasFees(
                    UInt128.Max(max, suggested.MaxFeePerGas), UInt128.Max(tip, suggested.MaxPriorityFeePerGas)),
                cap);
    }

    /// <summary>The fees of a first attempt: the suggestion, never above the cap.</summary>
    public static GasFees Capped(GasFees suggested, UInt128 cap)
    {
        var max = UInt128.Min(suggested.MaxFeePerGas, cap);
        return new GasFees(max, UInt128.Min(suggested.MaxPriorityFeePerGas, max));
    }

    private static UInt128 RaiseUp(UInt128 wei) => checked(wei + (wei / 8) + 1);
}
