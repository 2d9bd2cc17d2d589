namespace Marketplace.OrderBook.Feeds;

/// <summary>One topic: its latest messages and who gets them. The hub's producer alone uses it.</summary>
internal abstract class FeedChannel(FeedTopic topic, FeedOptions options, long seq)
{
    private readonly Queue<FeedMessage> ring = new();
    private readonly List<FeedSubscription> subscribers = [];

    // A whole state is encoded once, however many need it.
    private FeedMessage? snapshot;
    private long ringStart = seq;
    private int idleFlushes;

    public FeedTopic Topic => topic;

    public int Subscribers => subscribers.Count;

    public bool IsIdle => idleFlushes > options.IdleFlushes;

    /// <summary>The number of the last message, or of the command after which the topic began.</summary>
    protected long LastSeq { get; private set; } = seq;

    /// <summary>Takes in what one command did.</summary>
    public abstract void Apply(long seq, IReadOnlyList<BookChange> changes);

    /// <summary>Sends what was gathered.</summary>
    public virtual void Flush()
    {
    }

    public void CountFlush()
    {
        subscribers.RemoveAll(subscriber => subscriber.End != FeedEnd.None);
        idleFlushes = subscribers.Count == 0 ? idleFlushes + 1 : 0;
    }

    /// <summary>Starts a subscriber where it left off if all since then is here, else with the whole state.</summary>
    public void Admit(FeedSubscription subscriber)
    {
        subscriber.Begin(Since(subscriber.LastEventId) ?? Anew(subscriber.LastEventId));
        subscribers.Add(subscriber);
    }

    public void Close(FeedEnd end) => subscribers.ForEach(subscriber => subscriber.Close(end));

    /// <summary>The state after the last message.</summary>
    protected abstract FeedMessage Snapshot();

    protected void Publish(FeedMessage message)
    {
        var previous = LastSeq;
        LastSeq = message.Seq;
        snapshot = null;
        if (ring.Count == options.RingLength)
        {
            ringStart = ring.Dequeue().Seq;
        }

        ring.Enqueue(message);
        subscribers.RemoveAll(subscriber => !subscriber.Offer(message, lost => Latest(lost, previous)));
    }

    private IEnumerable<FeedMessage> Latest(FeedMessage firstLost, long previous) => topic.CanConflate
        ? [Whole()]
        : [FeedJson.Gap(topic, firstLost.Seq, Math.Max(previous, LastSeq)), Whole()];

    private List<FeedMessage>? Since(long? lastEventId)
    {
        var isKnown = lastEventId == ringStart || ring.Any(message => message.Seq == lastEventId);
        var missed = isKnown ? ring.Where(message => message.Seq > lastEventId).ToList() : [];
        return isKnown && missed.Count <= options.QueueLength ? missed : null;
    }

    private IEnumerable<FeedMessage> Anew(long? lastEventId) => lastEventId < LastSeq && !topic.CanConflate
        ? [FeedJson.Gap(topic, lastEventId.Value + 1, LastSeq), Whole()]
        : [Whole()];

    private FeedMessage Whole() => snapshot ??= Snapshot();
}
