using Marketplace.Api;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Storage;
using Marketplace.Tests.OrderBook;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>
/// The way of a bid from its gateway through a real book to its job, on real files. Nobody is connected: what a gateway
/// would be told is kept, and the book's events come when the test brings them.
/// </summary>
internal sealed class BidJobWorld : IProviderLinks, IGatewayLinks, IAsyncDisposable
{
    public const string Model = "a model";

    private readonly LogFolder folder;
    private readonly Database database;

    private BidJobWorld(LoopWorld book, LogFolder folder)
    {
        (Book, this.folder) = (book, folder);
        database = Database.Open(Path.Combine(folder.Path, "operator.db"), MigrationSet.Operator);
        var options = new OperatorOptions
        {
            DataDirectory = folder.Path,
            ListenUrl = "",
            OperatorId = new OperatorId(1),
            StartBlock = default,
            PublicRpc = new Uri("http://127.0.0.1"),
            FeeBps = BookWorld.Fee,
        };
        var noMatch = new NoMatch(book.Loop.Mirror);
        Entry = new EntryStore(database);
        Requests = new RequestStore(database);
        Bids = new BidEntry(book.Loop, Entry, noMatch, options, book.Clock);
        Jobs = new JobStore(database);
        Runner = new JobRunner(
            Jobs,
            new JobLinks(this, this, new JobLedger(book.Loop)),
            SessionOrders.Domain,
            new JobOptions(),
            new JobSurroundings(
                book.Clock, length => Keccak256.Hash("random").ToBytes()[..length], NullLogger.Instance));
        Consumer = new BookConsumer(Runner, Entry, Requests, this, noMatch, options);
    }

    public LoopWorld Book { get; }

    public EntryStore Entry { get; }

    public RequestStore Requests { get; }

    public BidEntry Bids { get; }

    public JobStore Jobs { get; }

    public JobRunner Runner { get; }

    public BookConsumer Consumer { get; }

    /// <summary>What the budget's gateway was told.</summary>
    public List<Frame> Told { get; } = [];

    /// <summary>A budget, and one provider who sells the model at 0.9 tokens.</summary>
    public static async Task<BidJobWorld> StartedAsync()
    {
        var folder = new LogFolder();
        var world = new BidJobWorld(await LoopWorld.WithBudgetAsync(folder.Path), folder);
        await world.Entry.ListAsync(Model, "any", 4_096, CancellationToken.None);
        await world.Book.DoAsync(BookWorld.Ask(1));
        return world;
    }

    public static byte[] RequestFor(string content) =>
        new JobRequest(64, [new JobMessage(content, "user")], Model, 0, [], 0, 1_000).Encode();

    /// <summary>A gateway's bid like <see cref="BookWorld.Bid"/>: at once or not at all.</summary>
    public static BidFrame BidOf(string clientOrderId, byte[] request) => new(
        clientOrderId, Model, new UnitPrice(1_000_000), new Quantity(1_000_000), 1, 1, BookWorld.Fee, request, false,
        0);

    public Task<Protocol.BidAnswer> EnterAsync(BidFrame bid) =>
        Bids.EnterAsync(BookWorld.Budget, bid, CancellationToken.None);

    public Task<Protocol.BidAnswer> AskedAsync(string clientOrderId) =>
        Bids.AskedAsync(BookWorld.Budget, clientOrderId, CancellationToken.None);

    public Task<StoredBid?> KeptAsync(string clientOrderId) =>
        Entry.FindAsync(BookWorld.Budget, clientOrderId, CancellationToken.None);

    /// <summary>Leaves a request behind, as a process that is killed before the book has its bid.</summary>
    public Task LeaveAsync(string clientOrderId, byte[] request) => Entry.KeepAsync(
        BookWorld.Budget, clientOrderId, new StoredBid(2, 2, true, request), Book.Clock.Now, CancellationToken.None);

    /// <summary>Brings this many events of the book from its first on; what came before comes again.</summary>
    public async Task ConsumeAsync(int count = 1)
    {
        await Book.Consumer.ReachedAsync(count);
        await Consumer.ConsumeAsync(Book.Consumer.Events, CancellationToken.None);
    }

    public async Task<Job?> JobOfAsync(string clientOrderId)
    {
        var bid = await Book.Loop.ReadAsync(
            state => state.Bid(BookWorld.Budget, clientOrderId), CancellationToken.None);
        return bid?.Job is { } job ? await Jobs.FindAsync(job, CancellationToken.None) : null;
    }

    public bool IsConnected(ProviderId id) => false;

    public bool TrySend(ProviderId id, Frame frame) => false;

    public EthAddress? SignerOf(ProviderId id) => null;

    public bool IsConnected(BudgetNo budget) => true;

    public EthAddress? SessionOf(BudgetNo budget) => null;

    public bool TrySend(BudgetNo budget, Frame frame)
    {
        Told.Add(frame);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Runner.Dispose();
        await Book.DisposeAsync();
        await database.DisposeAsync();
        folder.Dispose();
    }
}
