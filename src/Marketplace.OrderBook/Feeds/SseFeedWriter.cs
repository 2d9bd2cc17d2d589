using System.Text;

namespace Marketplace.OrderBook.Feeds;

/// <summary>Writes one subscription to a response of server-sent events.</summary>
public static class SseFeedWriter
{
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    /// <summary>
    /// Writes until the subscription ends, and then says why; a comment every <paramref name="keepAlive"/> without
    /// news keeps proxies from closing the connection.
    /// </summary>
    public static async Task WriteAsync(
        FeedSubscription subscription, Stream target, TimeSpan keepAlive, TimeProvider time, CancellationToken ct)
    {
        while (true)
        {
            var next = subscription.NextAsync(ct);
            while (!await IsHereWithin(next, keepAlive, time, ct))
            {
                await WriteAsync(target, KeepAlive, ct);
            }

            if (await next is not { } message)
            {
                await WriteAsync(target, End(subscription.End), ct);
                return;
            }

            await WriteAsync(target, message.Frame, ct);
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
