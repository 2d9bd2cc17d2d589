using System.Text;

namespace Marketplace.OrderBook.Feeds;

/// <summary>How long one event may take to be written, and how long there may be none.</summary>
/// <param name="KeepAlive">After so long without news comes a comment, for proxies close what is silent.</param>
/// <param name="Patience">A reader that takes longer for one event has stopped reading.</param>
public sealed record FeedPace(TimeSpan KeepAlive, TimeSpan Patience);

/// <summary>Writes one subscription to a response of server-sent events.</summary>
public static class SseFeedWriter
{
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    /// <summary>Writes until the subscription ends, and then says why.</summary>
    /// <exception cref="TimeoutException">The reader has stopped reading.</exception>
    public static async Task WriteAsync(
        FeedSubscription subscription, Stream target, FeedPace pace, TimeProvider time, CancellationToken ct)
    {
        Task Write(ReadOnlyMemory<byte> bytes) => WriteAsync(target, bytes, ct).WaitAsync(pace.Patience, time, ct);

        while (true)
        {
            var next = subscription.NextAsync(ct);
            while (!await IsHereWithin(next, pace.KeepAlive, time, ct))
            {
                await Write(KeepAlive);
            }

            if (await next is not { } message)
            {
                await Write(End(subscription.End));
                return;
            }

            await Write(message.Frame);
        }
    }

    private static async Task<bool> IsHereWithin(
        Task<FeedMessage?> next, TimeSpan wait, TimeProvider time, CancellationToken ct)
    {
        try
        {
            await next.WaitAsync(wait, time, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task WriteAsync(Stream target, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await target.WriteAsync(bytes, ct);
        await target.FlushAsync(ct);
    }

    private static byte[] End(FeedEnd end)
    {
        var reason = end switch
        {
            FeedEnd.UnknownTopic => "unknownTopic",
            FeedEnd.TooSlow => "tooSlow",
            FeedEnd.Left => "left",
            FeedEnd.Restarted => "restarted",
            _ => "closed",
        };
        return Encoding.ASCII.GetBytes($"event: end\ndata: {{\"reason\":\"{reason}\"}}\n\n");
    }
}
