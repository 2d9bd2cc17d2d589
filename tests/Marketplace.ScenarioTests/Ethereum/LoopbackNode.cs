using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Marketplace.ScenarioTests.Ethereum;

/// <summary>What the node says to one request; no body means that it never answers.</summary>
internal sealed record NodeReply(int Status, string? Body);

/// <summary>An HTTP server on loopback that answers JSON-RPC as the test says.</summary>
internal sealed class LoopbackNode : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Func<JsonElement, NodeReply> answer;
    private readonly Task loop;

    public LoopbackNode(Func<JsonElement, NodeReply> answer)
    {
        this.answer = answer;
        Endpoint = new Uri($"http://127.0.0.1:{FreePort()}/");
        listener.Prefixes.Add(Endpoint.ToString());
        listener.Start();
        loop = ServeAsync();
    }

    public Uri Endpoint { get; }

    /// <summary>A node that answers each call with the same result.</summary>
    public static LoopbackNode Returning(string result) => new(request =>
        new NodeReply(200, $$"""{"jsonrpc":"2.0","id":{{request.GetProperty("id")}},"result":{{result}}}"""));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await loop;
        listener.Close();
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await AnswerAsync(await listener.GetContextAsync());
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                continue; // the client went away or the test is over
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var request = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.InputStream);
        var reply = answer(request);
        if (reply.Body is null)
        {
            return;
        }

        context.Response.StatusCode = reply.Status;
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(reply.Body));
        context.Response.Close();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
