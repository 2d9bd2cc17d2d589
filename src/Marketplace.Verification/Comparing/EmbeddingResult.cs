using System.Buffers.Binary;

namespace Marketplace.Verification.Comparing;

/// <summary>
/// Compares embeddings by 1 - cosine (verification 5.8). Deterministic: float32 values are widened to doubles without
/// loss and added in the order of their indices, with IEEE operations alone.
/// </summary>
public static class EmbeddingResult
{
    private const byte Kind = 2;
    private const int HeadBytes = 5;

    /// <summary>Compares two canonical results; the primary's is read first.</summary>
    public static Comparison Compare(ReadOnlySpan<byte> primary, ReadOnlySpan<byte> checker, Thresholds thresholds)
    {
        if (Read(primary) is not { } left)
        {
            return Failed(primary, Side.Primary);
        }

        if (Read(checker) is not { } right)
        {
            return Failed(checker, Side.Checker);
        }

        return left.Length == right.Length
            ? Comparison.Of(
                Comparer.Embedding,
                thresholds.Measure(Statistic.CosineDistance, IeeeMath.ToBillionths(CosineDistance(left, right))))
            : Comparison.Mismatch(Comparer.Embedding, ComparisonReason.Differs, Side.Either);
    }

    /// <summary>1 - cosine, 0 to 2, as half the squared distance of the two unit vectors.</summary>
    /// <remarks>The difference of 1 and a cosine near it would lose half of the digits; this loses none.</remarks>
    /// <param name="left">[dimension], float32, finite, not all 0.</param>
    /// <param name="right">[dimension], float32, finite, not all 0.</param>
    public static double CosineDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        var (leftNorm, rightNorm) = (Norm(left), Norm(right));
        var sum = 0.0;
        for (var index = 0; index < left.Length; index++)
        {
            var difference = (left[index] / leftNorm) - (right[index] / rightNorm);
            sum += difference * difference;
        }

        return sum / 2;
    }

    /// <summary>The canonical bytes: 02, u32 dimension, float32 each, little-endian; -0 is written as 0.</summary>
    /// <exception cref="ArgumentException">A value is infinite or not a number, or all are 0.</exception>
    public static byte[] Encode(ReadOnlySpan<float> values)
    {
        var bytes = new byte[HeadBytes + (sizeof(float) * values.Length)];
        bytes[0] = Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), values.Length);
        for (var index = 0; index < values.Length; index++)
        {
            var at = HeadBytes + (sizeof(float) * index);
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), values[index] == 0 ? 0 : values[index]);
        }

        return Read(bytes) is null
            ? throw new ArgumentException("An embedding is finite and points somewhere.", nameof(values))
            : bytes;
    }

    /// <summary>The values, or nothing if the bytes are no canonical embedding.</summary>
    private static float[]? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= HeadBytes || bytes[0] != Kind
            || HeadBytes + ((long)sizeof(float) * BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..])) != bytes.Length)
        {
            return null;
        }

        var values = new float[(bytes.Length - HeadBytes) / sizeof(float)];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(HeadBytes + (sizeof(float) * index))..]);
            if (!float.IsFinite(values[index]) || (values[index] == 0 && float.IsNegative(values[index])))
            {
                return null;
            }
        }

        return Array.TrueForAll(values, value => value == 0) ? null : values;
    }

    private static Comparison Failed(ReadOnlySpan<byte> bytes, Side side) => Comparison.Failed(
        Comparer.Embedding, bytes.IsEmpty ? EvidenceFault.Missing : EvidenceFault.BadBytes, side);

    private static double Norm(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (double value in values)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }
}
