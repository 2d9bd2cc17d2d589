using System.Collections.Concurrent;
using System.Reflection;
using System.Threading.Channels;
using Marketplace.Escrow;
using Marketplace.Gateway;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.ScenarioTests.Execution;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Marketplace.ScenarioTests.Gateway;

/// <summary>A chain that knows every provider's signer. Whatever else is asked of it is a node that is down.</summary>
public class SignersOnChain : DispatchProxy
{
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
    {
        "get_Domain" => JobWorld.Domain,
        "get_ChainId" => JobWorld.Domain.ChainId,
        "get_Escrow" => JobWorld.Domain.VerifyingContract,
        nameof(IEscrowContract.ProviderAsync) => Task.FromResult<ProviderEntry?>(Entry((ProviderId)args![0]!)),
        _ => throw new ChainFaultException("The node is down."),
    };

    private static ProviderEntry Entry(ProviderId id) =>
        new(id, default, JobWorld.KeyOf($"provider {id}").Address, default);
}

/// <summary>A clock at which two requests meet, if nothing keeps one of them from getting there.</summary>
public sealed class MeetingClock : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public Barrier? Meeting { get; set; }

    public override DateTimeOffset GetUtcNow()
    {
        Meeting?.SignalAndWait(Patience);
        return base.GetUtcNow();
    }
}

/// <summary>
/// A real gateway over HTTP, and an operator that matches every bid at once and delivers when it is let.
/// </summary>
public sealed class FakeOperator : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gateway").FullName;
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication market;
    private readonly Channel<Frame> received = Channel.CreateUnbounded<Frame>();
    private FrameSocket? live;
    private WebApplication gateway = null!;

    private FakeOperator()
    {
        market = Build();
        market.UseWebSockets();
        market.Map("/v1/gateway/connect", ServeAsync);
    }

    public ConcurrentQueue<BidFrame> Bids { get; } = new();

    public MeetingClock Clock { get; } = new();

    public HttpClient Client { get; private set; } = new();

    /// <summary>What it answers to inquiries: it has placed no order but those that came here.</summary>
    public string OrderState { get; set; } = "unknown";

    public static async Task<FakeOperator> StartAsync()
    {
        var world = new FakeOperator();
        await world.market.StartAsync();
        world.Client = await world.StartGatewayAsync();
        await world.UseKeyAsync(null);
        return world;
    }

    /// <summary>From here on the client has a fresh key, with a limit if one is given.</summary>
    public async Task UseKeyAsync(TokenAmount? totalLimit)
    {
        var keys = gateway.Services.GetRequiredService<ApiKeys>();
        var key = await keys.CreateAsync(totalLimit, null, CancellationToken.None);
        Client.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    /// <summary>The gateway stops and starts again on what it has stored.</summary>
    public async Task RestartGatewayAsync()
    {
        await gateway.DisposeAsync();
        var client = await StartGatewayAsync();
        client.DefaultRequestHeaders.Authorization = Client.DefaultRequestHeaders.Authorization;
        Client.Dispose();
        Client = client;
    }

    /// <summary>Tells the connected gateway something.</summary>
    public Task SendAsync(Frame frame) => live!.SendAsync(frame, CancellationToken.None);

    /// <summary>The next frame of this kind from the gateway; others are passed over.</summary>
    public async Task<T> NextAsync<T>()
        where T : Frame
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await received.Reader.ReadAsync(patience.Token) is T frame)
            {
                return frame;
            }
        }
    }

    /// <summary>What provider 1 delivers for this request at this price.</summary>
    public static Delivery DeliveryOf(string clientOrderId, byte[] request, UnitPrice price, JobId job)
    {
        var provider = new FakeProvider(1);
        var offer = new AssignmentOffer(
            new AssignmentId(Keccak256.Hash(clientOrderId)), JobRequest.HashOf(request), request, price, false, 0, 0);
        var (commit, reveal) = provider.AnswerTo(offer);
        var leg = new DeliveredLeg(provider.Id, commit.Commit, commit.Signature, reveal.Result, reveal.Signature);
        return new Delivery(clientOrderId, job, reveal.Canonical, [leg], 1);
    }

    /// <summary>Opens so many connections to the gateway, which stay open for the requests that follow.</summary>
    public Task OpenConnectionsAsync(int count) => Task.WhenAll(
        Enumerable.Range(0, count).Select(_ => Client.GetAsync(new Uri("/healthz", UriKind.Relative))));

    /// <summary>Lets deliveries go, those that wait and all that come.</summary>
    public void Deliver() => release.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Deliver();
        Client.Dispose();
        await gateway.DisposeAsync();
        await market.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        return builder.Build();
    }

    private async Task<HttpClient> StartGatewayAsync()
    {
        var options = new GatewayOptions
        {
            Operator = new Uri(market.Urls.Single()),
            DataDirectory = folder,
            ListenUrl = "http://127.0.0.1:0",
            BudgetNo = GatewayWorld.Budget,
            StartBlock = default,
        };
        gateway = GatewayHost.Build(
            options, GatewayWorld.Session, DispatchProxy.Create<IEscrowContract, SignersOnChain>(), Clock,
            LogLevel.Error);
        await gateway.StartAsync();
        var client = new HttpClient { BaseAddress = new Uri(gateway.Urls.Single()) };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await client.GetAsync(new Uri("/healthz", UriKind.Relative), patience.Token)).IsSuccessStatusCode)
        {
            await Task.Yield();
        }

        return client;
    }

    private async Task ServeAsync(HttpContext http)
    {
        using var socket = new FrameSocket(await http.WebSockets.AcceptWebSocketAsync(SubProtocols.Gateway));
        try
        {
            await socket.SendAsync(
                new Challenge(default, JobWorld.Domain.ChainId, JobWorld.Domain.VerifyingContract),
                http.RequestAborted);
            var hello = await socket.ReceiveAsync<GatewayHello>(http.RequestAborted);
            await socket.SendAsync(
                new GatewayWelcome(hello.BudgetNo, JobWorld.Fee, JobWorld.InputWeight), http.RequestAborted);
            live = socket;
            while (true)
            {
                await TakeAsync(socket, await socket.ReceiveAsync(http.RequestAborted), http.RequestAborted);
            }
        }
        catch (Exception end) when (end is ConnectionEndedException or OperationCanceledException)
        {
            // The gateway stopped.
        }
    }

    private async Task TakeAsync(FrameSocket socket, Frame frame, CancellationToken ct)
    {
        received.Writer.TryWrite(frame);
        switch (frame)
        {
            case BidFrame bid:
                Bids.Enqueue(bid);
                _ = SellAsync(socket, bid, new JobId(Bids.Count), ct);
                break;
            case OrderInquiry inquiry:
                await socket.SendAsync(new BidAnswer(inquiry.ClientOrderId, OrderState, null, "", "", null), ct);
                break;
        }
    }

    private async Task SellAsync(FrameSocket socket, BidFrame bid, JobId job, CancellationToken ct)
    {
        await socket.SendAsync(new BidAnswer(bid.ClientOrderId, "matched", job, "", "", null), ct);
        await release.Task.WaitAsync(ct);
        await socket.SendAsync(DeliveryOf(bid.ClientOrderId, bid.Request, bid.Limit, job), ct);
    }
}
