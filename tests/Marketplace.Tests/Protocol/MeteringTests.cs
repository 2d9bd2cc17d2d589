using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.Tests.Protocol;

public sealed class MeteringTests
{
    private static readonly Gen<(uint TokensIn, uint TokensOut, int Bps, long Price)> Uses =
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Int[0, 10_000], Gen.Long[1, 1_000_000_000]);

    [Theory]
    [InlineData(0, 7, 2_500, 7, 7)]
    [InlineData(3, 7, 2_500, 7, 8)]
    [InlineData(4, 7, 2_500, 8, 8)]
    [InlineData(5, 7, 10_000, 12, 12)]
    [InlineData(5, 7, 0, 7, 7)]
    [InlineData(uint.MaxValue, uint.MaxValue, 10_000, 8_589_934_590, 8_589_934_590)]
    public void Input_counts_by_its_weight(uint tokensIn, uint tokensOut, int weight, long billed, long held)
    {
        Metering.UnitsDown(tokensIn, tokensOut, new BasisPoints(weight)).Should().Be(new Quantity(billed));
        Metering.UnitsUp(tokensIn, tokensOut, new BasisPoints(weight)).Should().Be(new Quantity(held));
    }

    [Fact]
    public void What_is_billed_never_exceeds_what_was_held() =>
        Uses.Sample((tokensIn, tokensOut, bps, price) =>
        {
            var weight = new BasisPoints(bps);
            var down = Metering.UnitsDown(tokensIn, tokensOut, weight);
            var up = Metering.UnitsUp(tokensIn, tokensOut, weight);

            (up.Units - down.Units).Should().BeInRange(0, 1);
            new UnitPrice(price).CostDown(down).Should().BeLessThanOrEqualTo(new UnitPrice(price).CostUp(up));
        });
}
