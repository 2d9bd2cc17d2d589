using System.Globalization;
using System.Security.Cryptography;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Marketplace.OrderBook.Feeds;
using Marketplace.Settlement;
using Marketplace.Storage;

namespace Marketplace.Api;

/// <summary>What the operator knows of the chain: the escrow, and contract wallets that sign.</summary>
public sealed record OperatorChain(IEscrowContract Contract, IContractWallets Wallets);

/// <summary>
/// The market's parts put together: book, execution, links, facts. Where they know each other, they meet here.
/// </summary>
public sealed class Operator : IAsyncDisposable
{
    /// <summary>How long a contract wallet's answer about a signature is good.</summary>
    private const long SignatureLifetimeMilliseconds = 60_000;

    private const int PseudonymSecretBytes = 32;

    public Operator(
        OperatorOptions options,
        OperatorChain chain,
        Database database,
        ILoggerFactory loggers,
        TimeProvider time)
    {
        var contract = chain.Contract;
        (Options, Contract, Database, Loggers) = (options, contract, database, loggers);
        var life = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
        var live = new Live(time, loggers.CreateLogger<Operator>(), life);
        FactLog = new FactLog(database);
        Entry = new EntryStore(database);
        var consumer = new LateConsumer();
        Book = new BookLoop(
            new BookLoopOptions(Path.Combine(options.DataDirectory, "book"))
            {
                Feeds = new FeedOptions(Pseudonym: new AccountPseudonyms(
                    RandomNumberGenerator.GetBytes(PseudonymSecretBytes), time).Of),
            },
            consumer,
            time,
            loggers.CreateLogger<BookLoop>());
        Anchors = new BookAnchors(Book);
        SettlementQueries = new SettlementQueries(database, time);
        Providers = new ProviderHub(
            contract, Book, Entry, SettlementQueries, options, live);
        var noMatch = new NoMatch(Book.Mirror);
        Gateways = new GatewayHub(contract, Book, new BidEntry(Book, Entry, noMatch, options, time), options, live);
        var requests = new RequestStore(database);
        Requests = new BidRequests(Book, Entry, requests, Gateways, time);
        Orders = new OrderEntry(
            Book,
            new EntrySessions(contract.Domain, options.SessionRates),
            new SourceLimits(options.SourceRates, options.SourcesRemembered),
            Requests,
            time);
        var owners = new SessionOwners(contract, Book, Providers);
        var signatures = new OwnerSignatures(
            chain.Wallets, new SignatureAnswers(options.SignaturesRemembered, SignatureLifetimeMilliseconds));
        Sessions = new SessionEntry(contract.Domain, owners, signatures, Orders, time);
        SignedOrders = new SignedOrderEntry(
            owners, new SignedOrders(contract.Domain, signatures), Book, Requests, time);
        JobStore = new JobStore(database);
        Jobs = new JobRunner(
            JobStore,
            new JobLinks(Providers, Gateways, new JobLedger(Book)),
            contract.Domain,
            new JobOptions { HoldTime = options.HoldTime },
            new JobSurroundings(time, RandomNumberGenerator.GetBytes, loggers.CreateLogger<JobRunner>()));
        consumer.Target = new BookConsumer(Jobs, Entry, requests, Gateways, noMatch, options);
        Facts = new FactPump(database, FactLog, Book, time);
    }

    public ILoggerFactory Loggers { get; }

    public OperatorOptions Options { get; }

    public IEscrowContract Contract { get; }

    public Database Database { get; }

    public FactLog FactLog { get; }

    public EntryStore Entry { get; }

    public BookLoop Book { get; }

    public BookAnchors Anchors { get; }

    public SettlementQueries SettlementQueries { get; }

    public ProviderHub Providers { get; }

    public OrderEntry Orders { get; }

    public SessionEntry Sessions { get; }

    public SignedOrderEntry SignedOrders { get; }

    public BidRequests Requests { get; }

    public GatewayHub Gateways { get; }

    public JobStore JobStore { get; }

    public JobRunner Jobs { get; }

    public FactPump Facts { get; }

    public async ValueTask DisposeAsync()
    {
        await Book.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>
    /// The book and its consumer know each other: the book is made first and its consumer set before it starts.
    /// </summary>
    private sealed class LateConsumer : IBookEvents
    {
        public IBookEvents? Target { get; set; }

        public Task<long> CursorAsync(CancellationToken ct) => Consumer.CursorAsync(ct);

        public Task ConsumeAsync(IReadOnlyList<BookEvent> events, CancellationToken ct) =>
            Consumer.ConsumeAsync(events, ct);

        private IBookEvents Consumer => Target ?? throw new InvariantViolationException("The book has a consumer.");
    }
}
