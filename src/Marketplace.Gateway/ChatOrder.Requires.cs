using System.Text.Json;
using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <content>
/// What a request requires of its provider: <c>provider.require</c>, an object of attributes with a value or a list of
/// values that will do, and OpenRouter's <c>provider.quantizations</c>, <c>provider.zdr</c> and
/// <c>provider.data_collection</c>.
/// </content>
public sealed partial record ChatOrder
{
    private sealed partial class Reader
    {
        /// <summary>The request's, and those of the gateway's usual ones that the request says nothing of.</summary>
        private List<NamedValues> Requires()
        {
            var named = body.TryGetProperty("provider", out var provider) && provider.ValueKind == JsonValueKind.Object
                ? RequiredOf(provider) : [];
            var others = options.DefaultRequires.Where(
                usual => named.TrueForAll(one => one.Attribute != usual.Attribute));
            return [.. named, .. others];
        }

        private static List<NamedValues> RequiredOf(JsonElement provider)
        {
            var all = new List<NamedValues>();
            if (Given(provider, "require") is { } require)
            {
                all.AddRange(require.ValueKind == JsonValueKind.Object
                    ? require.EnumerateObject().Select(one => Named(NameOf(one), one.Value, "provider.require"))
                    : throw new BadField("provider.require", "'provider.require' is like {\"region\": \"eu\"}."));
            }

            if (Given(provider, "quantizations") is { } quantizations)
            {
                all.Add(Named("quantization", quantizations, "provider.quantizations"));
            }

            if (MustForget(provider))
            {
                all.Add(new NamedValues("retention", ["none"]));
            }

            return all;
        }

        private static bool MustForget(JsonElement provider)
        {
            var isZeroRetention = Given(provider, "zdr") is { } zdr && zdr.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw new BadField("provider.zdr", "'provider.zdr' is true or false."),
            };
            return isZeroRetention || Given(provider, "data_collection") is { } collection && Text(
                provider, "data_collection") switch
            {
                "deny" => true,
                "allow" => false,
                _ => throw new BadField(
                    "provider.data_collection", $"'provider.data_collection' is 'allow' or 'deny', not {collection}."),
            };
        }

        private static NamedValues Named(string attribute, JsonElement value, string field)
        {
            var values = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
            return values.Count > 0 && values.TrueForAll(one => one.ValueKind == JsonValueKind.String)
                ? new NamedValues(attribute, values.Select(one => Unicode(field, one)).ToList())
                : throw new BadField(field, $"'{field}' names values as text, one or a list that will do.");
        }

        // JSON can escape half a character, which is no text.
        private static string NameOf(JsonProperty property)
        {
            try
            {
                return property.Name;
            }
            catch (InvalidOperationException)
            {
                throw new BadField("provider.require", "'provider.require' holds an escape that is no character.");
            }
        }

        private static JsonElement? Given(JsonElement from, string field) =>
            from.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
