using System.Text.Json;

namespace Marketplace.Inference;

/// <summary>An engine that runs, and what it is.</summary>
/// <param name="Server">Name and version, such as <c>vllm-0.9.1</c>; <c>openai</c> when it does not say.</param>
/// <param name="ContextTokens">Of models that say nothing of theirs.</param>
public sealed record FoundEngine(Uri BaseUri, string Server, int ContextTokens)
{
    public OpenAiEngine Open(HttpClient http, TimeProvider time) =>
        new(http, BaseUri, time) { Server = Server, ContextTokens = ContextTokens };
}

/// <summary>Finds engines that already run on this machine, and tells what they are by what only they answer.</summary>
public static class EngineProbe
{
    private const int MaxVersionLength = 40;

    /// <summary>An engine on loopback answers in milliseconds. Whoever has none should not wait to learn it.</summary>
    public static TimeSpan LocalPatience { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Where vLLM, llama-server and Ollama listen unless told otherwise.</summary>
    public static IReadOnlyList<Uri> UsualPlaces { get; } =
        [new("http://127.0.0.1:8000"), new("http://127.0.0.1:8080"), new("http://127.0.0.1:11434")];

    /// <returns>The engines with at least one model, in the order of the places.</returns>
    public static async Task<IReadOnlyList<FoundEngine>> FindAsync(
        HttpClient http, IReadOnlyList<Uri> places, TimeSpan patience, TimeProvider time, CancellationToken ct)
    {
        var answers = await Task.WhenAll(places.Select(place => IdentifyAsync(http, place, patience, time, ct)));
        return answers.OfType<FoundEngine>().ToList();
    }

    /// <returns>Null when nothing there sells: no answer in time, no engine, or one without models.</returns>
    public static async Task<FoundEngine?> IdentifyAsync(
        HttpClient http, Uri place, TimeSpan patience, TimeProvider time, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            var models = await new OpenAiEngine(http, place, time).ListModelsAsync(both.Token);
            return models.Count == 0 ? null : await DescribeAsync(http, place, both.Token);
        }
        catch (EngineFaultException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<FoundEngine> DescribeAsync(HttpClient http, Uri place, CancellationToken ct)
    {
        var answers = await Task.WhenAll(
            AskAsync(http, new Uri(place, "/props"), ct),
            AskAsync(http, new Uri(place, "/api/version"), ct),
            AskAsync(http, new Uri(place, "/version"), ct));
        var (props, ollama, vllm) = (answers[0], answers[1], answers[2]);
        if (props?.MemberOf("default_generation_settings") is { } settings)
        {
            return Found("llama.cpp", props.Value.TextOf("build_info"), settings.CountOf("n_ctx"));
        }

        return ollama?.TextOf("version") is { } ollamaVersion ? Found("ollama", ollamaVersion, null)
            : vllm?.TextOf("version") is { } vllmVersion ? Found("vllm", vllmVersion, null)
            : new FoundEngine(place, OpenAiEngine.UnknownServer, OpenAiEngine.UnknownContext);

        FoundEngine Found(string name, string? version, uint? context) => new(
            place,
            $"{name}-{Plain(version ?? "unknown")}",
            context is >= 1 and <= int.MaxValue ? (int)context : OpenAiEngine.UnknownContext);
    }

    /// <summary>A version goes into the market's name, where a slash or a blank would mean something else.</summary>
    private static string Plain(string version) => string.Concat(version.Take(MaxVersionLength)
        .Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '+' or '_' ? letter : '_'));

    /// <returns>The JSON at that address, or null when there is none.</returns>
    private static async Task<JsonElement?> AskAsync(HttpClient http, Uri uri, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(uri, ct);
            if (!answer.IsSuccessStatusCode)
            {
                return null;
            }

            using var json = EngineJson.Parse(await answer.Content.ReadAsStringAsync(ct));
            return json.RootElement.Clone();
        }
        catch (Exception none) when (none is HttpRequestException or IOException or EngineFaultException)
        {
            return null;
        }
    }
}
