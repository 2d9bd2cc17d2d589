using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Kernel;

namespace Marketplace.Inference;

/// <summary>Any server that speaks OpenAI's chat completions: vLLM, llama-server, Ollama and others.</summary>
/// <param name="baseUri">With or without <c>/v1</c> at its end.</param>
/// <remarks>
/// What the server says is not trusted: whatever it answers becomes a result, a refusal or an
/// <see cref="EngineFaultException"/>.
/// </remarks>
public sealed class OpenAiEngine(HttpClient http, Uri baseUri, TimeProvider time) : IInferenceEngine
{
    public const string UnknownServer = "openai";
    public const int UnknownContext = 4_096;

    private const int MaxAnswerBytes = 4_194_304;

    // llama-server takes its largest seed for "any", and vLLM and Ollama have signed ones: all agree on 31 bits.
    private const ulong SeedMask = int.MaxValue;

    /// <summary>
    /// The server and its version, as <see cref="EngineProbe"/> finds them: two may answer one request differently.
    /// </summary>
    public string Server { get; init; } = UnknownServer;

    /// <summary>The context of models that say nothing of theirs.</summary>
    public int ContextTokens { get; init; } = UnknownContext;

    /// <summary>How long the server may say nothing. A prompt is read in silence, so this is minutes.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(2);

    public async Task<IReadOnlyList<EngineModel>> ListModelsAsync(CancellationToken ct)
    {
        using var get = new HttpRequestMessage(HttpMethod.Get, At("models"));
        using var answer = await SendAsync(get, ct);
        var text = await TextAsync(answer, ct);
        if (!answer.IsSuccessStatusCode)
        {
            throw new EngineFaultException($"The engine answered {(int)answer.StatusCode}.");
        }

        using var json = EngineJson.Parse(text);
        return json.RootElement.ItemsOf("data")
            .Where(entry => entry.TextOf("id") is { Length: > 0 }).Select(ModelOf).ToList();
    }

    public async Task<Result<InferenceResult, InferenceRejection>> RunAsync(
        InferenceRequest request, Func<string, ValueTask> onText, CancellationToken ct)
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, At("chat/completions")) { Content = BodyOf(request) };
        using var answer = await SendAsync(post, ct);
        if (!answer.IsSuccessStatusCode)
        {
            return RejectionOf(answer.StatusCode, await TextAsync(answer, ct))
                ?? throw new EngineFaultException($"The engine answered {(int)answer.StatusCode}.");
        }

        var stream = new OpenAiStream(request.MaxTokens);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        while (!stream.IsDone && await AskAsync(both => reader.ReadLineAsync(both).AsTask(), ct) is { } line)
        {
            var piece = stream.Read(line);
            if (piece.Length > 0)
            {
                await onText(piece);
            }
        }

        return stream.End();
    }

    private EngineModel ModelOf(JsonElement entry)
    {
        var name = entry.TextOf("id")!;
        var context = entry.CountOf("max_model_len") is { } tokens and <= int.MaxValue ? (int)tokens : ContextTokens;
        return new EngineModel(name, $"{Server}/{name}", context);
    }

    private static JsonContent BodyOf(InferenceRequest request)
    {
        var body = new JsonObject
        {
            ["model"] = request.Model,
            ["messages"] = new JsonArray([.. request.Messages.Select(message =>
                (JsonNode)new JsonObject { ["role"] = message.Role, ["content"] = message.Content })]),
            ["max_tokens"] = request.MaxTokens,
            ["temperature"] = request.TemperatureMilli / 1_000.0,
            ["top_p"] = request.TopPMilli / 1_000.0,
            ["seed"] = request.Seed & SeedMask,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        if (request.Stop.Count > 0)
        {
            body["stop"] = new JsonArray([.. request.Stop.Select(stop => (JsonNode)stop)]);
        }

        return JsonContent.Create(body);
    }

    /// <summary>Whether the request is at fault. Servers agree on the status, and differ in the words.</summary>
    private static InferenceRejection? RejectionOf(HttpStatusCode status, string body) => status switch
    {
        // A 404 that names no model is a wrong address, and no fault of the buyer's.
        HttpStatusCode.NotFound when Says(body, "model") => InferenceRejection.UnknownModel,
        HttpStatusCode.RequestEntityTooLarge => InferenceRejection.PromptTooLong,
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity =>
            Says(body, "context length", "context size", "context window", "context_length_exceeded")
                ? InferenceRejection.PromptTooLong
                : InferenceRejection.InvalidRequest,
        _ => null,
    };

    private static bool Says(string body, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (body.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken ct) =>
        AskAsync(both => http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, both), ct);

    private Task<string> TextAsync(HttpResponseMessage answer, CancellationToken ct) => AskAsync(
        async both =>
        {
            await answer.Content.LoadIntoBufferAsync(MaxAnswerBytes, both);
            return await answer.Content.ReadAsStringAsync(both);
        },
        ct);

    /// <summary>Waits for the server; silence and a lost connection are faults, the caller's own end is not.</summary>
    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var silence = new CancellationTokenSource(Silence, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, silence.Token);
        try
        {
            return await ask(both.Token);
        }
        catch (OperationCanceledException fault) when (!ct.IsCancellationRequested)
        {
            throw new EngineFaultException("The engine said nothing for too long.", fault);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new EngineFaultException("The engine cannot be reached, or the connection to it broke.", fault);
        }
    }

    private Uri At(string path)
    {
        var root = baseUri.AbsoluteUri.TrimEnd('/');
        return new Uri(root.EndsWith("/v1", StringComparison.Ordinal) ? $"{root}/{path}" : $"{root}/v1/{path}");
    }
}
