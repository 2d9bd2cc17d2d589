namespace Marketplace.Inference;

/// <summary>
/// Sines and cosines of the rotary embedding, by position and pair: the float32 nearest to the true ones.
/// </summary>
internal sealed class RotaryTable
{
    public const double FrequencyBase = 10_000;
    private const double LnOfBase = 4 * 2.302585092994046;

    public RotaryTable(int positions, int headWidth)
    {
        Pairs = headWidth / 2;
        Sine = new float[positions * Pairs];
        Cosine = new float[positions * Pairs];
        for (var pair = 0; pair < Pairs; pair++)
        {
            var frequency = ExactMath.Exp(-LnOfBase * (2.0 * pair / headWidth));
            for (var position = 0; position < positions; position++)
            {
                var (sine, cosine) = ExactMath.SineCosine(position * frequency);
                Sine[(position * Pairs) + pair] = (float)sine;
                Cosine[(position * Pairs) + pair] = (float)cosine;
            }
        }
    }

    public int Pairs { get; }

    public float[] Sine { get; }

    public float[] Cosine { get; }
}
