namespace Marketplace.OrderBook.Feeds;

/// <summary>One subscriber's bounded queue. The hub never waits for it.</summary>
public sealed class FeedSubscription : IDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<FeedMessage> queue = new();
    private readonly SemaphoreSlim signal = new(0, 1);
    private readonly FeedOptions options;
    private int overflows;

    internal FeedSubscription(FeedTopic topic, long? lastEventId, FeedOptions options)
    {
        (Topic, LastEventId, this.options) = (topic, lastEventId, options);
    }

    public FeedTopic Topic { get; }

    /// <summary>Why there is nothing more to come; none while there is.</summary>
    public FeedEnd End { get; private set; }

    internal long? LastEventId { get; }

    /// <summary>The next message, or null when the subscription has ended.</summary>
    public async Task<FeedMessage?> NextAsync(CancellationToken ct)
    {
        while (true)
        {
            lock (gate)
            {
                if (queue.TryDequeue(out var message))
                {
                    return message;
                }

                if (End != FeedEnd.None)
                {
                    return null;
                }
            }

            await signal.WaitAsync(ct);
        }
    }

    /// <summary>Leaves; the hub lets go of it with its next flush.</summary>
    public void Dispose() => Close(FeedEnd.Left);

    /// <summary>Queues a message, or lets it and all that wait give way to <paramref name="latest"/>.</summary>
    /// <param name="latest">What stands for the state after the message; gets the first message that is lost.</param>
    /// <returns>False once the subscription has ended.</returns>
    internal bool Offer(FeedMessage message, Func<FeedMessage, IEnumerable<FeedMessage>> latest)
    {
        lock (gate)
        {
            if (End != FeedEnd.None)
            {
                return false;
            }

            overflows = queue.Count == 0 ? 0 : overflows;
            if (queue.Count < options.QueueLength)
            {
                queue.Enqueue(message);
            }
            else if (!TryGiveWay(latest))
            {
                return false;
            }

            Wake();
            return true;
        }
    }

    /// <summary>Queues what a subscriber starts with, which may be more than one change would be.</summary>
    internal void Begin(IEnumerable<FeedMessage> messages)
    {
        lock (gate)
        {
            foreach (var message in messages)
            {
                queue.Enqueue(message);
            }

            Wake();
        }
    }

    internal void Close(FeedEnd end)
    {
        lock (gate)
        {
            End = End == FeedEnd.None ? end : End;
            Wake();
        }
    }

    private bool TryGiveWay(Func<FeedMessage, IEnumerable<FeedMessage>> latest)
    {
        var firstLost = queue.Peek();
        queue.Clear();
        if (++overflows > options.MaxOverflows)
        {
            Close(FeedEnd.TooSlow);
            return false;
        }

        foreach (var message in latest(firstLost))
        {
            queue.Enqueue(message);
        }

        return true;
    }

    private void Wake()
    {
        if (signal.CurrentCount == 0)
        {
            signal.Release();
        }
    }
}
