using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Kernel;

namespace Marketplace.Inference;

/// <summary>Any server that speaks OpenAI's chat completions: vLLM, llama-server, Ollama and others.</summary>
/// <param name="baseUri">With or without <c>/v1</c> at its end.</param>
public sealed class OpenAiEngine(HttpClient http, Uri baseUri) : IInferenceEngine
{
    private const int UnknownContext = 4_096;

    public async Task<IReadOnlyList<EngineModel>> ListModelsAsync(CancellationToken ct)
    {
        using var answer = await FaultsAsync(() => http.GetAsync(At("models"), ct));
        using var json = await ReadAsync(answer, ct);
        return json.RootElement.GetProperty("data").EnumerateArray()
            .Select(model => (Id: model.GetProperty("id").GetString() ?? "", Entry: model))
            .Select(model => new EngineModel(model.Id, $"openai/{model.Id}", ContextOf(model.Entry))).ToList();
    }

    public async Task<Result<InferenceResult, InferenceRejection>> RunAsync(
        InferenceRequest request, Func<string, ValueTask> onText, CancellationToken ct)
    {
        using var post = new HttpRequestMessage(HttpMethod.Post, At("chat/completions")) { Content = BodyOf(request) };
        using var answer = await FaultsAsync(() => http.SendAsync(post, HttpCompletionOption.ResponseHeadersRead, ct));
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return InferenceRejection.UnknownModel;
        }

        if (answer.StatusCode == HttpStatusCode.BadRequest)
        {
            var message = await answer.Content.ReadAsStringAsync(ct);
            return message.Contains("context", StringComparison.OrdinalIgnoreCase)
                ? InferenceRejection.PromptTooLong
                : InferenceRejection.InvalidRequest;
        }

        return await CollectAsync(answer, onText, ct);
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
            ["seed"] = request.Seed,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        if (request.Stop.Count > 0)
        {
            body["stop"] = new JsonArray([.. request.Stop.Select(stop => (JsonNode)stop)]);
        }

        return JsonContent.Create(body);
    }

    private static async Task<InferenceResult> CollectAsync(
        HttpResponseMessage answer, Func<string, ValueTask> onText, CancellationToken ct)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new EngineFaultException($"The engine answered {(int)answer.StatusCode}.");
        }

        var text = new StringBuilder();
        var (finish, promptTokens, completionTokens, isDone) = (FinishReason.Stop, 0u, 0u, false);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        while (await FaultsAsync(() => reader.ReadLineAsync(ct).AsTask()) is { } line)
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal))
            {
                continue;
            }

            var data = line[5..].Trim();
            if (data == "[DONE]")
            {
                isDone = true;
                break;
            }

            using var chunk = Parse(data);
            var piece = PieceOf(chunk.RootElement, ref finish, ref promptTokens, ref completionTokens);
            if (piece.Length > 0)
            {
                text.Append(piece);
                await onText(piece);
            }
        }

        return isDone && completionTokens > 0
            ? new InferenceResult(text.ToString(), [], finish, promptTokens, completionTokens)
            : throw new EngineFaultException("The engine's stream ended early, or gave no usage.");
    }

    private static string PieceOf(
        JsonElement chunk, ref FinishReason finish, ref uint promptTokens, ref uint completionTokens)
    {
        if (chunk.TryGetProperty("error", out _))
        {
            throw new EngineFaultException("The engine reported an error in its stream.");
        }

        if (chunk.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            promptTokens = usage.GetProperty("prompt_tokens").GetUInt32();
            completionTokens = usage.GetProperty("completion_tokens").GetUInt32();
        }

        if (!chunk.TryGetProperty("choices", out var choices) || choices.GetArrayLength() == 0)
        {
            return "";
        }

        if (choices[0].TryGetProperty("finish_reason", out var reason) && reason.ValueKind == JsonValueKind.String)
        {
            finish = reason.GetString() == "length" ? FinishReason.Length : FinishReason.Stop;
        }

        return choices[0].TryGetProperty("delta", out var delta) && delta.TryGetProperty("content", out var content)
            ? content.GetString() ?? "" : "";
    }

    private static int ContextOf(JsonElement model) =>
        model.TryGetProperty("max_model_len", out var length) && length.TryGetInt32(out var tokens)
            ? tokens
            : UnknownContext;

    private static async Task<JsonDocument> ReadAsync(HttpResponseMessage answer, CancellationToken ct) =>
        answer.IsSuccessStatusCode
            ? Parse(await answer.Content.ReadAsStringAsync(ct))
            : throw new EngineFaultException($"The engine answered {(int)answer.StatusCode}.");

    private static JsonDocument Parse(string text)
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

    private static async Task<T> FaultsAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new EngineFaultException("The engine cannot be reached.", fault);
        }
    }

    private Uri At(string path)
    {
        var root = baseUri.AbsoluteUri.TrimEnd('/');
        return new Uri(root.EndsWith("/v1", StringComparison.Ordinal) ? $"{root}/{path}" : $"{root}/v1/{path}");
    }
}

/// <summary>Finds engines that already run on this machine, on their usual ports.</summary>
public static class EngineProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    // vLLM, llama-server, Ollama.
    private static readonly Uri[] Usual =
        [new("http://127.0.0.1:8000"), new("http://127.0.0.1:8080"), new("http://127.0.0.1:11434")];

    public static async Task<IReadOnlyList<Uri>> FindLocalAsync(
        HttpClient http, TimeProvider time, CancellationToken ct)
    {
        var answers = await Task.WhenAll(
            Usual.Select(async uri => (uri, IsThere: await AnswersAsync(http, uri, time, ct))));
        return answers.Where(answer => answer.IsThere).Select(answer => answer.uri).ToList();
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri uri, TimeProvider time, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return (await new OpenAiEngine(http, uri).ListModelsAsync(both.Token)).Count > 0;
        }
        catch (Exception fault)
            when (fault is EngineFaultException or OperationCanceledException or KeyNotFoundException)
        {
            return false;
        }
    }
}
