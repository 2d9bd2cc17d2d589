using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Answers;

namespace Marketplace.OrderBook;

/// <summary>
/// What providers say of themselves and buyers may require, in every market: the names of offers and requests, and the
/// masks that the book compares.
/// </summary>
/// <remarks>
/// An attribute is its provider's word, which nothing in the book proves. Providers demand nothing of buyers, so asks
/// require nothing and bids have no attributes. The journal keeps masks: a new attribute goes to the end, and what is
/// here keeps its values.
/// </remarks>
public static class MarketAttributes
{
    public static IReadOnlyList<AttributeDefinition> Known { get; } =
    [
        new("region", AttributeKind.Choice,
            ["africa", "asia", "canada", "eu", "latin-america", "middle-east", "oceania", "uk", "us"]),
        new("quantization", AttributeKind.Choice,
            ["int4", "int8", "fp4", "fp6", "fp8", "fp16", "bf16", "fp32"]),
        new("tee", AttributeKind.Ordinal, ["none", "cpu", "gpu"]),
        new("retention", AttributeKind.Choice, ["kept", "none"]),
    ];

    public static AttributeSchema Schema { get; } = AttributeSchema.Create(Known).Value;

    /// <summary>The signature of a bid that requires these.</summary>
    public static Result<SignatureView, NamedValuesRefusal> OfBid(IReadOnlyList<NamedValues> required) =>
        Schema.Require(required).Match(
            mask => Result<SignatureView, NamedValuesRefusal>.Ok(new SignatureView(mask, MaskBits.None)),
            refusal => refusal);

    /// <summary>The signature of an ask whose provider has these.</summary>
    public static Result<SignatureView, NamedValuesRefusal> OfAsk(IReadOnlyList<NamedValues> offered) =>
        Schema.Offer(offered).Match(
            mask => Result<SignatureView, NamedValuesRefusal>.Ok(new SignatureView(MaskBits.None, mask)),
            refusal => refusal);

    /// <summary>What is wrong with named values, and all that would be right.</summary>
    public static string Mend(NamedValuesRefusal refusal) => refusal switch
    {
        NamedValuesRefusal.UnknownAttribute => $"No such attribute. {AllKnown}",
        NamedValuesRefusal.AttributeTwice => "Name each attribute once.",
        NamedValuesRefusal.UnknownValue => $"An attribute has no such value. {AllKnown}",
        _ => $"An attribute has one value; of a choice several may be required. {AllKnown}",
    };

    /// <summary>Tells why an order of this side does not fill, with the attributes by their names.</summary>
    /// <param name="tickSize">Of the market, in micro-tokens per million units.</param>
    public static FillExplanationText TextFor(Side side, long tickSize) => side == Side.Bid
        ? new FillExplanationText(Schema, AttributeSchema.Empty, tickSize)
        : new FillExplanationText(AttributeSchema.Empty, Schema, tickSize);

    private static string AllKnown { get; } =
        $"Known are {string.Join("; ", Known.Select(one => $"{one.Name}: {string.Join(", ", one.Values)}"))}.";
}
