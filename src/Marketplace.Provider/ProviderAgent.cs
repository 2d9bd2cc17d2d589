using System.Net.WebSockets;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Microsoft.Extensions.Logging;

namespace Marketplace.Provider;

/// <summary>
/// A provider's side of the market: one outgoing connection, made again whenever it is lost. Nothing listens here.
/// </summary>
public sealed partial class ProviderAgent(
    ProviderOptions options, PrivateKey signer, IInferenceEngine engine, ProviderJournal journal,
    StatementKeeper statements, ProviderSurroundings surroundings) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly AssignmentRunner runner = new(options, signer, engine, journal, surroundings);
    private readonly SemaphoreSlim running = new(options.ParallelRuns, options.ParallelRuns);

    public void Dispose() => running.Dispose();

    /// <summary>Serves until <paramref name="ct"/> says stop.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var pause = FirstPause;
        while (!ct.IsCancellationRequested)
        {
            var started = surroundings.Time.GetTimestamp();
            try
            {
                await ServeAsync(ct);
            }
            catch (Exception end) when (end is ConnectionEndedException or WebSocketException or EngineFaultException)
            {
                LogEnded(surroundings.Logger, end.Message);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }

            pause = surroundings.Time.GetElapsedTime(started) > LongestPause ? FirstPause : pause;
            await Task.Delay(pause, surroundings.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task ServeAsync(CancellationToken ct)
    {
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol(SubProtocols.Provider);
        var uri = new UriBuilder(new Uri(options.Operator, "/v1/provider/connect"));
        uri.Scheme = uri.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        await client.ConnectAsync(uri.Uri, ct);
        using var socket = new FrameSocket(client);
        var challenge = await socket.ReceiveAsync<Challenge>(ct);
        var domain = EscrowDomain.Of(challenge.ChainId, challenge.Escrow);
        var proof = new ConnectionProof(challenge.Value, "provider", options.ProviderId.Value).Digest(domain);
        await socket.SendAsync(
            new ProviderHello(options.ProviderId, signer.Sign(proof).ToCompact(), await OffersAsync(ct)), ct);
        await socket.ReceiveAsync<ProviderWelcome>(ct);
        LogJoined(surroundings.Logger, options.ProviderId);
        await statements.DropSettledAsync(ct);
        await AnswerAsync(socket, domain, ct);
    }

    private async Task AnswerAsync(FrameSocket socket, Eip712Domain domain, CancellationToken ct)
    {
        using var connected = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var frame = await socket.ReceiveAsync(connected.Token);
                open.RemoveAll(task => task.IsCompletedSuccessfully);
                open.Add(HandleAsync(socket, domain, frame, connected));
            }
        }
        finally
        {
            await connected.CancelAsync();
            await Task.WhenAll(open);
        }
    }

    /// <remarks>A handler that fails ends the connection: the failure is seen where that is awaited.</remarks>
    private async Task HandleAsync(
        FrameSocket socket, Eip712Domain domain, Frame frame, CancellationTokenSource connected)
    {
        var ct = connected.Token;
        try
        {
            switch (frame)
            {
                case AssignmentOffer offer:
                    await RunAsync(socket, domain, offer, ct);
                    break;
                case RevealRequest request when await journal.FindAsync(request.AssignmentId, ct) is { } answer:
                    FaultPoints.Pass(FaultPoints.RevealAsked);
                    await socket.SendAsync(answer.Reveal, ct);
                    break;
                case AssignmentClosed closed:
                    await journal.CloseAsync(closed, ct);
                    break;
                case CosignedStatementFrame statement:
                    await statements.KeepAsync(statement, ct);
                    break;
                case Refused refused:
                    LogRefused(surroundings.Logger, refused.Code, refused.Message);
                    break;
                default:
                    break; // A newer operator may say more than we know.
            }
        }
        catch (Exception end) when (end is ConnectionEndedException or OperationCanceledException)
        {
            // The journal has what was signed; the operator asks again after the reconnect.
        }
        catch
        {
            await connected.CancelAsync();
            throw;
        }
    }

    private async Task RunAsync(FrameSocket socket, Eip712Domain domain, AssignmentOffer offer, CancellationToken ct)
    {
        await running.WaitAsync(ct);
        try
        {
            var answer = await runner.RunAsync(offer, domain, frame => new ValueTask(socket.SendAsync(frame, ct)), ct);
            await socket.SendAsync(answer, ct);
        }
        finally
        {
            running.Release();
        }
    }

    private async Task<IReadOnlyList<Offer>> OffersAsync(CancellationToken ct) =>
        (await engine.ListModelsAsync(ct)).Select(model => new Offer(
            model.Model, model.DeterminismClass, model.ContextTokens, options.Price, options.Capacity)
        {
            Attributes = options.Attributes,
        }).ToList();

    [LoggerMessage(3001, LogLevel.Information, "Provider {Provider} is connected and sells")]
    private static partial void LogJoined(ILogger logger, ProviderId provider);

    [LoggerMessage(3002, LogLevel.Warning, "The connection ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "The operator refused: {Code} {Message}")]
    private static partial void LogRefused(ILogger logger, string code, string message);
}
