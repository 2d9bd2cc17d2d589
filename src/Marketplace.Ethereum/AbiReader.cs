using System.Numerics;
using System.Text;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>Reads the members of a tuple one after the other, in the one form that Solidity writes.</summary>
/// <remarks>
/// Dirty padding, overlapping or unordered tails and bytes that nobody reads are refused: <see cref="End"/> closes.
/// Structs and arrays of fixed length without dynamic members are read member by member, as they lie in the head.
/// </remarks>
public sealed class AbiReader(ReadOnlyMemory<byte> encoded)
{
    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int position;
    private int? firstTail;
    private int tailEnd;

    public Hash32 Hash32() => new(Take(Kernel.Hash32.Length));

    public BigInteger UInt256() => Words.ToUnsigned(Hash32());

    public BigInteger Int256() => Words.ToSigned(Hash32());

    /// <exception cref="AbiDecodingException">The number needs more than 64 bits.</exception>
    public ulong UInt64()
    {
        var value = UInt256();
        return value <= ulong.MaxValue ? (ulong)value : throw new AbiDecodingException("The number exceeds 64 bits.");
    }

    public EthAddress Address()
    {
        var word = Hash32().ToBytes();
        var address = new EthAddress(word.AsSpan(Kernel.Hash32.Length - EthAddress.Length));
        return word.AsSpan(0, Kernel.Hash32.Length - EthAddress.Length).ContainsAnyExcept((byte)0)
            ? throw new AbiDecodingException("The address is padded with more than zeros.")
            : address;
    }

    public bool Bool()
    {
        var value = UInt256();
        return value <= 1 ? value.IsOne : throw new AbiDecodingException("A truth value is 0 or 1.");
    }

    /// <summary>A <c>bytes1</c> to <c>bytes32</c>.</summary>
    public byte[] FixedBytes(int byteCount)
    {
        var word = Hash32().ToBytes();
        RequireZeros(word.AsSpan(byteCount));
        return word[..byteCount];
    }

    public byte[] Bytes()
    {
        var tail = OpenTail();
        var length = tail.Count(bytesEach: 1);
        var bytes = tail.Take(length).ToArray();
        RequireZeros(tail.Take((Kernel.Hash32.Length - (length % Kernel.Hash32.Length)) % Kernel.Hash32.Length));
        CloseTail(tail);
        return bytes;
    }

    public string String()
    {
        try
        {
            return StrictUtf8.GetString(Bytes());
        }
        catch (DecoderFallbackException)
        {
            throw new AbiDecodingException("The text is not UTF-8.");
        }
    }

    /// <summary>A struct with a dynamic member, whose members <paramref name="read"/> reads.</summary>
    public T Tuple<T>(Func<AbiReader, T> read)
    {
        var tail = OpenTail();
        var value = read(tail);
        CloseTail(tail);
        return value;
    }

    /// <summary>An array of any length, whose items <paramref name="read"/> reads.</summary>
    public IReadOnlyList<T> Array<T>(Func<AbiReader, T> read)
    {
        var tail = OpenTail();
        var count = tail.Count(bytesEach: Kernel.Hash32.Length);
        var items = new AbiReader(tail.Rest);
        var values = new List<T>(count);
        for (var index = 0; index < count; index++)
        {
            values.Add(read(items));
        }

        tail.position += items.Length();
        CloseTail(tail);
        return values;
    }

    /// <exception cref="AbiDecodingException">Something was not read.</exception>
    public void End()
    {
        if (Length() != encoded.Length)
        {
            throw new AbiDecodingException($"{encoded.Length} bytes given, {Length()} read.");
        }
    }

    private ReadOnlyMemory<byte> Rest => encoded[position..];

    private int Length()
    {
        if (firstTail is not null && firstTail != position)
        {
            throw new AbiDecodingException("The first tail does not follow the heads.");
        }

        return firstTail is null ? position : tailEnd;
    }

    private AbiReader OpenTail()
    {
        var offset = UInt256();
        var isInPlace = firstTail is null ? offset >= position && offset <= encoded.Length : offset == tailEnd;
        if (!isInPlace)
        {
            throw new AbiDecodingException("An offset points elsewhere than to the next tail.");
        }

        firstTail ??= (int)offset;
        tailEnd = (int)offset;
        return new AbiReader(encoded[tailEnd..]);
    }

    private void CloseTail(AbiReader tail) => tailEnd += tail.Length();

    private int Count(int bytesEach)
    {
        var count = UInt256();
        return count * bytesEach <= Rest.Length
            ? (int)count
            : throw new AbiDecodingException("A length runs past the end.");
    }

    private ReadOnlySpan<byte> Take(int byteCount)
    {
        if (byteCount > encoded.Length - position)
        {
            throw new AbiDecodingException($"Expected {byteCount} bytes at {position} of {encoded.Length}.");
        }

        var taken = encoded.Span.Slice(position, byteCount);
        position += byteCount;
        return taken;
    }

    private static void RequireZeros(ReadOnlySpan<byte> padding)
    {
        if (padding.ContainsAnyExcept((byte)0))
        {
            throw new AbiDecodingException("The padding is not zero.");
        }
    }
}
