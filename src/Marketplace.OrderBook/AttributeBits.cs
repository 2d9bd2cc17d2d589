using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>One attribute of a schema and its place among the 128 bits.</summary>
internal sealed class AttributeBits(AttributeDefinition definition, int first)
{
    public string Name => definition.Name;

    public int Count => Needed(definition);

    public static int Needed(AttributeDefinition definition) =>
        definition.Kind == AttributeKind.Ordinal ? definition.Values.Count - 1 : definition.Values.Count;

    public bool Knows(string value) => definition.Values.Contains(value, StringComparer.Ordinal);

    /// <summary>A demand needs a value to mean anything; only an ordinal has but one.</summary>
    public bool MayDemand(int values) => definition.Kind == AttributeKind.Ordinal ? values == 1 : values > 0;

    /// <summary>What has no member of a set is simply that; the other kinds have exactly one value.</summary>
    public bool MayHave(int values) => definition.Kind == AttributeKind.Set || values == 1;

    public AttributeMask Required(IReadOnlyList<string> values) => definition.Kind switch
    {
        AttributeKind.Ordinal => UpTo(values[0]),
        AttributeKind.Set => Where(values.Contains),
        _ => Where(value => !values.Contains(value)),
    };

    // The same bits as those a demand for exactly these values sets: what has them satisfies it, and nothing stricter.
    public AttributeMask Capability(IReadOnlyList<string> values) => Required(values);

    /// <summary>The part of a required mask that falls to this attribute in words; null when there is none.</summary>
    public string? Describe(AttributeMask required)
    {
        var set = Enumerable.Range(0, Count).Where(bit => required.Has(first + bit)).ToList();
        return set.Count == 0 ? null : definition.Kind switch
        {
            AttributeKind.Ordinal => $"{Name} at least {definition.Values[set[^1] + 1]}",
            AttributeKind.Set => $"{Name} {Joined(" and ", set)}",
            _ => Choice(set),
        };
    }

    // Said by the shorter list; a mask that excludes every member can come from two demands that contradict each other.
    private string Choice(List<int> excluded)
    {
        var allowed = Enumerable.Range(0, Count).Except(excluded).ToList();
        return allowed.Count == 0 ? $"{Name} none of its values"
            : allowed.Count <= excluded.Count ? $"{Name} {Joined(" or ", allowed)}"
            : $"{Name} not {Joined(" nor ", excluded)}";
    }

    private string Joined(string word, IEnumerable<int> values) =>
        string.Join(word, values.Select(value => definition.Values[value]));

    private AttributeMask UpTo(string value) => Bits(Enumerable.Range(0, IndexOf(value)));

    private AttributeMask Where(Func<string, bool> isSet) =>
        Bits(Enumerable.Range(0, Count).Where(bit => isSet(definition.Values[bit])));

    private AttributeMask Bits(IEnumerable<int> bits) =>
        bits.Aggregate(MaskBits.None, (mask, bit) => mask.With(MaskBits.Of(first + bit)));

    private int IndexOf(string value) => definition.Values.ToList().IndexOf(value);
}
