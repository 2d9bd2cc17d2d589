using System.Threading.Channels;
using Marketplace.Protocol;

namespace Marketplace.Api;

/// <summary>
/// One live connection: frames go out through a bounded queue, so that a slow peer never holds up the market. When the
/// queue is full the connection is dropped: everything in it is stored and is sent again after a reconnect.
/// </summary>
public sealed class Connection(FrameSocket socket) : IDisposable
{
    private const int QueueFrames = 4_096;

    private readonly Channel<Frame> outgoing = Channel.CreateBounded<Frame>(
        new BoundedChannelOptions(QueueFrames) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource ended = new();

    /// <summary>Fires when the connection is to end.</summary>
    public CancellationToken Ended => ended.Token;

    public bool TrySend(Frame frame)
    {
        if (ended.IsCancellationRequested || !outgoing.Writer.TryWrite(frame))
        {
            End();
            return false;
        }

        return true;
    }

    public void End()
    {
        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended between the look and the call: what was wanted is so.
        }
    }

    /// <summary>Sends and receives until either side ends.</summary>
    public async Task RunAsync(Func<Frame, CancellationToken, Task> receive, CancellationToken ct)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, ended.Token);
        var sending = SendLoopAsync(both.Token);
        try
        {
            while (!both.IsCancellationRequested)
            {
                await receive(await socket.ReceiveAsync(both.Token), both.Token);
            }
        }
        catch (Exception end) when (end is ConnectionEndedException or OperationCanceledException)
        {
            // The peer is gone or we are stopping; either way the stores know what is open.
        }
        finally
        {
            End();
            await sending;
        }
    }

    public void Dispose()
    {
        ended.Dispose();
        socket.Dispose();
    }

    private async Task SendLoopAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var frame in outgoing.Reader.ReadAllAsync(ct))
            {
                await socket.SendAsync(frame, ct);
            }
        }
        catch (Exception end) when (end is ConnectionEndedException or OperationCanceledException)
        {
            End();
        }
    }
}
