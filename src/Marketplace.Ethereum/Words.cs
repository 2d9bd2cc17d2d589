using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>Numbers as the EVM's 32-byte words.</summary>
internal static class Words
{
    private static readonly BigInteger Limit = BigInteger.One << 256;

    /// <exception cref="OverflowException"><paramref name="value"/> is below 0 or above 2^256 - 1.</exception>
    public static Hash32 FromUnsigned(BigInteger value)
    {
        if (value.Sign < 0 || value >= Limit)
        {
            throw new OverflowException("Not an unsigned number of 256 bits.");
        }

        Span<byte> word = stackalloc byte[Hash32.Length];
        word.Clear();
        value.TryWriteBytes(word[^value.GetByteCount(isUnsigned: true)..], out _, isUnsigned: true, isBigEndian: true);
        return new Hash32(word);
    }

    /// <exception cref="OverflowException"><paramref name="value"/> is outside -2^255 .. 2^255 - 1.</exception>
    public static Hash32 FromSigned(BigInteger value)
    {
        var half = Limit >> 1;
        return value >= -half && value < half
            ? FromUnsigned(value.Sign < 0 ? value + Limit : value)
            : throw new OverflowException("Not a signed number of 256 bits.");
    }

    public static BigInteger ToUnsigned(Hash32 word) => new(word.ToBytes(), isUnsigned: true, isBigEndian: true);

    public static BigInteger ToSigned(Hash32 word) => new(word.ToBytes(), isUnsigned: false, isBigEndian: true);
}
