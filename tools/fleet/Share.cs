using System.Globalization;
using Marketplace.Verification;

namespace Marketplace.Fleet;

/// <summary>Reads shares and seeds as people write them.</summary>
public static class Share
{
    private const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Reads <c>5%</c>, <c>0.05</c> or <c>1e-4</c>; whole millionths, 0 to 1.</summary>
    /// <returns>Whether it is such a share.</returns>
    public static bool TryParse(string text, out PartsPerMillion share)
    {
        share = default;
        var isPercent = text.EndsWith('%');
        var digits = isPercent ? text[..^1] : text;
        if (!decimal.TryParse(digits, Style, CultureInfo.InvariantCulture, out var number) || number is < 0 or > 100)
        {
            return false;
        }

        var millionths = number * (isPercent ? PartsPerMillion.Whole / 100 : PartsPerMillion.Whole);
        if (millionths != decimal.Truncate(millionths) || millionths > PartsPerMillion.Whole)
        {
            return false;
        }

        share = new PartsPerMillion((int)millionths);
        return true;
    }

    /// <summary>Reads <c>11</c> or <c>11-16</c>; at most a hundred.</summary>
    /// <returns>The seeds in order; empty if the text is neither.</returns>
    public static IReadOnlyList<ulong> Seeds(string text)
    {
        var ends = text.Split('-');
        if (ends.Length > 2
            || !ulong.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !ulong.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first || last - first >= 100)
        {
            return [];
        }

        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(step => first + (ulong)step)];
    }
}
