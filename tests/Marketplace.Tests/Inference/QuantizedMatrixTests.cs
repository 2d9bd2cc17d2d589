using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using CsCheck;
using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class QuantizedMatrixTests
{
    private const int Columns = 64;
    private const int Rows = 5;

    private static readonly Gen<sbyte[]> Blocks =
        Gen.OneOf(Gen.SByte, Gen.OneOf(sbyte.MinValue, sbyte.MaxValue)).Array[QuantizedMatrix.BlockSize];

    [Fact]
    public void Every_way_to_multiply_a_block_gives_the_same_sum()
    {
        Gen.Select(Blocks, Blocks).Sample(
            (left, right) =>
            {
                var sum = left.Zip(right, (a, b) => (long)a * b).Sum();

                QuantizedMatrix.DotScalar(left, right).Should().Be((int)sum);
                QuantizedMatrix.DotVector128(left, right).Should().Be((int)sum);
                if (Avx2.IsSupported)
                {
                    QuantizedMatrix.DotAvx2(left, right).Should().Be((int)sum);
                }
            },
            iter: 1_000);
    }

    [Fact]
    public void A_product_is_summed_block_by_block_in_the_order_of_the_columns()
    {
        Gen.Select(Matrices(), Gen.Float[-8, 8].Array[Columns]).Sample((bytes, source) =>
        {
            var matrix = Matrix(bytes);
            var vector = new QuantizedVector(Columns);
            vector.Set(source);
            var product = new float[Rows];

            matrix.Multiply(vector, product, 0, Rows);

            product.Should().Equal(Enumerable.Range(0, Rows).Select(row => NaiveProduct(bytes, row, vector)));
        });
    }

    [Fact]
    public void A_part_of_the_rows_leaves_the_others_alone()
    {
        var vector = new QuantizedVector(Columns);
        var product = Enumerable.Repeat(7f, Rows).ToArray();

        Matrix(new byte[Rows * Columns / 32 * 34]).Multiply(vector, product, 1, 3);

        product.Should().Equal(7, 0, 0, 7, 7);
    }

    [Fact]
    public void A_quantised_vector_is_within_half_a_step_of_its_source()
    {
        Gen.Float[-1_000, 1_000].Array[Columns].Sample(source =>
        {
            var vector = new QuantizedVector(Columns);

            vector.Set(source);

            for (var index = 0; index < Columns; index++)
            {
                var scale = vector.Scales[index / QuantizedMatrix.BlockSize];
                Math.Abs((vector.Values[index] * scale) - source[index]).Should().BeLessThanOrEqualTo(scale * 0.5001f);
            }
        });
    }

    [Fact]
    public void A_block_of_zeros_has_no_scale_and_no_values()
    {
        var vector = new QuantizedVector(Columns);
        vector.Set(Enumerable.Repeat(3f, Columns).ToArray());

        vector.Set(new float[Columns]);

        vector.Values.Should().OnlyContain(value => value == 0);
        vector.Scales.Should().OnlyContain(scale => scale == 0);
    }

    private static Gen<byte[]> Matrices() => Gen.Select(
        Gen.Float[-2, 2].Array[Rows * Columns / 32],
        Gen.Byte.Array[Rows * Columns],
        (scales, weights) => scales.SelectMany((scale, block) =>
            BitConverter.GetBytes((Half)scale).Concat(weights.Skip(block * 32).Take(32))).ToArray());

    private static QuantizedMatrix Matrix(byte[] bytes) =>
        new(new GgufTensor("m", [Columns, Rows], GgufType.Q8, bytes));

    private static float NaiveProduct(byte[] bytes, int row, QuantizedVector vector)
    {
        var sum = 0f;
        for (var block = 0; block < Columns / 32; block++)
        {
            var stored = bytes.AsSpan(((row * Columns / 32) + block) * 34, 34);
            var weights = MemoryMarshal.Cast<byte, sbyte>(stored[2..]);
            var products = 0;
            for (var index = 0; index < 32; index++)
            {
                products += weights[index] * vector.Values[(block * 32) + index];
            }

            sum += products * ((float)BitConverter.ToHalf(stored) * vector.Scales[block]);
        }

        return sum;
    }
}
