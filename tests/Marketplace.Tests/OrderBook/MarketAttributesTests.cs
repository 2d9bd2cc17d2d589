using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>The names by which providers describe themselves and buyers choose.</summary>
public sealed class MarketAttributesTests
{
    [Theory]
    [InlineData("region=eu", "region=eu", true)]
    [InlineData("region=eu,us", "region=us", true)]
    [InlineData("region=eu", "region=us", false)]
    [InlineData("region=eu", "tee=gpu", false)]
    [InlineData("tee=cpu", "tee=gpu", true)]
    [InlineData("tee=gpu", "tee=cpu", false)]
    [InlineData("quantization=fp16,bf16", "quantization=int4", false)]
    [InlineData("retention=none", "retention=none", true)]
    [InlineData("retention=none", "region=eu", false)]
    public void An_ask_meets_a_bid_that_requires_what_it_has(string required, string offered, bool isMet)
    {
        var bid = MarketAttributes.OfBid([Read(required)]).Value;
        var ask = MarketAttributes.OfAsk([Read(offered)]).Value;

        bid.IsCompatible(ask).Should().Be(isMet);
        ask.IsCompatible(default).Should().BeTrue("an ask requires nothing");
    }

    [Theory]
    [InlineData("colour=red", NamedValuesRefusal.UnknownAttribute)]
    [InlineData("region=mars", NamedValuesRefusal.UnknownValue)]
    [InlineData("tee=cpu,gpu", NamedValuesRefusal.WrongValueCount)]
    public void What_is_not_known_is_refused_with_all_that_is(string required, NamedValuesRefusal expected)
    {
        var refused = MarketAttributes.OfBid([Read(required)]).Rejection;

        refused.Should().Be(expected);
        MarketAttributes.Mend(refused).Should().Contain("region: africa, asia,").And.Contain("tee: none, cpu, gpu");
    }

    [Fact]
    public void A_list_with_null_in_it_names_no_attribute() =>
        MarketAttributes.OfBid([null!]).Rejection.Should().Be(NamedValuesRefusal.UnknownAttribute);

    /// <summary>Masks are in journals: a change here makes old orders mean something else.</summary>
    [Fact]
    public void The_bits_stay_where_they_are()
    {
        MarketAttributes.OfBid([Read("region=us")]).Value.Required.Should().Be(new AttributeMask(0xFF, 0));
        MarketAttributes.OfBid([Read("quantization=fp32")]).Value.Required.Should().Be(new AttributeMask(0xFE00, 0));
        MarketAttributes.OfBid([Read("tee=gpu")]).Value.Required.Should().Be(new AttributeMask(3UL << 17, 0));
        MarketAttributes.OfBid([Read("retention=none")]).Value.Required.Should().Be(new AttributeMask(1UL << 19, 0));
        MarketAttributes.Schema.Bits.Should().Be(21);
    }

    [Theory]
    [InlineData("region=eu,us", "region=eu,us")]
    [InlineData(" region = eu , us ", "region=eu,us")]
    public void Values_are_named_in_one_word(string text, string expected) =>
        Read(text).ToString().Should().Be(expected);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("region")]
    [InlineData("=eu")]
    [InlineData("region=")]
    [InlineData("region=eu,")]
    [InlineData("region=eu=us")]
    public void What_names_no_value_cannot_be_read(string? text) =>
        NamedValues.TryParse(text, out _).Should().BeFalse();

    private static NamedValues Read(string text)
    {
        NamedValues.TryParse(text, out var named).Should().BeTrue();
        return named;
    }
}
