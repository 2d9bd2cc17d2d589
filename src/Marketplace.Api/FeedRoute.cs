using System.Globalization;
using Marketplace.OrderBook.Feeds;

namespace Marketplace.Api;

/// <summary>
/// <c>GET /v1/markets/{number}/feed?level=l1|l2|l3|trades</c> as server-sent events. The first event is the whole
/// state; each later one names the one before it in <c>previous</c>. <c>id</c> is the number of the command after which
/// the event holds, so a client that comes back with <c>Last-Event-ID</c> goes on where it left off if the operator
/// still has what came since, else it is told the gap and gets the whole state. The last event says why it is.
/// </summary>
internal sealed class FeedRoute(BookMirror book, FeedServing serving, TimeProvider time, CancellationToken stopping)
{
    private readonly FeedPlaces places = new(serving.FeedsPerSource);

    public Task<IResult> ServeAsync(ushort market, HttpContext http) => Task.FromResult(Answer(market, http));

    private IResult Answer(ushort market, HttpContext http)
    {
        if (KindOf(http.Request.Query["level"]) is not { } kind)
        {
            return MarketProblems.BadLevel;
        }

        if (places.Take(EntryHttp.SourceOf(http)) is not { } place)
        {
            return MarketProblems.TooManyFeeds;
        }

        var subscribed = book.Feeds.Subscribe(new FeedTopic(kind, market), LastEventId(http.Request));
        if (subscribed.TryGet(out var subscription))
        {
            return new FeedAnswer(subscription, place, serving.Pace, time, stopping);
        }

        place.Dispose();
        return subscribed.Rejection == SubscribeRefusal.Closed ? MarketProblems.Closed : MarketProblems.FeedsFull;
    }

    private static FeedKind? KindOf(string? level) => level switch
    {
        "l1" => FeedKind.Best,
        "l2" => FeedKind.Depth,
        "l3" => FeedKind.Orders,
        "trades" => FeedKind.Trades,
        _ => null,
    };

    /// <summary>What is no number is no id of ours: then the subscriber begins like a new one.</summary>
    private static long? LastEventId(HttpRequest request) =>
        long.TryParse(
            request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>One subscriber's stream, until it leaves, falls too far behind, or the operator stops.</summary>
    private sealed class FeedAnswer(
        FeedSubscription subscription, IDisposable place, FeedPace pace, TimeProvider time, CancellationToken stopping)
        : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var taken = place;
            using var subscribed = subscription;
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, httpContext.RequestAborted);
            var response = httpContext.Response;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers output would hold events back
            try
            {
                await response.StartAsync(end.Token);
                await SseFeedWriter.WriteAsync(subscription, response.Body, pace, time, end.Token);
            }
            catch (TimeoutException)
            {
                // It has stopped reading: no word of ours would reach it.
                httpContext.Abort();
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // It left, or the operator stops.
            }
        }
    }
}
