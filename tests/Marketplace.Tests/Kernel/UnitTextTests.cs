using System.Globalization;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Units;

/// <summary>Amounts and prices as people write them: whole tokens with six decimals.</summary>
public sealed class UnitTextTests
{
    private static readonly Gen<long> Micro = Gen.OneOf(
        Gen.Long[0, long.MaxValue], Gen.Long[0, 2_000_000], Gen.Long[long.MaxValue - 2_000_000, long.MaxValue]);

    [Theory]
    [InlineData(0, "0.000000")]
    [InlineData(1, "0.000001")]
    [InlineData(1_250_000, "1.250000")]
    [InlineData(long.MaxValue, "9223372036854.775807")]
    public void Amounts_and_prices_are_written_with_six_decimals(long micro, string text)
    {
        new TokenAmount(micro).ToString().Should().Be(text);
        new UnitPrice(micro).ToString().Should().Be(text);
    }

    [Fact]
    public void What_is_written_is_read_again_over_the_whole_range() => Micro.Sample(micro =>
    {
        var isAmount = TokenAmount.TryParse(new TokenAmount(micro).ToString(), out var amount);
        var isPrice = UnitPrice.TryParse(new UnitPrice(micro).ToString(), out var price);

        (isAmount, amount.Micro).Should().Be((true, micro));
        (isPrice, price.MicroPerMillionUnits).Should().Be((true, micro));
    });

    [Theory]
    [InlineData("5", 5_000_000)]
    [InlineData("0.25", 250_000)]
    [InlineData(".5", 500_000)]
    [InlineData("007.000001", 7_000_001)]
    [InlineData("9223372036854.775807", long.MaxValue)]
    public void Fewer_decimals_are_read_too(string text, long micro)
    {
        var isRead = TokenAmount.TryParse(text, out var amount);

        (isRead, amount.Micro).Should().Be((true, micro));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1.")]
    [InlineData("1.2.3")]
    [InlineData("0.1234567")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e6")]
    [InlineData("1,000")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.-5")]
    [InlineData("\u0661")]
    [InlineData("9223372036854.775808")]
    [InlineData("10000000000000")]
    [InlineData("99999999999999999999999")]
    public void Anything_else_is_refused_and_leaves_zero(string? text)
    {
        var isAmount = TokenAmount.TryParse(text, out var amount);
        var isPrice = UnitPrice.TryParse(text, out var price);

        (isAmount, amount, isPrice, price).Should().Be((false, TokenAmount.Zero, false, default(UnitPrice)));
    }

    // An xunit argument cannot carry a NUL character through every runner, so these texts are made here.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_nul_character_never_moves_the_decimal_point(int nuls) =>
        TokenAmount.TryParse("1." + "00000"[..(6 - nuls)] + new string('\0', nuls), out _).Should().BeFalse();

    [Fact]
    public void The_culture_of_the_thread_changes_nothing()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };

            new TokenAmount(1_500_000).ToString().Should().Be("1.500000");
            TokenAmount.TryParse("1,5", out _).Should().BeFalse();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
