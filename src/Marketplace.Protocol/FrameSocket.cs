using System.Net.WebSockets;
using System.Text.Json;

namespace Marketplace.Protocol;

/// <summary>The names of the WebSocket sub-protocols; the number changes when a frame changes its meaning.</summary>
public static class SubProtocols
{
    public const string Provider = "market.provider.v1";
    public const string Gateway = "market.gateway.v1";
}

/// <summary>The other side sent something that is no frame, or ended the connection.</summary>
public sealed class ConnectionEndedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Frames over one WebSocket: many may send, one receives.</summary>
public sealed class FrameSocket(WebSocket socket) : IDisposable
{
    private const int MaxFrameBytes = 4 * 1024 * 1024;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly SemaphoreSlim sending = new(1, 1);

    /// <exception cref="ConnectionEndedException">The connection is gone.</exception>
    public async Task SendAsync(Frame frame, CancellationToken ct)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(frame, Options);
        await sending.WaitAsync(ct);
        try
        {
            await socket.SendAsync(bytes.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, ct);
        }
        catch (Exception fault)
            when (fault is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new ConnectionEndedException("The connection ended while sending.", fault);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <exception cref="ConnectionEndedException">The connection is gone, or what came is no frame.</exception>
    public async Task<Frame> ReceiveAsync(CancellationToken ct)
    {
        try
        {
            var bytes = await ReceiveBytesAsync(ct);
            return JsonSerializer.Deserialize<Frame>(bytes, Options)
                ?? throw new ConnectionEndedException("A frame is an object, not null.");
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException or WebSocketException)
        {
            throw new ConnectionEndedException("What came is no frame, or the connection ended.", fault);
        }
    }

    /// <summary>Receives a frame of the one type that may come now.</summary>
    /// <exception cref="ConnectionEndedException">Something else came; a refusal is named in the message.</exception>
    public async Task<T> ReceiveAsync<T>(CancellationToken ct)
        where T : Frame => await ReceiveAsync(ct) switch
        {
            T expected => expected,
            Refused refused => throw new ConnectionEndedException($"{refused.Code}: {refused.Message}"),
            var other => throw new ConnectionEndedException(
                $"Expected {typeof(T).Name}, received {other.GetType().Name}."),
        };

    public void Dispose()
    {
        socket.Abort();
        socket.Dispose();
        sending.Dispose();
    }

    private async Task<byte[]> ReceiveBytesAsync(CancellationToken ct)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), ct);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new ConnectionEndedException("The other side closed the connection.");
            }

            message.Write(buffer, 0, received.Count);
            if (message.Length > MaxFrameBytes)
            {
                throw new ConnectionEndedException($"A frame is larger than {MaxFrameBytes} bytes.");
            }

            if (received.EndOfMessage)
            {
                return message.ToArray();
            }
        }
    }
}
