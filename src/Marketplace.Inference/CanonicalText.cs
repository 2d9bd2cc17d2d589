using System.Buffers.Binary;
using System.Text;

namespace Marketplace.Inference;

/// <summary>
/// The bytes of a text result that are hashed and compared (verification 5.4): little-endian, length-prefixed.
/// </summary>
public static class CanonicalText
{
    private const byte Kind = 1;
    private const int TailBytes = 9;

    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Encode(InferenceResult result)
    {
        var text = Strict.GetBytes(result.Text);
        var bytes = new byte[1 + 4 + (4 * result.TokenIds.Count) + 4 + text.Length + TailBytes];
        var at = 0;
        bytes[at++] = Kind;
        Write((uint)result.TokenIds.Count);
        foreach (var id in result.TokenIds)
        {
            Write(id);
        }

        Write((uint)text.Length);
        text.CopyTo(bytes, at);
        at += text.Length;
        bytes[at++] = (byte)result.Finish;
        Write(result.PromptTokens);
        Write(result.CompletionTokens);
        return bytes;

        void Write(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
            at += 4;
        }
    }

    /// <exception cref="FormatException">The bytes are not exactly one text result.</exception>
    public static InferenceResult Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 1 || bytes[0] != Kind)
        {
            throw new FormatException("Not a text result.");
        }

        bytes = bytes[1..];
        var ids = new uint[Count(ref bytes, 4)];
        for (var index = 0; index < ids.Length; index++)
        {
            ids[index] = Read(ref bytes);
        }

        var length = Count(ref bytes, 1);
        var text = Utf8(bytes[..length]);
        bytes = bytes[length..];
        if (bytes.Length != TailBytes || bytes[0] is < 1 or > 3)
        {
            throw new FormatException("A text result ends with its finish and its two counts.");
        }

        var finish = (FinishReason)bytes[0];
        bytes = bytes[1..];
        return new InferenceResult(text, ids, finish, Read(ref bytes), Read(ref bytes));
    }

    private static int Count(ref ReadOnlySpan<byte> bytes, int size)
    {
        var count = Read(ref bytes);
        return (long)count * size <= bytes.Length ? (int)count : throw new FormatException("A length is too large.");
    }

    private static uint Read(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            throw new FormatException("A text result ends too early.");
        }

        var value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        bytes = bytes[4..];
        return value;
    }

    private static string Utf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException fault)
        {
            throw new FormatException("The text is not UTF-8.", fault);
        }
    }
}
