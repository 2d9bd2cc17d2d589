namespace Marketplace.Inference;

/// <summary>
/// The few functions that the model needs, from IEEE additions, multiplications and divisions in a fixed order alone:
/// the platform's library may differ in the last bit from machine to machine, and these do not.
/// </summary>
internal static class ExactMath
{
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Log2E = 1.4426950408889634;
    private const double TwoPi = 6.283185307179586;
    private const double TwoPiLow = 2.4492935982947064e-16;

    // Beyond these the power of two leaves the range of normal numbers, and its bits would no longer be an exponent.
    private const double Least = -700;
    private const double Most = 709;

    /// <summary>e to the <paramref name="x"/>, to 2 units in the last place.</summary>
    /// <returns>0 below -700, infinity above 709.</returns>
    public static double Exp(double x)
    {
        if (x is < Least or > Most)
        {
            return x < Least ? 0 : double.PositiveInfinity;
        }

        var power = Math.Floor((x * Log2E) + 0.5);
        var rest = x - (power * Ln2High) - (power * Ln2Low);
        var sum = 1.0;
        for (var term = 14; term >= 1; term--)
        {
            sum = 1.0 + (rest * sum / term);
        }

        return sum * BitConverter.Int64BitsToDouble(((long)power + 1023) << 52);
    }

    /// <summary>Of an angle in radians, at most some hundreds in size.</summary>
    public static (double Sine, double Cosine) SineCosine(double angle)
    {
        var turns = Math.Floor((angle / TwoPi) + 0.5);
        var x = angle - (turns * TwoPi) - (turns * TwoPiLow);
        var square = x * x;
        double sine = 1, cosine = 1;
        for (var term = 14; term >= 1; term--)
        {
            sine = 1 - (square * sine / (2 * term * ((2 * term) + 1)));
            cosine = 1 - (square * cosine / (2 * term * ((2 * term) - 1)));
        }

        return (x * sine, cosine);
    }
}
