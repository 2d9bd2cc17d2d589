using System.Buffers.Binary;
using System.Text.Json;

namespace Marketplace.Verification.Comparing;

/// <summary>Compares answers that are values: JSON and labels. One difference decides (verification 5.8).</summary>
public static class ValueResult
{
    /// <summary>
    /// Answers with fewer possible values than this are compared as values: a few tokens of a label or a yes prove
    /// nothing in a count, and everything in an equality.
    /// </summary>
    public const long FewValues = 1 << 20;

    private const byte Kind = 4;
    private const int HeadBytes = 5;
    private const double Relative = 1e-6;

    /// <summary>Whether an answer is compared as a value and not token by token.</summary>
    /// <param name="possible">How many values the answer can have, 1 and up.</param>
    public static bool IsValue(long possible) => possible < FewValues;

    /// <summary>Compares two canonical results. Numbers may differ by a millionth of the larger.</summary>
    public static Comparison CompareJson(ReadOnlyMemory<byte> primary, ReadOnlyMemory<byte> checker)
    {
        using var left = Read(primary);
        if (left is null)
        {
            return Failed(primary, Side.Primary);
        }

        using var right = Read(checker);
        return right is null ? Failed(checker, Side.Checker)
            : AreEqual(left.RootElement, right.RootElement)
                ? Comparison.Match(Comparer.Json, ComparisonReason.Agrees)
                : Comparison.Mismatch(Comparer.Json, ComparisonReason.Differs, Side.Either);
    }

    /// <summary>Compares two labels, as they are but for white space around them.</summary>
    public static Comparison CompareLabels(string primary, string checker)
    {
        var (left, right) = (primary.Trim(), checker.Trim());
        return left.Length == 0 ? Comparison.Failed(Comparer.Label, EvidenceFault.Missing, Side.Primary)
            : right.Length == 0 ? Comparison.Failed(Comparer.Label, EvidenceFault.Missing, Side.Checker)
            : string.Equals(left, right, StringComparison.Ordinal)
                ? Comparison.Match(Comparer.Label, ComparisonReason.Agrees)
                : Comparison.Mismatch(Comparer.Label, ComparisonReason.Differs, Side.Either);
    }

    /// <summary>The canonical bytes: 04, u32 length, little-endian, canonical JSON in UTF-8.</summary>
    /// <returns>Nothing if the text has no canonical form.</returns>
    public static byte[]? EncodeJson(ReadOnlyMemory<byte> utf8)
    {
        if (CanonicalJson.TryWrite(utf8) is not { } text)
        {
            return null;
        }

        var canonical = System.Text.Encoding.UTF8.GetBytes(text);
        var bytes = new byte[HeadBytes + canonical.Length];
        bytes[0] = Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), canonical.Length);
        canonical.CopyTo(bytes, HeadBytes);
        return bytes;
    }

    private static JsonDocument? Read(ReadOnlyMemory<byte> bytes)
    {
        // Only canonical bytes are read: what was hashed is then what is compared, in one way alone.
        if (bytes.Length <= HeadBytes || EncodeJson(bytes[HeadBytes..]) is not { } canonical
            || !bytes.Span.SequenceEqual(canonical))
        {
            return null;
        }

        return CanonicalJson.TryParse(bytes[HeadBytes..]);
    }

    private static bool AreEqual(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind)
        {
            return false;
        }

        return left.ValueKind switch
        {
            JsonValueKind.Object => AreMembersEqual(left, right),
            JsonValueKind.Array => left.GetArrayLength() == right.GetArrayLength()
                && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => AreEqual(pair.First, pair.Second)),
            JsonValueKind.Number => AreNear(left.GetDouble(), right.GetDouble()),
            JsonValueKind.String => left.GetString() == right.GetString(),
            _ => true,
        };
    }

    private static bool AreMembersEqual(JsonElement left, JsonElement right) =>
        left.GetPropertyCount() == right.GetPropertyCount()
        && left.EnumerateObject().Zip(right.EnumerateObject()).All(pair =>
            pair.First.Name == pair.Second.Name && AreEqual(pair.First.Value, pair.Second.Value));

    // Halved, so that the difference of two numbers near the largest is still a number.
    private static bool AreNear(double left, double right) =>
        Math.Abs((left / 2) - (right / 2)) <= Relative * (Math.Max(Math.Abs(left), Math.Abs(right)) / 2);

    private static Comparison Failed(ReadOnlyMemory<byte> bytes, Side side) => Comparison.Failed(
        Comparer.Json, bytes.IsEmpty ? EvidenceFault.Missing : EvidenceFault.BadBytes, side);
}
