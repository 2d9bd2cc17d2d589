namespace Marketplace.Verification.Comparing;

/// <summary>
/// Exponential and logarithm from IEEE additions, multiplications, divisions and roots in a fixed order alone. These
/// are exactly rounded and the runtime neither reorders nor fuses them, so every machine gets the same bits; the
/// platform's own library may differ in the last.
/// </summary>
internal static class IeeeMath
{
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Log2E = 1.4426950408889634;
    private const double HalfRoot = 0.70710678118654757;
    private const double Least = -700;
    private const double Most = 700;
    private const double Billion = 1e9;

    /// <summary>e to the <paramref name="x"/>, to 2 units in the last place; 0 below -700.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="x"/> is above 700 or not a number.</exception>
    public static double Exp(double x)
    {
        if (x < Least)
        {
            return 0;
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(x <= Most, true, nameof(x));
        var power = Math.Floor((x * Log2E) + 0.5);
        var rest = x - (power * Ln2High) - (power * Ln2Low);
        var sum = 1.0;
        for (var term = 14; term >= 1; term--)
        {
            sum = 1.0 + (rest * sum / term);
        }

        return sum * BitConverter.Int64BitsToDouble(((long)power + 1023) << 52);
    }

    /// <summary>The natural logarithm, by the series of the inverse hyperbolic tangent.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="x"/> is no positive normal number.</exception>
    public static double Ln(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(double.IsNormal(x) && x > 0, true, nameof(x));
        var power = 0;
        var part = x;
        for (; part > 2 * HalfRoot; power++)
        {
            part /= 2;
        }

        for (; part < HalfRoot; power--)
        {
            part *= 2;
        }

        var ratio = (part - 1) / (part + 1);
        var square = ratio * ratio;
        var sum = 0.0;
        for (var term = 31; term >= 1; term -= 2)
        {
            sum = (sum * square) + (1.0 / term);
        }

        return (power * Ln2High) + ((power * Ln2Low) + (2 * ratio * sum));
    }

    /// <summary>The nearest whole billionth, halves away from zero.</summary>
    /// <exception cref="OverflowException">The value is not a number or too large.</exception>
    public static long ToBillionths(double value) =>
        checked((long)Math.Round(value * Billion, MidpointRounding.AwayFromZero));
}
