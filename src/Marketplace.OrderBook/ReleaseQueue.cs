using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Journaling;

namespace Marketplace.OrderBook;

/// <summary>What the writer decided in one go and what is to be told of it.</summary>
internal sealed class DecidedBatch(int capacity)
{
    private readonly List<BookWork> works = new(capacity);

    public int Count => works.Count;

    public List<IReadOnlyList<BookEvent>> Events { get; } = [];

    /// <summary>What it was to the matching engine.</summary>
    public List<MatchCommand> Sent { get; } = [];

    public bool HasBid => works.Exists(work => work is CommandWork { Command: PlaceBid });

    public void Add(BookWork work, BookEngine engine, JournalWriter journal, DateTimeOffset now)
    {
        works.Add(work);
        work.Decide(engine, journal, now, this);
    }

    /// <summary>What a command has changed.</summary>
    public void Tell(IReadOnlyList<BookEvent> events, IReadOnlyList<MatchCommand> sent)
    {
        Events.Add(events);
        Sent.AddRange(sent);
    }

    public void Release() => works.ForEach(work => work.Release());

    public void Fail(BookStoppedException stopped) => works.ForEach(work => work.Fail(stopped));
}

/// <summary>
/// Batches that are decided but not yet known to be on disk, in order. The writer adds and the journal's thread
/// releases; both call <see cref="ReleaseThrough"/>, for a batch of questions may have nothing to wait for.
/// </summary>
internal sealed class ReleaseQueue(Action<DecidedBatch> released)
{
    private readonly Queue<(long Seq, DecidedBatch Batch)> waiting = new();
    private readonly Lock gate = new();
    private BookStoppedException? stopped;

    /// <param name="seq">The last command that the batch has or has seen.</param>
    public void Add(DecidedBatch batch, long seq)
    {
        lock (gate)
        {
            if (stopped is null)
            {
                waiting.Enqueue((seq, batch));
                return;
            }
        }

        batch.Fail(stopped);
    }

    /// <summary>Answers and publishes what waits for nothing above this number.</summary>
    public void ReleaseThrough(long durableSeq)
    {
        lock (gate)
        {
            while (waiting.TryPeek(out var next) && next.Seq <= durableSeq)
            {
                waiting.Dequeue();
                if (next.Batch.HasBid)
                {
                    FaultPoints.Pass(FaultPoints.JournalAppended);
                }

                // Told before it is answered: who has an answer and then looks, sees what it did.
                released(next.Batch);
                next.Batch.Release();
            }
        }
    }

    public void Fail(BookStoppedException reason)
    {
        lock (gate)
        {
            stopped = reason;
            while (waiting.TryDequeue(out var next))
            {
                next.Batch.Fail(reason);
            }
        }
    }
}
