namespace Marketplace.Inference;

/// <summary>
/// Chooses tokens from logits: greedy, or seeded with temperature and top-p. The same seed, the same tokens.
/// </summary>
internal sealed class Sampler(int temperatureMilli, int topPMilli, ulong seed)
{
    private ulong state = seed;
    private (double Weight, int Id)[] weights = [];

    public uint Next(float[] logits)
    {
        var best = 0;
        for (var index = 1; index < logits.Length; index++)
        {
            if (logits[index] > logits[best])
            {
                best = index; // on a tie the lowest id stays
            }
        }

        return temperatureMilli <= 0 ? (uint)best : Draw(logits, logits[best]);
    }

    private uint Draw(float[] logits, float largest)
    {
        if (weights.Length != logits.Length)
        {
            weights = new (double, int)[logits.Length]; // once: a draw for each token then allocates nothing
        }

        var total = 0.0;
        for (var id = 0; id < logits.Length; id++)
        {
            var weight = ExactMath.Exp((logits[id] - largest) * 1_000.0 / temperatureMilli);
            weights[id] = (weight, id);
            total += weight;
        }

        Array.Sort(weights, static (left, right) =>
            left.Weight != right.Weight ? right.Weight.CompareTo(left.Weight) : left.Id.CompareTo(right.Id));
        var nucleus = 0.0;
        var count = 0;
        while (count < weights.Length && (count == 0 || nucleus < total * topPMilli / 1_000.0))
        {
            nucleus += weights[count++].Weight;
        }

        var target = (NextRandom() >> 11) * (1.0 / (1UL << 53)) * nucleus;
        for (var index = 0; index < count; index++)
        {
            target -= weights[index].Weight;
            if (target < 0)
            {
                return (uint)weights[index].Id;
            }
        }

        return (uint)weights[count - 1].Id;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014); it is meant to wrap around.</summary>
    private ulong NextRandom()
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var mixed = state;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
