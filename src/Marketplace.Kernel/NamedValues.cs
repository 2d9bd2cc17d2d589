namespace Marketplace.Kernel;

/// <summary>Values of one attribute: what an order has, or what it demands.</summary>
public sealed record NamedValues(string Attribute, IReadOnlyList<string> Values)
{
    /// <summary>Reads <c>region=eu,us</c>; the names themselves are for a schema to judge.</summary>
    public static bool TryParse(string? text, out NamedValues named)
    {
        var parts = (text ?? string.Empty).Split('=');
        named = new NamedValues(parts[0].Trim(), parts[^1].Split(',', StringSplitOptions.TrimEntries));
        return parts.Length == 2 && named.Attribute.Length > 0 && !named.Values.Contains(string.Empty);
    }

    public override string ToString() => $"{Attribute}={string.Join(',', Values)}";
}
