using Marketplace.Kernel;

namespace Marketplace.Protocol;

/// <summary>How tokens become units: output tokens, and input tokens by the market's weight.</summary>
public static class Metering
{
    /// <summary>What a run is billed: input weight rounded down.</summary>
    public static Quantity UnitsDown(uint tokensIn, uint tokensOut, BasisPoints inputWeight) =>
        new Quantity(tokensOut) + inputWeight.ShareDown(new Quantity(tokensIn));

    /// <summary>The most that a run may be billed: input weight rounded up.</summary>
    public static Quantity UnitsUp(uint tokensIn, uint maxTokensOut, BasisPoints inputWeight) =>
        new Quantity(maxTokensOut) + inputWeight.ShareUp(new Quantity(tokensIn));
}
