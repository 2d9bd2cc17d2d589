using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Marketplace.Inference;

namespace Marketplace.Cli;

/// <summary>The demo's buyer: asks through the gateway as any OpenAI client would, and waits for settlement.</summary>
public sealed class DemoBuyer(DemoSettings settings, LocalMarket market) : IDisposable
{
    private const int MaxTokens = 64;
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(120);

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(6) };
    private readonly DemoLexiconEngine reference = new(LexiconModel.Embedded, threads: 1);
    private readonly List<DemoJob> jobs = [];

    public void Dispose() => http.Dispose();

    /// <returns>Whether every job was delivered right and settled.</returns>
    public async Task<bool> BuyAsync(CancellationToken ct)
    {
        var key = await File.ReadAllTextAsync(market.ApiKeyFile, ct);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var isGood = true;
        foreach (var question in settings.Questions)
        {
            isGood &= await AskAsync(question, ct);
            if (jobs.Count == 1 && jobs[0].Generation is null)
            {
                await UntilSettledAsync(ct);
                var seconds = (TimeProvider.System.GetUtcNow() - settings.StartedAt).TotalSeconds;
                Screen.Show(
                    string.Create(CultureInfo.InvariantCulture, $"first   job settled {seconds:F1} s after the start"),
                    new { firstSettledSeconds = seconds });
            }
        }

        await UntilSettledAsync(ct);
        await new DemoReport(market, http, jobs).PrintAsync(ct);
        return isGood && jobs.Count == settings.Questions.Count;
    }

    private async Task<bool> AskAsync(string question, CancellationToken ct)
    {
        var askedAt = TimeProvider.System.GetUtcNow();
        var request = new
        {
            model = DemoLexiconEngine.ModelName,
            messages = new[] { new { role = "user", content = question } },
            max_tokens = MaxTokens,
            redundancy = settings.Redundancy,
        };
        using var answer = await market.WatchAsync(
            http.PostAsJsonAsync(new Uri(market.Gateway, "/v1/chat/completions"), request, ct), ct);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!;
        if (!answer.IsSuccessStatusCode)
        {
            Screen.Say($"buy     {question}\n        FAILED: {body["error"]!["message"]}");
            return false;
        }

        var text = body["choices"]![0]!["message"]!["content"]!.GetValue<string>();
        var isRight = text == await ReferenceAsync(question, ct);
        Screen.Say($"buy     {question}\n        {text}{(isRight ? "" : "   <-- CORRUPTED ANSWER ACCEPTED")}");
        jobs.Add(new DemoJob(body["settlement"]!["job"]!.GetValue<long>(), askedAt));
        return isRight;
    }

    /// <summary>What an honest run of the same model answers, here in this process.</summary>
    private async Task<string> ReferenceAsync(string question, CancellationToken ct)
    {
        var request = new InferenceRequest(
            DemoLexiconEngine.ModelName, [new ChatMessage("user", question)], MaxTokens, 0, 1_000, 0, []);
        return (await reference.RunAsync(request, _ => ValueTask.CompletedTask, ct)).Value.Text;
    }

    private Task UntilSettledAsync(CancellationToken ct) => market.UntilAsync(
        "settlement in a final block",
        SettlePatience,
        async token =>
        {
            foreach (var job in jobs.Where(job => job.Generation is null))
            {
                var generation = await http.GetFromJsonAsync<JsonObject>(
                    new Uri(market.Gateway, $"/v1/generation?id={job.JobId}"), token);
                if (generation!["settlement"]!["state"]!.GetValue<string>() is "settled" or "free")
                {
                    job.Settle(generation, TimeProvider.System.GetUtcNow());
                }
            }

            return jobs.TrueForAll(job => job.Generation is not null);
        },
        ct);
}
