using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Marketplace.Verification.Comparing;

/// <summary>JSON as RFC 8785 writes it: one text for one value, whatever the order and the spaces were.</summary>
public static class CanonicalJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The canonical text.</summary>
    /// <returns>
    /// Nothing if the text is no JSON, names a member twice, nests deeper than 64, has half of a surrogate pair or a
    /// number beyond an IEEE double.
    /// </returns>
    public static string? TryWrite(ReadOnlyMemory<byte> utf8)
    {
        using var document = TryParse(utf8);
        return document is null ? null : TryWrite(document.RootElement);
    }

    /// <summary>A number as ECMAScript writes it (ECMA-262, Number::toString): the shortest that reads back.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is not finite.</exception>
    public static string Number(double value)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(double.IsFinite(value), true, nameof(value));
        if (value == 0)
        {
            return "0"; // and -0 too
        }

        var (digits, point) = Shortest(Math.Abs(value));
        return (value < 0 ? "-" : "") + Lay(digits, point);
    }

    internal static JsonDocument? TryParse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null; // the latter for half of a surrogate pair in a name
        }
    }

    internal static string? TryWrite(JsonElement element)
    {
        var text = new StringBuilder();
        try
        {
            return Write(text, element) && Utf8.GetByteCount(text.ToString()) >= 0 ? text.ToString() : null;
        }
        catch (Exception fault) when (fault is InvalidOperationException or EncoderFallbackException)
        {
            return null; // half of a surrogate pair
        }
    }

    private static bool Write(StringBuilder text, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => WriteObject(text, element),
        JsonValueKind.Array => WriteArray(text, element),
        JsonValueKind.String => WriteString(text, element.GetString()!),
        JsonValueKind.Number => WriteNumber(text, element),
        _ => WriteWord(text, element.GetRawText()),
    };

    private static bool WriteObject(StringBuilder text, JsonElement element)
    {
        text.Append('{');
        var isFirst = true;

        // By UTF-16 code units, as the RFC says: ordinal, not by code points.
        foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            text.Append(isFirst ? "" : ",");
            isFirst = false;
            WriteString(text, member.Name);
            text.Append(':');
            if (!Write(text, member.Value))
            {
                return false;
            }
        }

        text.Append('}');
        return true;
    }

    private static bool WriteArray(StringBuilder text, JsonElement element)
    {
        text.Append('[');
        var isFirst = true;
        foreach (var item in element.EnumerateArray())
        {
            text.Append(isFirst ? "" : ",");
            isFirst = false;
            if (!Write(text, item))
            {
                return false;
            }
        }

        text.Append(']');
        return true;
    }

    private static bool WriteNumber(StringBuilder text, JsonElement element)
    {
        if (!element.TryGetDouble(out var value) || !double.IsFinite(value))
        {
            return false;
        }

        text.Append(Number(value));
        return true;
    }

    private static bool WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            text.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < ' ' => $"\\u{(int)character:x4}",
                _ => character.ToString(),
            });
        }

        text.Append('"');
        return true;
    }

    private static bool WriteWord(StringBuilder text, string word)
    {
        text.Append(word);
        return true;
    }

    /// <summary>The digits, and how many of them stand before the point: negative with zeros after it.</summary>
    private static (string Digits, int Point) Shortest(double value)
    {
        var parts = value.ToString("E16", CultureInfo.InvariantCulture).Split('E');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture).Split('E')[0];
        var digits = shortest.Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');

        // 9.9999999999999995E22 in 17 digits may be 1E23 in the shortest: then the point moves with the carry.
        var isCarried = digits[0] == '1' && parts[0][0] == '9';
        return (digits, exponent + 1 + (isCarried ? 1 : 0));
    }

    private static string Lay(string digits, int point) => (digits.Length, point) switch
    {
        var (count, at) when count <= at && at <= 21 => digits + new string('0', at - count),
        (_, > 0 and <= 21) => digits[..point] + "." + digits[point..],
        (_, > -6 and <= 0) => "0." + new string('0', -point) + digits,
        _ => digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + "e" + (point > 0 ? "+" : "-")
            + Math.Abs(point - 1).ToString(CultureInfo.InvariantCulture),
    };
}
