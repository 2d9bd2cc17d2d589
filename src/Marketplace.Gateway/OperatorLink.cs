using System.Net.WebSockets;
using Marketplace.Escrow;
using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary>
/// The one connection to the operator, made again whenever it is lost. What was signed or ordered is sent again.
/// </summary>
public sealed partial class OperatorLink(
    GatewayOptions options, SessionSigner signer, TimeProvider time, ILogger<OperatorLink> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private volatile FrameSocket? live;

    /// <summary>The operator's terms, while connected.</summary>
    public GatewayWelcome? Welcome { get; private set; }

    public bool IsConnected => live is not null;

    /// <returns>False when there is no connection: the stores have it, and it goes out after the reconnect.</returns>
    public async Task<bool> TrySendAsync(Frame frame, CancellationToken ct)
    {
        if (live is not { } socket)
        {
            return false;
        }

        try
        {
            await socket.SendAsync(frame, ct);
            return true;
        }
        catch (ConnectionEndedException)
        {
            return false;
        }
    }

    /// <param name="connected">What to send again first.</param>
    /// <param name="received">What to do with each frame, in order.</param>
    public async Task RunAsync(
        Func<CancellationToken, Task> connected, Func<Frame, CancellationToken, Task> received, CancellationToken ct)
    {
        var pause = FirstPause;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(connected, received, ct);
            }
            catch (Exception end) when (end is ConnectionEndedException or WebSocketException or ChainFaultException)
            {
                LogEnded(end.Message);
            }
            finally
            {
                live = null;
            }

            await Task.Delay(pause, time, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task ServeAsync(
        Func<CancellationToken, Task> connected, Func<Frame, CancellationToken, Task> received, CancellationToken ct)
    {
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol(SubProtocols.Gateway);
        var uri = new UriBuilder(new Uri(options.Operator, "/v1/gateway/connect"));
        uri.Scheme = uri.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        await client.ConnectAsync(uri.Uri, ct);
        using var socket = new FrameSocket(client);
        var challenge = await socket.ReceiveAsync<Challenge>(ct);
        if (EscrowDomain.Of(challenge.ChainId, challenge.Escrow) != signer.Domain)
        {
            throw new ConnectionEndedException("The operator works with another escrow or chain than this budget.");
        }

        var proof = signer.Sign(new ConnectionProof(challenge.Value, "gateway", options.BudgetNo.Value));
        await socket.SendAsync(new GatewayHello(options.BudgetNo, proof.ToCompact()), ct);
        Welcome = await socket.ReceiveAsync<GatewayWelcome>(ct);
        live = socket;
        LogConnected(options.BudgetNo);
        await connected(ct);
        while (true)
        {
            await received(await socket.ReceiveAsync(ct), ct);
        }
    }

    [LoggerMessage(2001, LogLevel.Information, "Connected to the operator with budget {Budget}")]
    private partial void LogConnected(Kernel.BudgetNo budget);

    [LoggerMessage(2002, LogLevel.Warning, "The connection to the operator ended: {Reason}")]
    private partial void LogEnded(string reason);
}
