using CsCheck;
using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class ExactMathTests
{
    private const decimal TwoPi = 6.2831853071795864769252867666m;
    private const decimal FourthRootOfTenth = 0.5623413251903490803949510398m;

    [Fact]
    public void The_exponential_is_true_to_two_units_in_the_last_place()
    {
        Gen.OneOf(Gen.Double[-700, 709], Gen.Double[-2, 2], Gen.Double[-1e-9, 1e-9]).Sample(
            x =>
            {
                var expected = Math.Exp(x);

                // One more unit than the claim: the platform's own function may be off by one.
                return Math.Abs(ExactMath.Exp(x) - expected) <= 3 * (Math.BitIncrement(expected) - expected);
            },
            iter: 20_000);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-701, 0)]
    [InlineData(-1e300, 0)]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(710, double.PositiveInfinity)]
    [InlineData(1e300, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    public void The_exponential_has_exact_ends(double x, double expected)
    {
        ExactMath.Exp(x).Should().Be(expected);
    }

    /// <summary>Exactness of RoPE: the table owes nothing to a machine's sine, and nothing to rounding luck.</summary>
    [Fact]
    public void Every_sine_and_cosine_of_the_rotary_table_is_the_float_nearest_to_the_true_one()
    {
        var table = LexiconModel.Embedded.Rotation;
        var frequency = 1m;
        for (var pair = 0; pair < table.Pairs; pair++)
        {
            for (var position = 0; position < LexiconModel.Embedded.ContextTokens; position++)
            {
                var (sine, cosine) = TrueSineCosine(position * frequency);
                var at = (position * table.Pairs) + pair;

                (table.Sine[at], table.Cosine[at]).Should().Be(((float)sine, (float)cosine), $"{position}, {pair}");
            }

            frequency *= FourthRootOfTenth; // 10,000^(-1/16)
        }
    }

    /// <summary>Taylor's series in decimal: some 26 right digits.</summary>
    private static (decimal Sine, decimal Cosine) TrueSineCosine(decimal angle)
    {
        var x = angle % TwoPi;
        x = x > TwoPi / 2 ? x - TwoPi : x;
        var (sine, cosine, term) = (0m, 0m, 1m);
        for (var power = 0; power < 40; power++)
        {
            var sign = power % 4 < 2 ? 1 : -1;
            (sine, cosine) = power % 2 == 0 ? (sine, cosine + (sign * term)) : (sine + (sign * term), cosine);
            term = term * x / (power + 1);
        }

        return (sine, cosine);
    }
}
