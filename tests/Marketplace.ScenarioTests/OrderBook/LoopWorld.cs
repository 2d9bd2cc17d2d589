using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Journaling;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>A running book in a real folder, with a clock, a consumer and a disk in the test's hand.</summary>
internal sealed class LoopWorld : IAsyncDisposable
{
    private LoopWorld(
        string path, FakeConsumer consumer, BookClock clock, Func<BookLoopOptions, BookLoopOptions> change)
    {
        (Consumer, Clock) = (consumer, clock);
        var options = new BookLoopOptions(path)
        {
            Disk = Disk,

            // Tests of the journal replay it; tests of snapshots say when they want them.
            SnapshotEvery = 0,
            Journal = new JournalOptions(SegmentBytes: 1 << 17, BufferBytes: 1 << 15),
        };
        Loop = new BookLoop(change(options), consumer, clock, Log);
    }

    public BookLoop Loop { get; }

    public FakeConsumer Consumer { get; }

    public BookClock Clock { get; }

    public DyingDisk Disk { get; } = new();

    public BookLog Log { get; } = new();

    public static LoopWorld Created(
        string path,
        FakeConsumer? consumer = null,
        BookClock? clock = null,
        Func<BookLoopOptions, BookLoopOptions>? change = null) =>
        new(path, consumer ?? new FakeConsumer(), clock ?? new BookClock(), change ?? (options => options));

    public static async Task<LoopWorld> StartedAsync(
        string path,
        FakeConsumer? consumer = null,
        BookClock? clock = null,
        Func<BookLoopOptions, BookLoopOptions>? change = null)
    {
        var world = Created(path, consumer, clock, change);
        try
        {
            await world.Loop.StartAsync(CancellationToken.None);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>A book with a budget (<see cref="BookWorld.Opening"/>) and a market open: commands 1 and 2.</summary>
    public static async Task<LoopWorld> WithBudgetAsync(
        string path, FakeConsumer? consumer = null, Func<BookLoopOptions, BookLoopOptions>? change = null)
    {
        var world = await StartedAsync(path, consumer, change: change);
        await world.DoAsync(BookWorld.Opening);
        await world.DoAsync(new OpenMarket(BookWorld.Market, BookWorld.Fee));
        return world;
    }

    public Task<Result<TAnswer, BookRefusal>> SubmitAsync<TAnswer>(BookCommand<TAnswer> command)
        where TAnswer : class => Loop.SubmitAsync(command, CancellationToken.None);

    public async Task<TAnswer> DoAsync<TAnswer>(BookCommand<TAnswer> command)
        where TAnswer : class => (await SubmitAsync(command)).Value;

    public Task<Hash32> DigestAsync() => Loop.ReadAsync(engine => engine.Digest(), CancellationToken.None);

    public Task<BudgetView> AccountAsync() =>
        Loop.ReadAsync(engine => engine.Budget(BookWorld.Budget)!, CancellationToken.None);

    /// <summary>Sends a command whose type only the stream knows.</summary>
    public async Task<string> SendAsync(BookCommand command) => command switch
    {
        OpenMarket open => Told(await SubmitAsync(open)),
        OpenBudget open => Told(await SubmitAsync(open)),
        CloseBudget close => Told(await SubmitAsync(close)),
        PlaceBid bid => Told(await SubmitAsync(bid)),
        PlaceAsk ask => Told(await SubmitAsync(ask)),
        CancelBid cancel => Told(await SubmitAsync(cancel)),
        CancelAsk cancel => Told(await SubmitAsync(cancel)),
        CancelAsksOf cancel => Told(await SubmitAsync(cancel)),
        AddLeg add => Told(await SubmitAsync(add)),
        CompleteJob complete => Told(await SubmitAsync(complete)),
        ReleaseJob release => Told(await SubmitAsync(release)),
        SettledOnChain settled => Told(await SubmitAsync(settled)),
        OpenSession open => Told(await SubmitAsync(open)),
        EndSession end => Told(await SubmitAsync(end)),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
    };

    /// <summary>Waits until the writer has decided a command, whether or not the disk has it.</summary>
    public async Task UntilDecidedAsync(long seq)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Loop.DecidedSeq < seq)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Waits until the snapshot that is due by now, if any, is written or has failed.</summary>
    public async Task SavedAsync()
    {
        // The writer takes one between two batches: it has, when it reads a later one.
        await Loop.ReadAsync(_ => true, CancellationToken.None);
        await Loop.Saving;
    }

    public async ValueTask DisposeAsync()
    {
        await Loop.DisposeAsync();
        Disk.Dispose();
    }

    private static string Told<TAnswer>(Result<TAnswer, BookRefusal> result)
        where TAnswer : class => result.ToString();
}
