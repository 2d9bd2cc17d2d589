using System.Globalization;

namespace Marketplace.Audit;

/// <summary>A sum of micro-tokens that may be below zero: where logs are missing, a rebuilt balance can be.</summary>
internal readonly record struct SignedMicro(Int128 Micro)
{
    public static SignedMicro operator +(SignedMicro left, SignedMicro right) => new(checked(left.Micro + right.Micro));

    public static SignedMicro operator -(SignedMicro left, SignedMicro right) => new(checked(left.Micro - right.Micro));

    public static implicit operator SignedMicro(Kernel.TokenAmount amount) => new(amount.Micro);

    public static SignedMicro Sum(IEnumerable<SignedMicro> amounts) =>
        amounts.Aggregate(default(SignedMicro), (sum, amount) => sum + amount);

    /// <summary>Micro-tokens, as the contract counts.</summary>
    public override string ToString() => Micro.ToString(CultureInfo.InvariantCulture);
}
