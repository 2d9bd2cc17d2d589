using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Api;
using Marketplace.Tests.OrderBook.Feeds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>
/// The routes of market data over real HTTP on loopback, before a book in a real folder whose feeds gather for ten
/// milliseconds. Little is in flight between server and client, so that a reader that stops is noticed soon.
/// </summary>
internal sealed class FeedHost : IAsyncDisposable
{
    private const int SmallBuffer = 4_096;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    private readonly WebApplication app;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly ITimer heart;

    private FeedHost(LoopWorld world, FeedServing? serving)
    {
        World = world;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxResponseBufferSize = SmallBuffer);
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = endpoint =>
        {
            var listener = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            listener.SendBufferSize = SmallBuffer;
            return listener;
        });
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapMarkets(world.Loop.Mirror, TimeProvider.System, serving);

        // The world's clock stands still; what recurs with it has to come all the same.
        heart = TimeProvider.System.CreateTimer(_ => world.Clock.Tick(world.Clock.Now), null, Beat, Beat);
    }

    public LoopWorld World { get; }

    public Uri Url => new(app.Urls.Single());

    public static async Task<FeedHost> StartedAsync(LoopWorld world, FeedServing? serving = null)
    {
        var host = new FeedHost(world, serving);
        await host.app.StartAsync();
        host.http.BaseAddress = host.Url;
        return host;
    }

    /// <summary>What a route of market 0 answers.</summary>
    public async Task<(HttpStatusCode Status, JsonObject Body)> GetAsync(string route)
    {
        using var response = await http.GetAsync(
            new Uri(route.StartsWith('/') ? route : $"/v1/markets/0/{route}", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead);
        var body = response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? [] : JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        return (response.StatusCode, body);
    }

    /// <summary>A feed of market 0, from its first event on.</summary>
    /// <param name="known">What a returning client has got before.</param>
    public async Task<FeedClient> OpenAsync(string level, long? lastEventId = null, ClientBook? known = null)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri($"/v1/markets/0/feed?level={level}", UriKind.Relative));
        if (lastEventId is { } id)
        {
            request.Headers.Add("Last-Event-ID", $"{id}");
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new FeedClient(await response.Content.ReadAsStreamAsync(), known ?? new ClientBook());
    }

    public async ValueTask DisposeAsync()
    {
        await heart.DisposeAsync();
        http.Dispose();
        await app.DisposeAsync();
        await World.DisposeAsync();
    }
}

/// <summary>One subscriber that reads events and keeps the book that they make.</summary>
internal sealed class FeedClient(Stream stream, ClientBook book) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<SseItem<string>> events =
        SseParser.Create(stream).EnumerateAsync().GetAsyncEnumerator();

    public ClientBook Book => book;

    /// <summary>The ids of all events so far.</summary>
    public List<long> Ids { get; } = [];

    public async Task<(string Name, JsonElement Data)> NextAsync()
    {
        if (!await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)))
        {
            return ("closed", default);
        }

        var told = events.Current;
        var data = JsonDocument.Parse(told.Data).RootElement;
        if (data.TryGetProperty("seq", out var seq))
        {
            Ids.Add(seq.GetInt64());
            Book.Follow(new Received(told.EventType, seq.GetInt64(), data));
        }

        return (told.EventType, data);
    }

    /// <summary>Reads until the book has seen this command.</summary>
    public async Task ReachedAsync(long seq)
    {
        while (Book.Seq < seq)
        {
            var (name, data) = await NextAsync();
            if (name is "end" or "closed")
            {
                throw new InvalidOperationException($"The feed ended at {Book.Seq}: {name} {data}.");
            }
        }
    }

    /// <summary>Reads to the end.</summary>
    /// <returns>Why it ended, as the last event says.</returns>
    public async Task<string> EndAsync()
    {
        var reason = "nothing was said";
        while (true)
        {
            var (name, data) = await NextAsync();
            if (name == "closed")
            {
                return reason;
            }

            reason = name == "end" ? data.GetProperty("reason").GetString()! : reason;
        }
    }

    public async ValueTask DisposeAsync() => await stream.DisposeAsync();
}
