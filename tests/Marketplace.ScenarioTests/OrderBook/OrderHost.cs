using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Api;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;
using Marketplace.Protocol;
using Marketplace.Storage;
using Marketplace.Tests.OrderBook;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>The route of orders over real HTTP on loopback, before a book in a real folder.</summary>
internal sealed class OrderHost : IAsyncDisposable
{
    public static readonly EntryRates Ample = new(new(100_000, 100_000), new(100_000, 100_000), new(100, 100));

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("market-orders-");
    private readonly Database database;
    private readonly WebApplication app;
    private readonly HttpClient http;
    private readonly OrderEntry entry;

    private OrderHost(LoopWorld world, EntryRates sources, EntryRates sessions)
    {
        World = world;
        database = Database.Open(Path.Combine(folder.FullName, "operator.db"), MigrationSet.Operator);
        Entry = new EntryStore(database);
        Requests = new BidRequests(world.Loop, Entry, new RequestStore(database), Gateways, world.Clock);
        entry = new OrderEntry(
            world.Loop,
            new EntrySessions(SessionOrders.Domain, sessions),
            new SourceLimits(sources, 100),
            Requests,
            world.Clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapOrders(entry);
        app.MapRequests(entry, Requests);
        http = new HttpClient();
    }

    public LoopWorld World { get; }

    public EntryStore Entry { get; }

    public BidRequests Requests { get; }

    public Links Gateways { get; } = new();

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

    /// <summary>A session of <see cref="BookWorld.Opening"/>, up to 1 token per million units.</summary>
    public async Task<SessionOrders> OpenedBuyersAsync()
    {
        var opening = SessionOrders.BuyersOpening();
        var grant = opening.Grant with { PriceLimit = new UnitPrice(1_000_000) };
        var opened = await World.DoAsync(opening with { Grant = grant });
        entry.Open(new SessionRequest(grant, SessionOrders.Key, opened.Account, opened.Session))
            .Should().Be(EntryRefusal.None);
        return SessionOrders.Of(opened);
    }

    /// <summary>Puts a request under a hash.</summary>
    /// <returns>The problem's title; empty when it was kept.</returns>
    public async Task<string> DepositAsync(SessionOrders session, Hash32 hash, byte[] request, byte[]? mac = null)
    {
        using var message = new HttpRequestMessage(
            HttpMethod.Put, new Uri($"{EntryRoutes.Requests}/{hash}", UriKind.Relative));
        message.Content = new ByteArrayContent(request);
        message.Headers.Add(SessionRoutes.SessionHeader, session.Number.ToString(CultureInfo.InvariantCulture));
        message.Headers.Add(
            SessionRoutes.MacHeader,
            Hex.Encode(mac ?? SessionNote.Deposit(session.Number, hash).Mac(SessionOrders.Key)));
        using var response = await http.SendAsync(message);
        var body = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.NoContent
            ? ""
            : JsonNode.Parse(body)!["title"]!.GetValue<string>();
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
        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>The gateways, all connected until a test says otherwise.</summary>
    internal sealed class Links : IGatewayLinks
    {
        public bool AreConnected { get; set; } = true;

        public bool IsConnected(BudgetNo budget) => AreConnected;

        public bool TrySend(BudgetNo budget, Frame frame) => AreConnected;

        public EthAddress? SessionOf(BudgetNo budget) => null;
    }
}
