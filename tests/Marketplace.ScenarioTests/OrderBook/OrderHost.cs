using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Marketplace.Api;
using Marketplace.OrderBook.Entry;
using Marketplace.Tests.OrderBook;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>The route of orders over real HTTP on loopback, before a book in a real folder.</summary>
internal sealed class OrderHost : IAsyncDisposable
{
    public static readonly EntryRates Ample = new(new(100_000, 100_000), new(100_000, 100_000), new(100, 100));

    private readonly WebApplication app;
    private readonly HttpClient http;
    private readonly OrderEntry entry;

    private OrderHost(LoopWorld world, EntryRates sources, EntryRates sessions)
    {
        World = world;
        entry = new OrderEntry(
            world.Loop, new EntrySessions(SessionOrders.Domain, sessions), new SourceLimits(sources, 100), world.Clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapOrders(entry);
        http = new HttpClient();
    }

    public LoopWorld World { get; }

    public static async Task<OrderHost> StartedAsync(
        LoopWorld world, EntryRates? sources = null, EntryRates? sessions = null)
    {
        var host = new OrderHost(world, sources ?? Ample, sessions ?? Ample);
        await host.app.StartAsync();
        host.http.BaseAddress = new Uri(host.app.Urls.Single());
        return host;
    }

    /// <summary>A provider's session at the book and at the door.</summary>
    public async Task<SessionOrders> OpenedAsync(uint provider)
    {
        var grant = SessionOrders.Grant(provider);
        var opened = await World.DoAsync(SessionOrders.Opening(provider));
        var refusal = entry.Open(new SessionRequest(
            grant,
            SessionOrders.Key,
            opened.Account,
            opened.Session));
        return refusal == EntryRefusal.None
            ? SessionOrders.Of(opened)
            : throw new InvalidOperationException(refusal.Mend());
    }

    public async Task<(HttpStatusCode Status, HttpResponseHeaders Headers, JsonObject Body)> PostAsync(byte[] batch)
    {
        using var content = new ByteArrayContent(batch);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await http.PostAsync(new Uri(EntryRoutes.Orders, UriKind.Relative), content);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        return (response.StatusCode, response.Headers, body);
    }

    public async Task<JsonArray> AnswersAsync(byte[] batch) => (await PostAsync(batch)).Body["answers"]!.AsArray();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        await World.DisposeAsync();
    }
}
