namespace Marketplace.Verification.Comparing;

/// <summary>Log-probabilities as evidence carries them: thousandths of a nat in 16 bits, never above 0.</summary>
public static class MilliNats
{
    public const short Least = short.MinValue;

    private const double PerNat = 1_000;

    /// <summary>Rounded half away from zero and clamped to [-32768, 0].</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="nats"/> is not a number.</exception>
    public static short FromNats(double nats)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(double.IsNaN(nats), true, nameof(nats));
        return (short)Math.Clamp(Math.Round(nats * PerNat, MidpointRounding.AwayFromZero), Least, 0);
    }

    /// <summary>The probability, the same bits on every machine.</summary>
    internal static double Probability(int milliNats) => IeeeMath.Exp(milliNats / PerNat);
}
