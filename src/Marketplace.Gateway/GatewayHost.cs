using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Gateway;

/// <summary>The buyer's process: OpenAI's routes on loopback, and the session key.</summary>
public static class GatewayHost
{
    public static WebApplication Build(
        GatewayOptions options, PrivateKey session, IEscrowContract contract, TimeProvider time, LogLevel minimumLevel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.ListenUrl);
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(minimumLevel).AddFilter("Microsoft", LogLevel.Warning);
        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(time).AddSingleton(new SessionSigner(session, contract.Domain));
        services.AddSingleton(
            _ => Database.Open(Path.Combine(options.DataDirectory, "gateway.db"), MigrationSet.Gateway));
        services.AddSingleton(provider => new TicketBook(
            provider.GetRequiredService<Database>(), provider.GetRequiredService<SessionSigner>(), options.BudgetNo));
        services.AddSingleton<PurchaseStore>().AddSingleton<ApiKeys>().AddSingleton<OperatorLink>();
        services.AddSingleton(new ProviderSigners(contract)).AddSingleton<PurchaseDesk>().AddSingleton<ChatRoute>();
        services.AddSingleton<PurchaseRoute>();
        services.AddSingleton(contract).AddHostedService<SettlementWatch>().AddHostedService<ExpiryWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<PurchaseDesk>());
        services.AddHttpClient();
        var app = builder.Build();
        Map(app, options);
        return app;
    }

    private static void Map(WebApplication app, GatewayOptions options)
    {
        app.MapGet("/healthz", (OperatorLink link) =>
            link.IsConnected ? Results.Text("ok") : Results.Text("the operator cannot be reached", statusCode: 503));
        app.MapPost("/v1/chat/completions", (HttpContext http, ChatRoute chat) => WithKeyAsync(http, chat.HandleAsync));
        app.MapPost(PurchaseRoute.Path, (HttpContext http, PurchaseRoute route) =>
            WithKeyAsync(http, route.PrepareAsync));
        app.MapGet(PurchaseRoute.Path + "/{id}", (HttpContext http, string id, PurchaseRoute route) =>
            WithKeyAsync(http, (_, _) => route.ShowAsync(http, id)));
        app.MapGet("/v1/models", (HttpContext http, IHttpClientFactory clients) =>
            WithKeyAsync(http, (_, _) => ModelsAsync(http, clients.CreateClient(), options)));
        app.MapGet("/v1/generation", (HttpContext http, string id, PurchaseStore purchases) =>
            WithKeyAsync(http, (_, _) => GenerationAsync(http, id, purchases)));
        app.MapGet("/v1/key", (HttpContext http, PurchaseStore purchases, TimeProvider time) =>
            WithKeyAsync(http, (_, key) => KeyAsync(http, key, purchases, time)));
    }

    private static async Task WithKeyAsync(HttpContext http, Func<HttpContext, ApiKey, Task> handle)
    {
        var keys = http.RequestServices.GetRequiredService<ApiKeys>();
        if (await keys.FindAsync(http.Request.Headers.Authorization, http.RequestAborted) is { } key)
        {
            await handle(http, key);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        await http.Response.WriteAsJsonAsync(
            ChatAnswers.Error("invalid_api_key", "Send the key from the gateway's api-key file as a bearer token."));
    }

    private static async Task ModelsAsync(HttpContext http, HttpClient client, GatewayOptions options)
    {
        var text = await client.GetStringAsync(new Uri(options.Operator, "/v1/markets"), http.RequestAborted);
        var models = new JsonArray();
        foreach (var market in JsonNode.Parse(text)!.AsArray())
        {
            var ask = market!["bestAsk"]?.GetValue<long>();
            models.Add(new JsonObject
            {
                ["id"] = market["model"]!.GetValue<string>(),
                ["object"] = "model",
                ["created"] = 0,
                ["owned_by"] = "market",
                ["context_length"] = market["context"]!.GetValue<int>(),
                ["determinism_class"] = market["class"]!.GetValue<string>(),
                ["pricing"] = ask is { } micro
                    ? new JsonObject { ["max_price"] = new UnitPrice(micro).ToString() }
                    : null,
            });
        }

        await http.Response.WriteAsJsonAsync(new JsonObject { ["object"] = "list", ["data"] = models });
    }

    private static async Task GenerationAsync(HttpContext http, string id, PurchaseStore purchases)
    {
        var ct = http.RequestAborted;
        var found = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var job)
            ? await purchases.FindAsync(new JobId(job), ct)
            : await purchases.FindAsync(id.Replace("chatcmpl-", "", StringComparison.Ordinal), ct);
        if (found is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            await http.Response.WriteAsJsonAsync(ChatAnswers.Error("not_found", "No purchase has this id."), ct);
            return;
        }

        var tickets = await purchases.LegsAsync(found.ClientOrderId, ct);
        await http.Response.WriteAsJsonAsync(ChatAnswers.Generation(found, tickets), ct);
    }

    private static async Task KeyAsync(HttpContext http, ApiKey key, PurchaseStore purchases, TimeProvider time)
    {
        var today = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var (total, day) = await purchases.SpentAsync(key.Hash, today, http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new JsonObject
        {
            ["spent_micro"] = total.Micro,
            ["spent_today_micro"] = day.Micro,
            ["total_limit_micro"] = key.TotalLimit.Micro,
            ["day_limit_micro"] = key.DayLimit.Micro,
        });
    }
}
