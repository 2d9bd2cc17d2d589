using System.Globalization;

namespace Marketplace.Kernel;

/// <summary>
/// Decimal text with at most six decimals, read as an integer count of millionths without floating point.
/// </summary>
internal static class MicroText
{
    private const int Decimals = 6;
    private const int WholeDigits = 12;

    public static bool TryParse(string? text, out long micro)
    {
        micro = 0;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var parts = text.Split('.');
        var fraction = parts.Length == 2 ? parts[1] : "";
        if (parts.Length > 2
            || (parts.Length == 2 && fraction.Length is 0 or > Decimals)
            || parts[0].Length > WholeDigits)
        {
            return false;
        }

        return long.TryParse(
            parts[0] + fraction.PadRight(Decimals, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out micro);
    }
}
