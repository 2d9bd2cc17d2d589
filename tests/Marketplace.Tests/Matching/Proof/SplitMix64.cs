namespace Marketplace.Tests.Matching.Proof;

/// <summary>The generator SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine.</summary>
internal sealed class SplitMix64(ulong seed)
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    private ulong state = seed;

    /// <summary>The finalizer after adding the golden ratio.</summary>
    public static ulong Mix(ulong value)
    {
        unchecked // arithmetic modulo 2^64 is the definition
        {
            var z = value + Golden;
            z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
            return z ^ z >> 31;
        }
    }

    public ulong Next()
    {
        var next = Mix(state);
        state = unchecked(state + Golden); // modulo 2^64 by definition
        return next;
    }

    /// <summary>0 to <paramref name="bound"/> - 1. That some are likelier by less than 2^-32 does no harm.</summary>
    public int Below(int bound) => (int)(Next() % (uint)bound);

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(params ReadOnlySpan<T> from) => from[Below(from.Length)];
}
