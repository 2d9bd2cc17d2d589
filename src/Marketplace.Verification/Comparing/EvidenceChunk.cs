using System.Buffers.Binary;
using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>The bytes of up to 32 tokens of evidence, as they are hashed (verification 5.4), little-endian.</summary>
public static class EvidenceChunk
{
    public const int MostTokens = 32;

    private const byte LeafMark = 0;
    private const int HeadBytes = 5;
    private const int ChoiceBytes = 7;
    private const int AlternativeBytes = 6;

    /// <summary>A zero byte, u32 chunk index, then per token u32 id, i16 q, u8 k and k times u32 id, i16 q.</summary>
    /// <exception cref="InvariantViolationException">No token, over 32, or one with over 255 alternatives.</exception>
    public static byte[] Encode(int index, IReadOnlyList<TokenChoice> tokens)
    {
        Invariant.Holds(tokens.Count is > 0 and <= MostTokens, "A chunk has 1 to 32 tokens.");
        Invariant.Holds(tokens.All(token => token.Top.Count <= byte.MaxValue), "The count has one byte.");

        var bytes = new byte[HeadBytes + tokens.Sum(token => ChoiceBytes + (AlternativeBytes * token.Top.Count))];
        bytes[0] = LeafMark;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), index);
        var rest = bytes.AsSpan(HeadBytes);
        foreach (var token in tokens)
        {
            Write(ref rest, token.Id, token.MilliNats);
            rest[0] = (byte)token.Top.Count;
            rest = rest[1..];
            foreach (var alternative in token.Top)
            {
                Write(ref rest, alternative.Id, alternative.MilliNats);
            }
        }

        return bytes;
    }

    /// <summary>The tokens of the chunk with this index, or <see cref="EvidenceFault.BadBytes"/>.</summary>
    public static Result<IReadOnlyList<TokenChoice>, EvidenceFault> Decode(int index, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= HeadBytes || bytes[0] != LeafMark
            || BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]) != index)
        {
            return EvidenceFault.BadBytes;
        }

        var tokens = new List<TokenChoice>();
        var rest = bytes[HeadBytes..];
        while (rest.Length > 0)
        {
            if (tokens.Count == MostTokens || !TryReadChoice(ref rest, out var token))
            {
                return EvidenceFault.BadBytes;
            }

            tokens.Add(token);
        }

        return tokens;
    }

    private static bool TryReadChoice(ref ReadOnlySpan<byte> rest, out TokenChoice token)
    {
        token = new TokenChoice(0, 0, []);
        if (rest.Length < ChoiceBytes || rest.Length < ChoiceBytes + (AlternativeBytes * rest[ChoiceBytes - 1]))
        {
            return false;
        }

        var top = new Alternative[rest[ChoiceBytes - 1]];
        var (id, milliNats) = Read(rest);
        rest = rest[ChoiceBytes..];
        for (var at = 0; at < top.Length; at++)
        {
            var (otherId, otherMilliNats) = Read(rest);
            top[at] = new Alternative(otherId, otherMilliNats);
            rest = rest[AlternativeBytes..];
        }

        token = new TokenChoice(id, milliNats, top);
        return true;
    }

    private static (uint Id, short MilliNats) Read(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadInt16LittleEndian(bytes[4..]));

    private static void Write(ref Span<byte> bytes, uint id, short milliNats)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, id);
        BinaryPrimitives.WriteInt16LittleEndian(bytes[4..], milliNats);
        bytes = bytes[AlternativeBytes..];
    }
}
