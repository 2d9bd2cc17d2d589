using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>How the values of an attribute become bits.</summary>
public enum AttributeKind
{
    /// <summary>
    /// Values from the worst to the best; a requirement names the least that will do. Thermometer code: a value sets
    /// the bits of all values from the second up to itself, so n values take n - 1 bits and the worst sets none.
    /// </summary>
    Ordinal,

    /// <summary>Any number of members, one bit each; a requirement names members that must all be there.</summary>
    Set,

    /// <summary>
    /// Exactly one member; a requirement names those that will do. Bit x means "not x": an order of member m sets the
    /// bits of all others, and a requirement of A or B sets those of all but A and B. Who declares nothing sets none,
    /// so fits no requirement.
    /// </summary>
    Choice,
}

/// <summary>One named property and its values; see <see cref="AttributeKind"/> for their order.</summary>
public sealed record AttributeDefinition(string Name, AttributeKind Kind, IReadOnlyList<string> Values);

/// <summary>Why definitions make no schema. Where several hold, the first in this order is given.</summary>
public enum SchemaRefusal
{
    None,

    /// <summary>A name of an attribute or of a value is empty.</summary>
    EmptyName,

    /// <summary>Two attributes, or two values of one attribute, have the same name.</summary>
    NameTwice,

    /// <summary>An ordinal or a choice has less than two values, or a set none.</summary>
    TooFewValues,

    /// <summary>All attributes together need more than 128 bits.</summary>
    TooManyBits,
}

/// <summary>Why named values make no mask. Where several hold, the first in this order is given.</summary>
public enum NamedValuesRefusal
{
    None,

    /// <summary>The schema has no attribute of this name.</summary>
    UnknownAttribute,

    /// <summary>The attribute is named twice.</summary>
    AttributeTwice,

    /// <summary>The attribute has no value of this name.</summary>
    UnknownValue,

    /// <summary>No value where one is needed, or several where one alone makes sense.</summary>
    WrongValueCount,
}

/// <summary>The meaning of the 128 bits by which one side of a market is described and the other chooses.</summary>
public sealed class AttributeSchema
{
    private readonly AttributeBits[] attributes;

    private AttributeSchema(AttributeBits[] attributes) => this.attributes = attributes;

    /// <summary>No attributes at all: every mask is described by its bits' numbers.</summary>
    public static AttributeSchema Empty { get; } = new([]);

    public int Bits => attributes.Sum(attribute => attribute.Count);

    /// <summary>Bits are given out in the order of the definitions, so a schema grows at its end alone.</summary>
    public static Result<AttributeSchema, SchemaRefusal> Create(IReadOnlyList<AttributeDefinition> definitions)
    {
        var refusal = Check(definitions);
        if (refusal != SchemaRefusal.None)
        {
            return refusal;
        }

        var attributes = new AttributeBits[definitions.Count];
        var first = 0;
        for (var index = 0; index < attributes.Length; index++)
        {
            attributes[index] = new AttributeBits(definitions[index], first);
            first += attributes[index].Count;
        }

        return new AttributeSchema(attributes);
    }

    /// <summary>What an order must find on the other side, as a mask for <c>Required</c>.</summary>
    public Result<AttributeMask, NamedValuesRefusal> Require(IReadOnlyList<NamedValues> demands) =>
        Build(
            demands,
            (attribute, count) => attribute.MayDemand(count),
            (attribute, values) => attribute.Required(values));

    /// <summary>What an order is, as a mask for <c>Capability</c>.</summary>
    public Result<AttributeMask, NamedValuesRefusal> Offer(IReadOnlyList<NamedValues> properties) =>
        Build(
            properties,
            (attribute, count) => attribute.MayHave(count),
            (attribute, values) => attribute.Capability(values));

    /// <summary>A required mask, or the missing part of one, in words: "region eu or us, vram at least 48".</summary>
    /// <returns>"nothing" for an empty mask; bits without a name appear as "bit 5".</returns>
    public string Describe(AttributeMask required)
    {
        var named = attributes.Select(attribute => attribute.Describe(required)).OfType<string>();
        var unnamed = Enumerable.Range(Bits, MaskBits.Count - Bits)
            .Where(bit => required.Has(bit)).Select(bit => $"bit {bit}");
        var all = string.Join(", ", named.Concat(unnamed));
        return all.Length == 0 ? "nothing" : all;
    }

    private static SchemaRefusal Check(IReadOnlyList<AttributeDefinition> definitions)
    {
        var names = definitions.SelectMany(definition => definition.Values.Append(definition.Name));
        return names.Any(string.IsNullOrWhiteSpace) ? SchemaRefusal.EmptyName
            : HasTwice(definitions.Select(definition => definition.Name)) ? SchemaRefusal.NameTwice
            : definitions.Any(definition => HasTwice(definition.Values)) ? SchemaRefusal.NameTwice
            : definitions.Any(HasTooFew) ? SchemaRefusal.TooFewValues
            : definitions.Sum(definition => AttributeBits.Needed(definition)) > MaskBits.Count
                ? SchemaRefusal.TooManyBits
                : SchemaRefusal.None;
    }

    private static bool HasTwice(IEnumerable<string> names) =>
        names.GroupBy(name => name, StringComparer.Ordinal).Any(same => same.Count() > 1);

    private static bool HasTooFew(AttributeDefinition definition) =>
        definition.Values.Count < (definition.Kind == AttributeKind.Set ? 1 : 2);

    private Result<AttributeMask, NamedValuesRefusal> Build(
        IReadOnlyList<NamedValues> all,
        Func<AttributeBits, int, bool> accepts,
        Func<AttributeBits, IReadOnlyList<string>, AttributeMask> bits)
    {
        var refusal = Check(all, accepts);
        if (refusal != NamedValuesRefusal.None)
        {
            return refusal;
        }

        return all.Aggregate(
            MaskBits.None, (mask, named) => mask.With(bits(Find(named.Attribute)!, named.Values)));
    }

    // A list that came in JSON may hold null, which names no attribute.
    private NamedValuesRefusal Check(
        IReadOnlyList<NamedValues> all, Func<AttributeBits, int, bool> accepts) =>
        all.Any(named => Find(named?.Attribute) is null) ? NamedValuesRefusal.UnknownAttribute
        : HasTwice(all.Select(named => named.Attribute)) ? NamedValuesRefusal.AttributeTwice
        : !all.All(named => named.Values.All(Find(named.Attribute)!.Knows)) ? NamedValuesRefusal.UnknownValue
        : !all.All(named => accepts(Find(named.Attribute)!, named.Values.Count)) ? NamedValuesRefusal.WrongValueCount
        : NamedValuesRefusal.None;

    private AttributeBits? Find(string? name) => Array.Find(attributes, attribute => attribute.Name == name);
}
