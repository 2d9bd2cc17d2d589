using System.Text.Json;

namespace Marketplace.Inference;

/// <summary>Reads JSON of servers that may say anything: what is not there or is of another kind is null.</summary>
internal static class EngineJson
{
    /// <exception cref="EngineFaultException">The text is not JSON.</exception>
    public static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException fault)
        {
            throw new EngineFaultException("The engine's answer is not JSON.", fault);
        }
    }

    extension(JsonElement element)
    {
        public JsonElement? MemberOf(string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
                && value.ValueKind != JsonValueKind.Null ? value : null;

        public string? TextOf(string name)
        {
            try
            {
                return element.MemberOf(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
            }
            catch (InvalidOperationException fault)
            {
                // An escape of half a character: valid JSON, but no text.
                throw new EngineFaultException("The engine's answer has half a character in it.", fault);
            }
        }

        public uint? CountOf(string name) =>
            element.MemberOf(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt32(out var count)
                ? count : null;

        public IReadOnlyList<JsonElement> ItemsOf(string name) =>
            element.MemberOf(name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray()] : [];
    }
}
