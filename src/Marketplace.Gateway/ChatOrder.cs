using System.Text.Json;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary>A request that cannot be taken: an OpenAI error.</summary>
public sealed record ApiError(int Status, string Code, string Message, string? Param = null)
{
    public static ApiError OperatorUnreachable { get; } =
        new(503, "operator_unreachable", "The market cannot be reached; nothing was charged.");

    public static ApiError InvalidJson { get; } = new(400, "invalid_json", "The body is not JSON.");

    public static ApiError KeyLimit(TokenAmount cost) => new(
        402,
        "key_limit",
        $"This could cost {cost}: more than is left of the key's limit. Raise it, or lower max_tokens.");

    public static ApiError DayLimit(TokenAmount cost) =>
        new(402, "day_limit", $"This could cost {cost}: more than is left of the key's limit for today.");
}

/// <summary>A chat completion request, read and checked.</summary>
public sealed partial record ChatOrder(
    JobRequest Request, UnitPrice Limit, int Replicas, int Quorum, bool IsStream, bool IsStrict, bool WantsUsage)
{
    /// <summary>What a provider must say of itself; the operator knows which attributes there are.</summary>
    public IReadOnlyList<NamedValues> Requires { get; init; } = [];

    private const int MaxReplicas = 16;
    private const int DefaultTokens = 256;
    private const int DefaultDemoTokens = 64;
    private const int MostTokens = 1_000_000;

    // 100,000 tokens per Mtok: with it the dearest request still fits the fields and sums of the contract.
    private static readonly UnitPrice MostPrice = new(100_000_000_000);

    private static readonly string[] Unsupported =
    [
        "tools", "functions", "logprobs", "top_logprobs", "logit_bias", "audio", "modalities", "frequency_penalty",
        "presence_penalty",
    ];

    /// <summary>Reads the body of <c>POST /v1/chat/completions</c>.</summary>
    /// <returns>The order, or the error that says how to mend it.</returns>
    public static (ChatOrder? Order, ApiError? Error) Read(JsonElement body, GatewayOptions options)
    {
        try
        {
            return (new Reader(body, options).Read(), null);
        }
        catch (BadField bad)
        {
            return (null, new ApiError(400, "invalid_request", bad.Message, bad.Field));
        }
    }

    private sealed class BadField(string field, string message) : Exception(message)
    {
        public string Field { get; } = field;
    }

    private sealed partial class Reader(JsonElement body, GatewayOptions options)
    {
        public ChatOrder Read()
        {
            RefuseUnsupported();
            var model = Text(body, "model") ?? throw new BadField("model", "Name a model; see /v1/models.");
            var replicas = Integer("redundancy", options.DefaultReplicas, 1, MaxReplicas);
            var isStream = Flag("stream");
            var request = new JobRequest(
                MaxTokens(model),
                Messages(),
                model,
                (uint)Integer("seed", 0, 0, int.MaxValue),
                Stops(),
                Milli("temperature", 0, 2_000),
                Milli("top_p", 1_000, 1_000));
            return new ChatOrder(
                request,
                Limit(),
                replicas,
                Integer("quorum", replicas > 1 ? (replicas / 2) + 1 : 1, 1, replicas),
                isStream,
                Verification(isStream),
                body.TryGetProperty("stream_options", out var stream) && stream.ValueKind == JsonValueKind.Object
                    && stream.TryGetProperty("include_usage", out var usage) && usage.ValueKind == JsonValueKind.True)
            {
                Requires = Requires(),
            };
        }

        private void RefuseUnsupported()
        {
            if (body.ValueKind != JsonValueKind.Object)
            {
                throw new BadField("body", "The body is a JSON object.");
            }

            foreach (var field in Unsupported.Where(field => IsSet(field)))
            {
                throw new BadField(field, $"'{field}' is not supported; leave it out.");
            }

            if (Integer("n", 1, 1, int.MaxValue) != 1)
            {
                throw new BadField("n", "One answer a request: 'n' must be 1.");
            }

            if (body.TryGetProperty("response_format", out var format) && format.ValueKind == JsonValueKind.Object
                && Text(format, "type") is not (null or "text"))
            {
                throw new BadField("response_format", "Only text answers are supported.");
            }
        }

        private bool IsSet(string field) => body.TryGetProperty(field, out var value)
            && value.ValueKind switch
            {
                JsonValueKind.Null or JsonValueKind.False => false,
                JsonValueKind.Number => !(TokenAmount.TryParse(value.GetRawText(), out var number) && number.IsZero),
                JsonValueKind.Array => value.GetArrayLength() > 0,
                JsonValueKind.Object => value.EnumerateObject().Any(),
                _ => true,
            };

        private int MaxTokens(string model)
        {
            var isNew = body.TryGetProperty("max_completion_tokens", out var newer)
                && newer.ValueKind != JsonValueKind.Null;
            var field = isNew ? "max_completion_tokens" : "max_tokens";
            var usual = model == DemoLexiconEngine.ModelName ? DefaultDemoTokens : DefaultTokens;
            return Integer(field, usual, 1, MostTokens);
        }

        private List<JobMessage> Messages()
        {
            if (!body.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array
                || messages.GetArrayLength() == 0)
            {
                throw new BadField("messages", "Send at least one message.");
            }

            return messages.EnumerateArray().Select(message => new JobMessage(
                ContentOf(message),
                Text(message, "role") ?? throw new BadField("messages", "A message has a role."))).ToList();
        }

        private static string ContentOf(JsonElement message)
        {
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("content", out var content))
            {
                throw new BadField("messages", "A message is an object with a role and content.");
            }

            return content.ValueKind switch
            {
                JsonValueKind.String => Unicode("messages", content),
                JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(part => Text(part, "text")
                    ?? throw new BadField("messages", "Only text content is supported."))),
                _ => throw new BadField("messages", "Only text content is supported."),
            };
        }

        private List<string> Stops()
        {
            if (!body.TryGetProperty("stop", out var stop) || stop.ValueKind == JsonValueKind.Null)
            {
                return [];
            }

            var entries = stop.ValueKind == JsonValueKind.Array ? stop.EnumerateArray().ToList() : [stop];
            return entries.All(entry => entry.ValueKind == JsonValueKind.String)
                ? entries.Select(entry => Unicode("stop", entry)).Where(entry => entry.Length > 0).ToList()
                : throw new BadField("stop", "'stop' is a text or a list of texts.");
        }

        private UnitPrice Limit()
        {
            if (body.TryGetProperty("max_price", out var price) && price.ValueKind != JsonValueKind.Null)
            {
                return Price("max_price", price);
            }

            return body.TryGetProperty("provider", out var provider) && provider.ValueKind == JsonValueKind.Object
                && provider.TryGetProperty("max_price", out var caps) && caps.ValueKind == JsonValueKind.Object
                && caps.TryGetProperty("completion", out var completion)
                ? Price("provider.max_price.completion", completion)
                : options.DefaultMaxPrice;
        }

        // From the number's own text: a price never passes through floating point.
        private static UnitPrice Price(string field, JsonElement value)
        {
            var text = value.ValueKind == JsonValueKind.String ? Unicode(field, value) : value.GetRawText();
            return UnitPrice.TryParse(text, out var price) && price.MicroPerMillionUnits > 0 && price <= MostPrice
                ? price
                : throw new BadField(
                    field,
                    $"'{field}' is tokens per million tokens, to {MostPrice}, with at most six decimals, like 0.25.");
        }

        private bool Verification(bool isStream) => Text(body, "verification") switch
        {
            null => !isStream,
            "strict" => true,
            "optimistic" => false,
            _ => throw new BadField("verification", "'verification' is 'strict' or 'optimistic'."),
        };

        private int Milli(string field, int usual, int most)
        {
            if (!body.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                return usual;
            }

            return TokenAmount.TryParse(value.GetRawText(), out var micro) && micro.Micro <= most * 1_000L
                ? (int)(micro.Micro / 1_000)
                : throw new BadField(field, $"'{field}' is 0 to {most / 1_000} with at most six decimals.");
        }

        private int Integer(string field, int usual, int least, int most)
        {
            if (!body.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                return usual;
            }

            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
                && number >= least && number <= most
                ? number
                : throw new BadField(field, $"'{field}' is a whole number from {least} to {most}.");
        }

        private bool Flag(string field) =>
            body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.True;

        private static string? Text(JsonElement from, string field) =>
            from.ValueKind == JsonValueKind.Object && from.TryGetProperty(field, out var value)
                && value.ValueKind == JsonValueKind.String ? Unicode(field, value) : null;

        // JSON can escape half a character, which is no text.
        private static string Unicode(string field, JsonElement value)
        {
            try
            {
                return value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                throw new BadField(field, $"'{field}' holds an escape that is no Unicode character.");
            }
        }
    }
}
