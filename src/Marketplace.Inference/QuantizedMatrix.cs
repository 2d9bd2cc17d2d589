using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Marketplace.Inference;

/// <summary>
/// A matrix of int8 weights in blocks of 32 with one scale each (Q8_0), <c>[rows, columns]</c>, row-major. Products of
/// int8 are summed in int32, which is exact in any order, so vector instructions change no bit; blocks are then summed
/// in float32 in the order of the columns.
/// </summary>
internal sealed class QuantizedMatrix
{
    public const int BlockSize = 32;
    private const int BlockBytes = 34;

    private readonly sbyte[] weights;
    private readonly float[] scales;

    public QuantizedMatrix(GgufTensor tensor)
    {
        Columns = tensor.Dimensions[0];
        Rows = tensor.Values / Columns;
        var blocks = tensor.Values / BlockSize;
        weights = new sbyte[tensor.Values];
        scales = new float[blocks];
        for (var block = 0; block < blocks; block++)
        {
            var bytes = tensor.Data.Span.Slice(block * BlockBytes, BlockBytes);
            scales[block] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);
            MemoryMarshal.Cast<byte, sbyte>(bytes[2..]).CopyTo(weights.AsSpan(block * BlockSize));
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>One row as float32.</summary>
    public void Row(int row, Span<float> into)
    {
        for (var column = 0; column < Columns; column++)
        {
            var index = (row * Columns) + column;
            into[column] = weights[index] * scales[index / BlockSize];
        }
    }

    /// <summary>Rows <paramref name="from"/> to <paramref name="to"/> of the product with a quantised vector.</summary>
    public void Multiply(QuantizedVector vector, float[] result, int from, int to)
    {
        var blocksPerRow = Columns / BlockSize;
        for (var row = from; row < to; row++)
        {
            var sum = 0f;
            for (var block = 0; block < blocksPerRow; block++)
            {
                var products = Dot(
                    weights.AsSpan((row * Columns) + (block * BlockSize), BlockSize),
                    vector.Values.AsSpan(block * BlockSize, BlockSize));
                sum += products * (scales[(row * blocksPerRow) + block] * vector.Scales[block]);
            }

            result[row] = sum;
        }
    }

    /// <summary>At most 32 x 127 x 128 in size: far inside int32, and the same whichever way it is summed.</summary>
    private static int Dot(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right) =>
        Avx2.IsSupported ? DotAvx2(left, right)
        : Vector128.IsHardwareAccelerated ? DotVector128(left, right)
        : DotScalar(left, right);

    internal static int DotScalar(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right)
    {
        var sum = 0;
        for (var index = 0; index < BlockSize; index++)
        {
            sum += left[index] * right[index];
        }

        return sum;
    }

    internal static int DotVector128(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right)
    {
        var sums = Vector128<int>.Zero;
        for (var index = 0; index < BlockSize; index += Vector128<sbyte>.Count)
        {
            var (leftLow, leftHigh) = Vector128.Widen(Vector128.Create(left[index..]));
            var (rightLow, rightHigh) = Vector128.Widen(Vector128.Create(right[index..]));
            var (a, b) = Vector128.Widen(leftLow * rightLow);
            var (c, d) = Vector128.Widen(leftHigh * rightHigh);
            sums += a + b + c + d;
        }

        return Vector128.Sum(sums);
    }

    internal static int DotAvx2(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right)
    {
        var half = Vector128<sbyte>.Count;
        var low = Avx2.MultiplyAddAdjacent(Widen(left), Widen(right));
        var high = Avx2.MultiplyAddAdjacent(Widen(left[half..]), Widen(right[half..]));
        return Vector256.Sum(low + high);

        static Vector256<short> Widen(ReadOnlySpan<sbyte> block) =>
            Avx2.ConvertToVector256Int16(Vector128.Create(block));
    }
}

/// <summary>An activation vector in blocks of 32 int8 with one scale each.</summary>
internal sealed class QuantizedVector(int length)
{
    private const float MaxInt8 = 127f;

    public sbyte[] Values { get; } = new sbyte[length];

    public float[] Scales { get; } = new float[length / QuantizedMatrix.BlockSize];

    public void Set(ReadOnlySpan<float> source)
    {
        for (var block = 0; block < Scales.Length; block++)
        {
            var part = source.Slice(block * QuantizedMatrix.BlockSize, QuantizedMatrix.BlockSize);
            var largest = 0f;
            foreach (var value in part)
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            var factor = largest == 0 ? 0 : MaxInt8 / largest;
            Scales[block] = largest / MaxInt8;
            for (var index = 0; index < part.Length; index++)
            {
                var scaled = part[index] * factor;
                var rounded = (sbyte)(scaled >= 0 ? scaled + 0.5f : scaled - 0.5f);
                Values[(block * QuantizedMatrix.BlockSize) + index] = rounded;
            }
        }
    }
}
