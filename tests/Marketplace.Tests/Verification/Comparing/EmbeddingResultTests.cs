using CsCheck;
using FluentAssertions;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

public sealed class EmbeddingResultTests
{
    private static readonly Thresholds Starting = Thresholds.Starting(OutputType.Embedding, Sample.Pair);

    private static readonly Gen<float[]> Vector =
        Gen.Float[-100, 100].Array[1, 64].Where(values => values.Any(value => value != 0));

    [Theory]
    [InlineData(3.01f, 1.27005883e-6, 1e-8, Outcome.Match)]
    [InlineData(3.3f, 0.00101193, 1e-8, Outcome.Inconclusive)]
    [InlineData(3.9f, 0.00718279, 1e-8, Outcome.Inconclusive)]
    [InlineData(-3f, 1.28571429, 1e-8, Outcome.Mismatch)]
    public void The_distance_is_that_of_the_vectors(float third, double expected, double tolerance, Outcome outcome)
    {
        float[] left = [1, 2, 3];
        float[] right = [1, 2, third];

        EmbeddingResult.CosineDistance(left, right).Should().BeApproximately(expected, tolerance);
        Compare(left, right).Outcome.Should().Be(outcome);
    }

    [Fact]
    public void The_distance_is_symmetric_and_none_to_itself_to_the_last_bit() =>
        Gen.Select(Vector, Gen.Int).Sample((left, seed) =>
        {
            var right = left.ToArray();
            new Random(seed).Shuffle(right);

            EmbeddingResult.CosineDistance(left, right).Should().Be(EmbeddingResult.CosineDistance(right, left));
            EmbeddingResult.CosineDistance(left, left).Should().Be(0);
            EmbeddingResult.CosineDistance(left, right).Should().BeInRange(0, 2.000001);
        });

    [Fact]
    public void Length_does_not_matter_and_direction_does() =>
        Vector.Sample(values =>
        {
            float[] longer = [.. values.Select(value => 2 * value)];
            float[] opposite = [.. values.Select(value => -value)];

            Compare(values, longer).Outcome.Should().Be(Outcome.Match);
            Compare(values, opposite).Outcome.Should().Be(Outcome.Mismatch);
        });

    /// <summary>Found by another language, with a sum in the order of the indices, in doubles.</summary>
    [Fact]
    public void The_distance_has_the_same_bits_everywhere()
    {
        float[] left = [.. Enumerable.Range(1, 1_024).Select(index => 1f / index)];
        float[] right = [.. Enumerable.Range(1, 1_024).Select(index => 1f / (index + (index % 7)))];

        BitConverter.DoubleToInt64Bits(EmbeddingResult.CosineDistance(left, right)).Should().Be(0x3f96beb9dcf0b744);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-0f)]
    public void What_is_no_canonical_number_is_malformed_on_either_side(float value)
    {
        var good = EmbeddingResult.Encode([1, 2, 3]);
        var bad = good.ToArray();
        BitConverter.GetBytes(value).CopyTo(bad, 9);

        Failure(EmbeddingResult.Compare(bad, good, Starting)).Should().Be((Outcome.Mismatch, Side.Primary));
        Failure(EmbeddingResult.Compare(good, bad, Starting)).Should().Be((Outcome.Mismatch, Side.Checker));
        EmbeddingResult.Compare(bad, bad, Starting).Reason.Should().Be(ComparisonReason.EvidenceMalformed);
    }

    [Fact]
    public void Bytes_of_another_length_or_kind_are_malformed_and_no_bytes_are_missing() =>
        Gen.Select(Vector, Gen.Int[0, 999], Gen.Byte).Sample((values, place, value) =>
        {
            var good = EmbeddingResult.Encode(values);
            var head = good.ToArray();
            head[place % 5] = value;

            EmbeddingResult.Compare(good.AsSpan(0, place % good.Length), good, Starting)
                .Outcome.Should().Be(Outcome.Mismatch);
            EmbeddingResult.Compare([], good, Starting).Reason.Should().Be(ComparisonReason.EvidenceMissing);
            EmbeddingResult.Compare(good, [.. good, 0], Starting).Side.Should().Be(Side.Checker);
            EmbeddingResult.Compare(head, good, Starting).Outcome
                .Should().Be(head.SequenceEqual(good) ? Outcome.Match : Outcome.Mismatch);
        });

    [Fact]
    public void Another_dimension_differs_and_a_vector_of_nothing_points_nowhere()
    {
        Compare([1, 2], [1, 2, 0]).Should().Match<Comparison>(comparison =>
            comparison.Outcome == Outcome.Mismatch && comparison.Reason == ComparisonReason.Differs);
        FluentActions.Invoking(() => EmbeddingResult.Encode([0, 0])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => EmbeddingResult.Encode([float.NaN])).Should().Throw<ArgumentException>();
        EmbeddingResult.Encode([-0f, 1]).Should().Equal(2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f);
    }

    private static Comparison Compare(float[] left, float[] right) =>
        EmbeddingResult.Compare(EmbeddingResult.Encode(left), EmbeddingResult.Encode(right), Starting);

    private static (Outcome, Side) Failure(Comparison comparison) => (comparison.Outcome, comparison.Side);
}
