using System.Globalization;

namespace Marketplace.Kernel;

/// <summary>Decimal text with at most six decimals, read as a count of millionths without floating point.</summary>
internal static class MicroText
{
    private const int Decimals = 6;

    /// <summary>As many as 2^63 - 1 millionths have.</summary>
    private const int WholeDigits = 13;

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

        // long.TryParse skips NUL characters at the end, which would move the decimal point: "1.00000\0" is no amount.
        var digits = parts[0] + fraction.PadRight(Decimals, '0');
        return digits.All(char.IsAsciiDigit)
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out micro);
    }
}
