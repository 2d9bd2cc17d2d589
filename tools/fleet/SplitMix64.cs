using System.Buffers.Binary;
using Marketplace.Kernel;
using Marketplace.Verification;

namespace Marketplace.Fleet;

/// <summary>The one source of chance: the same seed gives the same run on every machine.</summary>
/// <remarks>Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.</remarks>
public sealed class SplitMix64(ulong seed)
{
    private ulong state = seed;

    /// <summary>Any 64 bits.</summary>
    public ulong Next()
    {
        // Arithmetic modulo 2^64 is the generator's definition: no value is out of bounds.
        unchecked
        {
            var value = state += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    /// <summary>From 0, below <paramref name="bound"/>, which is 1 and up.</summary>
    /// <remarks>The high half of a product: uneven by less than bound / 2^64, which no run here can see.</remarks>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(Next(), (ulong)bound, out _);
    }

    /// <summary>True with this probability.</summary>
    public bool Happens(PartsPerMillion probability) => Below(PartsPerMillion.Whole) < probability.Value;

    /// <summary>Any 32 bytes.</summary>
    public Hash32 Hash()
    {
        Span<byte> bytes = stackalloc byte[Hash32.Length];
        for (var word = 0; word < Hash32.Length; word += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[word..], Next());
        }

        return new Hash32(bytes);
    }
}
