using System.Collections.Concurrent;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.Feeds;

/// <summary>
/// Tells any number of subscribers what the book does. One producer calls <see cref="Publish"/> for every accepted
/// command, in order, from the first on or from the one after <see cref="Begin"/>, and <see cref="Flush"/> at the
/// interval at which depth is to be gathered (20 to 100 ms are usual); subscribers come from any thread. The producer
/// never waits: whoever is slow gets less.
/// </summary>
public sealed class FeedHub(FeedOptions options)
{
    private readonly SortedDictionary<ushort, MarketFeeds> markets = [];
    private readonly Dictionary<FeedTopic, FeedChannel> channels = [];
    private readonly ConcurrentQueue<FeedSubscription> arrivals = new();
    private int subscribers;
    private volatile bool isClosed;
    private long lastSeq;
    private bool isPartial;

    /// <summary>Subscribers of all topics together, those that wait to begin included.</summary>
    public int Subscribers => Volatile.Read(ref subscribers);

    /// <summary>The number of the last command that was followed whole.</summary>
    public long LastSeq => lastSeq;

    /// <summary>The book as the feeds know it; for the producer alone.</summary>
    public MarketOrders? Market(ushort market) => markets.GetValueOrDefault(market)?.Orders;

    /// <summary>Asks for a topic; the answer begins with the next flush.</summary>
    /// <param name="lastEventId">The id of the last event that a returning subscriber has got.</param>
    public Result<FeedSubscription, SubscribeRefusal> Subscribe(FeedTopic topic, long? lastEventId)
    {
        if (isClosed)
        {
            return SubscribeRefusal.Closed;
        }

        if (Interlocked.Increment(ref subscribers) > options.MaxSubscribers)
        {
            Interlocked.Decrement(ref subscribers);
            return SubscribeRefusal.TooManySubscribers;
        }

        var isWhole = topic.Kind is FeedKind.Orders or FeedKind.Trades;
        var asked = isWhole ? new FeedTopic(topic.Kind, topic.Market) : topic;
        var subscription = new FeedSubscription(asked, lastEventId, options);
        arrivals.Enqueue(subscription);
        if (isClosed)
        {
            // The end came meanwhile and may have missed it.
            subscription.Close(FeedEnd.Closed);
        }

        return subscription;
    }

    /// <summary>Takes a book as it stands; who listened to another one before has to come again.</summary>
    public void Begin(MatchingEngine book)
    {
        End(FeedEnd.Restarted);
        channels.Clear();
        markets.Clear();
        for (var number = 0; number <= ushort.MaxValue; number++)
        {
            if (book.HasMarket((ushort)number))
            {
                markets.Add((ushort)number, new MarketFeeds(MarketOrders.Of(book, (ushort)number)));
            }
        }

        (lastSeq, isPartial) = (Math.Max(0, book.LastSeq), false);
    }

    /// <summary>Follows one accepted command. Best prices, orders and trades are sent at once.</summary>
    /// <param name="isWhole">False when more commands of the same number follow: they are told of as one.</param>
    public void Publish(in MatchCommand command, ReadOnlySpan<MatchEvent> events, bool isWhole = true)
    {
        Invariant.Holds(
            isPartial ? command.Seq == lastSeq : command.Seq > lastSeq,
            $"The feeds got command {command.Seq} after command {lastSeq}.");
        (lastSeq, isPartial) = (command.Seq, !isWhole);
        if (command.Kind == CommandKind.OpenMarket)
        {
            markets.Add(
                command.Market, new MarketFeeds(new MarketOrders(command.Market, command.TickSize, command.Mode)));
        }
        else if (command.Kind == CommandKind.DefineSignature)
        {
            markets[command.Market].Orders.Apply(command, events, []);
        }

        Spread(command, events);
        if (isWhole)
        {
            Deliver();
        }
    }

    /// <summary>Sends the gathered depth, lets in who has asked, and lets go of who has left.</summary>
    public void Flush()
    {
        var left = 0;
        foreach (var channel in channels.Values)
        {
            channel.Flush();
            channel.CountFlush();
        }

        while (arrivals.TryDequeue(out var arrival))
        {
            Admit(arrival);
        }

        foreach (var (topic, channel) in channels)
        {
            left += channel.Subscribers;
            Forget(topic, channel);
        }

        // Who arrives in this moment is counted twice or not at all until the next flush, which a bound can bear.
        Interlocked.Exchange(ref subscribers, left + arrivals.Count);
    }

    /// <summary>Ends all subscriptions, those that wait to begin included; there will be no others.</summary>
    public void Close()
    {
        isClosed = true;
        End(FeedEnd.Closed);
        while (arrivals.TryDequeue(out var arrival))
        {
            arrival.Close(FeedEnd.Closed);
        }
    }

    private void End(FeedEnd end)
    {
        foreach (var channel in channels.Values)
        {
            channel.Close(end);
        }
    }

    // A tick ends orders of several markets in one list.
    private void Spread(in MatchCommand command, ReadOnlySpan<MatchEvent> events)
    {
        while (events.Length > 0)
        {
            var market = markets[events[0].Market];
            var length = 1;
            while (length < events.Length && events[length].Market == events[0].Market)
            {
                length++;
            }

            market.Orders.Apply(command, events[..length], market.Changes);
            events = events[length..];
        }
    }

    private void Deliver()
    {
        foreach (var market in markets.Values)
        {
            market.Deliver(lastSeq);
        }
    }

    private void Admit(FeedSubscription arrival)
    {
        var topic = arrival.Topic;
        if (!channels.TryGetValue(topic, out var channel))
        {
            if (!markets.TryGetValue(topic.Market, out var market)
                || topic.Signature >= market.Orders.Signatures(topic.Side).Count)
            {
                arrival.Close(FeedEnd.UnknownTopic);
                return;
            }

            channel = Open(topic, market.Orders);
            channels.Add(topic, channel);
            market.Channels.Add(channel);
        }

        channel.Admit(arrival);
    }

    private FeedChannel Open(FeedTopic topic, MarketOrders market) => topic.Kind switch
    {
        FeedKind.Best => new BestChannel(topic, market, options, lastSeq),
        FeedKind.Depth => new DepthChannel(topic, market, options, lastSeq),
        FeedKind.Orders => new OrdersChannel(topic, market, options, lastSeq),
        _ => new TradesChannel(topic, market, options, lastSeq),
    };

    private void Forget(FeedTopic topic, FeedChannel channel)
    {
        if (channel.IsIdle)
        {
            channels.Remove(topic);
            markets[topic.Market].Channels.Remove(channel);
        }
    }

    private sealed class MarketFeeds(MarketOrders orders)
    {
        public MarketOrders Orders => orders;

        public List<FeedChannel> Channels { get; } = [];

        public List<BookChange> Changes { get; } = [];

        public void Deliver(long seq)
        {
            if (Changes.Count == 0)
            {
                return;
            }

            foreach (var channel in Channels)
            {
                channel.Apply(seq, Changes);
            }

            Changes.Clear();
        }
    }
}
