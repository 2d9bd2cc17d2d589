using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>Names become bits such that the engine's test of two masks says what the names mean.</summary>
public sealed class AttributeSchemaTests
{
    private static readonly string[] Regions = ["eu", "us", "asia", "africa"];
    private static readonly string[] Sizes = ["16", "24", "48", "80"];
    private static readonly string[] Licences = ["mit", "apache", "llama"];

    private static readonly AttributeSchema Schema = AttributeSchema.Create(
    [
        new("region", AttributeKind.Choice, Regions),
        new("vram", AttributeKind.Ordinal, Sizes),
        new("licence", AttributeKind.Set, Licences),
    ]).Value;

    [Theory]
    [InlineData("region eu", "region eu", true)]
    [InlineData("region eu", "region us", false)]
    [InlineData("region us eu", "region us", true)]
    [InlineData("region us eu", "region asia", false)]
    [InlineData("region us", "", false)]
    [InlineData("vram 24", "vram 24", true)]
    [InlineData("vram 24", "vram 80", true)]
    [InlineData("vram 24", "vram 16", false)]
    [InlineData("vram 16", "", true)]
    [InlineData("licence mit", "licence mit apache", true)]
    [InlineData("licence mit apache", "licence mit", false)]
    [InlineData("", "", true)]
    [InlineData("region eu;vram 48", "region eu;vram 24", false)]
    public void A_demand_is_met_by_what_its_words_say(string demand, string property, bool isMet)
    {
        var required = Schema.Require(Named(demand)).Value;
        var capability = Schema.Offer(Named(property)).Value;

        required.IsWithin(capability).Should().Be(isMet);
    }

    [Fact]
    public void Any_demand_and_any_offer_fit_exactly_when_their_values_do() =>
        Gen.Select(
            Gen.Int[1, 15], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[1, 7], Gen.Int[0, 7])
            .Sample((regions, region, least, size, licences, held) =>
            {
                var demand = Schema.Require(
                [
                    new("region", Members(Regions, regions)),
                    new("vram", [Sizes[least]]),
                    new("licence", Members(Licences, licences)),
                ]).Value;
                var offer = Schema.Offer(
                [
                    new("region", [Regions[region]]),
                    new("vram", [Sizes[size]]),
                    new("licence", Members(Licences, held)),
                ]).Value;

                demand.IsWithin(offer).Should().Be(
                    (regions >> region & 1) == 1 && size >= least && (licences & ~held) == 0);
            });

    [Theory]
    [InlineData("colour red", NamedValuesRefusal.UnknownAttribute)]
    [InlineData("region eu;region mars", NamedValuesRefusal.AttributeTwice)]
    [InlineData("region mars", NamedValuesRefusal.UnknownValue)]
    [InlineData("region", NamedValuesRefusal.WrongValueCount)]
    [InlineData("licence", NamedValuesRefusal.WrongValueCount)]
    [InlineData("vram 24 48", NamedValuesRefusal.WrongValueCount)]
    public void A_demand_that_means_nothing_is_refused(string demand, NamedValuesRefusal refusal) =>
        Schema.Require(Named(demand)).Rejection.Should().Be(refusal);

    [Theory]
    [InlineData("region eu us", NamedValuesRefusal.WrongValueCount)]
    [InlineData("vram", NamedValuesRefusal.WrongValueCount)]
    [InlineData("licence bsd", NamedValuesRefusal.UnknownValue)]
    public void An_offer_that_means_nothing_is_refused(string property, NamedValuesRefusal refusal) =>
        Schema.Offer(Named(property)).Rejection.Should().Be(refusal);

    [Fact]
    public void An_offer_may_have_no_member_of_a_set() =>
        Schema.Offer(Named("licence")).Value.Should().Be(MaskBits.None);

    [Fact]
    public void A_schema_fits_128_bits_and_is_refused_beyond()
    {
        string[] many = [.. Enumerable.Range(0, 129).Select(value => $"v{value}")];

        Create(AttributeKind.Ordinal, many).Value.Bits.Should().Be(128);
        Create(AttributeKind.Set, many[1..]).Value.Bits.Should().Be(128);
        Create(AttributeKind.Set, many).Rejection.Should().Be(SchemaRefusal.TooManyBits);
    }

    [Fact]
    public void The_last_of_128_bits_is_as_good_as_the_first()
    {
        string[] many = [.. Enumerable.Range(0, 128).Select(value => $"v{value}")];
        var schema = Create(AttributeKind.Set, many).Value;

        foreach (var name in many)
        {
            var one = schema.Require([new("it", [name])]).Value;

            one.Size().Should().Be(1);
            schema.Describe(one).Should().Be($"it {name}");
        }
    }

    [Fact]
    public void A_schema_with_empty_equal_or_too_few_names_is_refused()
    {
        Create(AttributeKind.Set, ["a", " "]).Rejection.Should().Be(SchemaRefusal.EmptyName);
        Create(AttributeKind.Set, ["a", "a"]).Rejection.Should().Be(SchemaRefusal.NameTwice);
        Create(AttributeKind.Choice, ["a"]).Rejection.Should().Be(SchemaRefusal.TooFewValues);
        Create(AttributeKind.Set, []).Rejection.Should().Be(SchemaRefusal.TooFewValues);
        AttributeSchema.Create([new("x", AttributeKind.Set, ["a"]), new("x", AttributeKind.Set, ["b"])])
            .Rejection.Should().Be(SchemaRefusal.NameTwice);
    }

    [Theory]
    [InlineData("region eu us;vram 48;licence mit apache", "region eu or us, vram at least 48, licence mit and apache")]
    [InlineData("region eu us asia", "region not africa")]
    [InlineData("vram 16", "nothing")]
    [InlineData("", "nothing")]
    public void A_mask_is_described_in_words(string demand, string words) =>
        Schema.Describe(Schema.Require(Named(demand)).Value).Should().Be(words);

    [Fact]
    public void A_bit_without_a_name_is_told_by_its_number() =>
        Schema.Describe(MaskBits.Of(1).With(MaskBits.Of(99))).Should().Be("region not us, bit 99");

    private static Kernel.Result<AttributeSchema, SchemaRefusal> Create(AttributeKind kind, string[] values) =>
        AttributeSchema.Create([new("it", kind, values)]);

    private static NamedValues[] Named(string text) =>
    [
        .. text.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split(' ')).Select(words => new NamedValues(words[0], words[1..])),
    ];

    private static string[] Members(string[] all, int chosen) =>
        [.. all.Where((_, index) => (chosen >> index & 1) == 1)];
}
