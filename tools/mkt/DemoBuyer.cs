using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Marketplace.Inference;

namespace Marketplace.Cli;

<<<<<<< HEAD
/// <summary>The demo's buyer: asks through the gateway as any OpenAI client would, then waits until all is settled.</summary>
public sealed class DemoBuyer(DemoSettings settings, LocalMarket market) : IDisposable
=======
/// <summary>
/// The demo's buyer: asks through the gateway as any OpenAI client would, then waits until all is settled.
/// </summary>
public sealed class DemoBuyer(DemoSettings settings, Uri market, Uri gateway, DemoProcesses processes) : IDisposable
>>>>>>> w-arch
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
<<<<<<< HEAD
                var seconds = (TimeProvider.System.GetUtcNow() - settings.StartedAt).TotalSeconds;
                Screen.Show(
                    string.Create(CultureInfo.InvariantCulture, $"first   job settled {seconds:F1} s after the start"),
                    new { firstSettledSeconds = seconds });
=======
                Console.WriteLine(
                    "        first job settled "
                    + $"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s after the start");
>>>>>>> w-arch
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
<<<<<<< HEAD
=======

    private async Task PrintJobsAsync(CancellationToken ct)
    {
        foreach (var job in bought)
        {
            job.View = await http.GetFromJsonAsync<JsonObject>(new Uri(market, $"/v1/jobs/{job.JobId}"), ct);
            var (view, generation) = (job.View!, job.Generation!);
            var matchedAt = view["matchedAt"]!.GetValue<long>();
            var verifiedAfter = view["verifiedAt"]!.GetValue<long>() - matchedAt;
            var settledAfter = (job.SettledAt.ToUnixTimeMilliseconds() - matchedAt) / 1000.0;
            var legs = view["legs"]!.AsArray().Select(leg =>
                $"{leg!["providerId"]}{(leg["status"]!.GetValue<long>() == OutvotedStatus ? "(outvoted)" : "")}");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"job {job.JobId,4}  matched > locked > run > verified {verifiedAfter} ms > settled {settledAfter:F1} s"
                + $"   price {generation["usage"]!["cost"]}   providers {string.Join(",", legs)}   "
                + $"digest {generation["digest"]!.GetValue<string>()[..12]}"));
        }
    }

    private async Task PrintTotalsAsync(CancellationToken ct)
    {
        using var chain = await ChainAccess.OfOperatorAsync(market, ct);
        var contract = await chain.ContractAsync(ct);
        ulong gas = 0;
        foreach (var tx in bought.Select(job => job.Generation!["settlement"]!["tx"]!.GetValue<string>()).Distinct())
        {
            gas += (await contract.ReceiptAsync(new TxHash(Hash32.Parse(tx)), ct))?.GasUsed ?? 0;
        }

        var legs = bought.Sum(job => job.Generation!["legs"]!.AsArray().Count);
        var perRun = gas / (ulong)Math.Max(1, legs);
        Console.WriteLine($"total   {bought.Count} jobs, {legs} paid runs, {gas} gas, {perRun} gas a paid run");
        for (var index = 1; index <= 4; index++)
        {
            var path = Path.Combine(settings.Folder, $"provider-{index}", "provider-id");
            var id = new ProviderId(uint.Parse(await File.ReadAllTextAsync(path, ct), CultureInfo.InvariantCulture));
            var mark = index == 3 ? " (cheats)" : "         ";
            Console.WriteLine(
                $"earned  provider {id}{mark}  {await contract.CreditAsync(id, null, ct)}   {await RunsAsync(id)}");
        }
    }

    private Task<string> RunsAsync(ProviderId id)
    {
        var legs = bought.SelectMany(job => job.View!["legs"]!.AsArray())
            .Where(leg => leg!["providerId"]!.GetValue<long>() == id.Value).ToList();
        var outvoted = legs.Count(leg => leg!["status"]!.GetValue<long>() == OutvotedStatus);
        return Task.FromResult($"{legs.Count} runs, {outvoted} outvoted");
    }

    private sealed class Bought(long jobId)
    {
        public long JobId { get; } = jobId;

        public JsonObject? Generation { get; set; }

        public JsonObject? View { get; set; }

        public DateTimeOffset SettledAt { get; set; }
    }
>>>>>>> w-arch
}
