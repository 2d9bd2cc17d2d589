using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>
/// Numbers of the contract as the market's unit types: what does not fit is a fault of the chain, never cut.
/// </summary>
internal static class MicroTokens
{
    public static TokenAmount Of(BigInteger micro) => micro >= 0 && micro <= long.MaxValue
        ? new TokenAmount((long)micro)
        : throw new ChainFaultException($"The chain holds an amount of {micro} micro-tokens, beyond 63 bits.");

    /// <summary>Token base units as whole micro-tokens; what is less than one is dropped.</summary>
    public static TokenAmount OfBaseUnitsDown(BigInteger baseUnits, BigInteger unit) => Of(baseUnits / unit);

    public static BigInteger ToBaseUnits(TokenAmount amount, BigInteger unit) => amount.Micro * unit;

    public static UInt128 Wei(BigInteger wei) => wei >= 0 && wei <= (BigInteger)UInt128.MaxValue
        ? (UInt128)wei
        : throw new ChainFaultException("The chain holds an amount of wei beyond 128 bits.");
}
