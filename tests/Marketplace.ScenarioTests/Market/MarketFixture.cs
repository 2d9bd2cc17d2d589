using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Api;
using Marketplace.Audit;
using Marketplace.Cli;
using Marketplace.Inference;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>A whole market of processes with three honest providers and one buyer's gateway.</summary>
public sealed class MarketFixture : IAsyncLifetime
{
    public const int MaxTokens = 64;
    public const string MaxPrice = "50";
    public static readonly TokenAmount Cap = new(5_000_000);
    private static readonly TimeSpan SetUpBound = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan SettleBound = TimeSpan.FromMinutes(3);
    private static readonly string[] Asks = ["20", "24", "30"];

    private readonly DemoLexiconEngine reference = new(LexiconModel.Embedded, threads: 1);

    public LocalMarket Market { get; } = new(Directory.CreateTempSubdirectory("market-").FullName);

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(6) };

    public string ApiKey { get; private set; } = "";

    public static int Providers => Asks.Length;

    public Uri OpenAiUrl => new(Market.Gateway, "/v1");

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(SetUpBound);
        var ct = deadline.Token;
        await Market.StartOperatorAsync(null, ct);
        for (var index = 1; index <= Asks.Length; index++)
        {
            Market.StartProvider(index, Asks[index - 1]);
        }

        await Market.OpenBuyerAsync(new TokenAmount(10_000_000), Cap, ct);
        await Market.StartGatewayAsync(MaxPrice, ct);
        await Market.UntilAsksAsync(Asks.Length, ct);
        ApiKey = await File.ReadAllTextAsync(Market.ApiKeyFile, ct);
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
    }

    public async Task DisposeAsync()
    {
        await Market.DisposeAsync();
        Http.Dispose();
        Directory.Delete(Market.Folder, recursive: true);
    }

    public static JsonObject Request(string question, int redundancy = 1) => new()
    {
        ["model"] = DemoLexiconEngine.ModelName,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = question }),
        ["max_tokens"] = MaxTokens,
        ["redundancy"] = redundancy,
    };

    public async Task<(HttpStatusCode Status, JsonObject Body)> AskAsync(JsonObject request, CancellationToken ct)
    {
        using var answer = await Http.PostAsJsonAsync(new Uri(Market.Gateway, "/v1/chat/completions"), request, ct);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!.AsObject());
    }

    /// <summary>What an honest run of the same model answers, here in this process.</summary>
    public async Task<string> ReferenceAsync(string question, CancellationToken ct) =>
        (await ReferenceResultAsync(question, ct)).Text;

    /// <summary>The same with its meters.</summary>
    public async Task<InferenceResult> ReferenceResultAsync(string question, CancellationToken ct)
    {
        var request = new InferenceRequest(
            DemoLexiconEngine.ModelName, [new ChatMessage("user", question)], MaxTokens, 0, 1_000, 0, []);
        return (await reference.RunAsync(request, _ => ValueTask.CompletedTask, ct)).Value;
    }

    public static string TextOf(JsonObject body) => body["choices"]![0]!["message"]!["content"]!.GetValue<string>();

    public static long JobOf(JsonObject body) => body["settlement"]!["job"]!.GetValue<long>();

    /// <summary>The purchase of a job once it is settled in a final block.</summary>
    public async Task<JsonObject> SettledAsync(long job, CancellationToken ct)
    {
        JsonObject? generation = null;
        await Market.UntilAsync(
            $"job {job} settled",
            SettleBound,
            async token =>
            {
                generation = await GenerationAsync(job, token);
                return generation["settlement"]!["state"]!.GetValue<string>() == "settled";
            },
            ct);
        return generation!;
    }

    public async Task<JsonObject> GenerationAsync(long job, CancellationToken ct) =>
        (await Http.GetFromJsonAsync<JsonObject>(new Uri(Market.Gateway, $"/v1/generation?id={job}"), ct))!;

    /// <summary>What the key has spent or reserved, as the gateway counts it.</summary>
    public async Task<TokenAmount> SpentAsync(CancellationToken ct)
    {
        var key = (await Http.GetFromJsonAsync<JsonObject>(new Uri(Market.Gateway, "/v1/key"), ct))!;
        return new TokenAmount(key["spent_micro"]!.GetValue<long>());
    }

    /// <summary>The buyer's budget as the operator's book has it.</summary>
    public async Task<JsonObject> BudgetAsync(CancellationToken ct)
    {
        var number = BudgetFile.Read(Market.Buyer).BudgetNo.ToString(CultureInfo.InvariantCulture);
        return (await Http.GetFromJsonAsync<JsonObject>(new Uri(Market.Url, $"/v1/budgets/{number}"), ct))!;
    }

    /// <summary>
    /// Waits until all that was bought is settled, then holds the chain against the gateway's own count and rebuilds
    /// every balance from the logs: nothing lost, nothing paid twice.
    /// </summary>
    public async Task ShouldBalanceAsync(CancellationToken ct)
    {
        using var chain = await ChainAccess.OfOperatorAsync(Market.Url, ct);
        var contract = await chain.ContractAsync(ct);
        var budgetNo = new BudgetNo(BudgetFile.Read(Market.Buyer).BudgetNo);
        var bought = await SpentAsync(ct);
        await Market.UntilAsync(
            "everything settled",
            SettleBound,
            async token =>
            {
                var final = await contract.FinalizedBlockAsync(token);
                return (await contract.BudgetAsync(budgetNo, final.Number, token))?.Spent >= bought;
            },
            ct);

        var budget = await contract.BudgetAsync(budgetNo, null, ct);
        budget!.Spent.Should().Be(bought, "the chain paid exactly what the gateway's tickets promise");
        var report = await new BalanceAudit(contract, chain.Info.StartBlock).RunAsync(ct);
        report.Rows.Where(row => !row.IsEqual).Should().BeEmpty();
    }

    /// <summary>Waits until exactly so many providers' asks are in the book.</summary>
    public Task UntilAsksAsync(int count, CancellationToken ct) => Market.UntilAsync(
        $"{count} asks", TimeSpan.FromSeconds(60), async token => await AsksAsync(token) == count, ct);

    public Task UntilReadyAsync(CancellationToken ct) => Market.UntilAsync(
        "gateway and providers",
        TimeSpan.FromSeconds(60),
        async token =>
        {
            using var health = await Http.GetAsync(new Uri(Market.Gateway, "/healthz"), token);
            return health.IsSuccessStatusCode && await AsksAsync(token) >= Providers;
        },
        ct);

    private async Task<int> AsksAsync(CancellationToken ct) =>
        (await Http.GetFromJsonAsync<List<MarketView>>(new Uri(Market.Url, "/v1/markets"), ct))!
            .Sum(market => market.Providers);
}

/// <summary>Tests that buy from one market and leave its processes alone.</summary>
[CollectionDefinition(Name)]
public sealed class MarketCollection : ICollectionFixture<MarketFixture>
{
    public const string Name = "a market of processes";
}
