using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Marketplace.OrderBook;

/// <summary>
/// Brings events to their consumer in order and until it takes them. The queue has no bound of its own: the writer must
/// never wait for the consumer, who may wait for the writer; the book refuses new orders instead when it grows.
/// </summary>
internal sealed partial class EventPublisher(IBookEvents consumer, TimeProvider time, ILogger logger)
{
    private const int MaxPerCall = 1024;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<IReadOnlyList<BookEvent>> queue =
        Channel.CreateUnbounded<IReadOnlyList<BookEvent>>(new UnboundedChannelOptions { SingleReader = true });

    private long backlog;

    /// <summary>Events that were not consumed yet.</summary>
    public long Backlog => Interlocked.Read(ref backlog);

    /// <summary>The last command whose events were queued; at first what the consumer had seen before.</summary>
    public long LastSeq { get; set; }

    /// <summary>Queues the events of one command.</summary>
    public void Publish(IReadOnlyList<BookEvent> events)
    {
        if (events.Count > 0)
        {
            LastSeq = events[^1].Seq;
            Interlocked.Add(ref backlog, events.Count);
            queue.Writer.TryWrite(events);
        }
    }

    public void Complete() => queue.Writer.TryComplete();

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (await queue.Reader.WaitToReadAsync(ct))
            {
                await DeliverAsync(Next(), ct);
            }
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // What was not delivered is in the journal and comes again at the next start.
        }
    }

    private List<BookEvent> Next()
    {
        var events = new List<BookEvent>();
        while (events.Count < MaxPerCall && queue.Reader.TryRead(out var more))
        {
            events.AddRange(more);
        }

        return events;
    }

    private async Task DeliverAsync(List<BookEvent> events, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await consumer.ConsumeAsync(events, ct);
                Interlocked.Add(ref backlog, -events.Count);
                return;
            }
            catch (Exception failure) when (!ct.IsCancellationRequested)
            {
                LogRetry(logger, failure, events[0].Seq, events[^1].Seq);
                await Task.Delay(RetryAfter, time, ct);
            }
        }
    }

    [LoggerMessage(1001, LogLevel.Error,
        "Events {First} to {Last} of the book were not consumed; retrying")]
    private static partial void LogRetry(ILogger logger, Exception failure, long first, long last);
}
