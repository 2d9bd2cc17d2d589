using Marketplace.OrderBook;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>Whoever acts on the book's events: it remembers all calls, and can fail or wait.</summary>
internal sealed class FakeConsumer(long cursor = 0) : IBookEvents
{
    private readonly Lock gate = new();
    private readonly List<IReadOnlyList<BookEvent>> calls = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> waiting = [];
    private TaskCompletionSource mayConsume = Opened();
    private int failures;
    private bool isForgetful;

    /// <summary>Each call that was taken, in order.</summary>
    public IReadOnlyList<IReadOnlyList<BookEvent>> Calls
    {
        get
        {
            lock (gate)
            {
                return calls.ToList();
            }
        }
    }

    public IReadOnlyList<BookEvent> Events => Calls.SelectMany(call => call).ToList();

    /// <summary>From here on its cursor does not move, whatever it takes.</summary>
    public void Forget() => isForgetful = true;

    /// <summary>Calls that failed.</summary>
    public int Failed { get; private set; }

    public void FailNext(int times) => failures = times;

    public void Block() => mayConsume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => mayConsume.TrySetResult();

    /// <summary>Ends when this many events were consumed.</summary>
    public Task ReachedAsync(int count)
    {
        lock (gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((count, reached));
            Tell();
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    public Task<long> CursorAsync(CancellationToken ct) =>
        Task.FromResult(isForgetful ? cursor : Events.Select(happened => happened.Seq).Append(cursor).Max());

    public async Task ConsumeAsync(IReadOnlyList<BookEvent> events, CancellationToken ct)
    {
        await mayConsume.Task.WaitAsync(ct);
        if (failures-- > 0)
        {
            Failed++;
            throw new IOException("The consumer's database is locked.");
        }

        lock (gate)
        {
            calls.Add(events.ToList());
            Tell();
        }
    }

    private void Tell()
    {
        var count = calls.Sum(call => call.Count);
        waiting.Where(waiter => count >= waiter.Count).ToList().ForEach(waiter => waiter.Reached.TrySetResult());
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}
