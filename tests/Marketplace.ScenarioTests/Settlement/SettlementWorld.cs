using Dapper;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Settlement;
using Marketplace.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.ScenarioTests.Settlement;

/// <summary>A clock that stands until it is moved.</summary>
public sealed class StandingClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>Gateways of all budgets: they sign what their tickets say and remember receipts by root.</summary>
public sealed class FakeGateways(FakeChain chain, IReadOnlyDictionary<uint, PrivateKey> sessions) : IStatementSigner
{
    private readonly Dictionary<AssignmentId, uint> signed = [];

    public Dictionary<Hash32, IReadOnlyList<Receipt>> ByRoot { get; } = [];

    /// <summary>What the gateway answers instead of a signature.</summary>
    public Queue<StatementSigningRejection> Refusals { get; } = new();

    public List<StatementProposal> Asked { get; } = [];

    public Task<Result<EthSignature, StatementSigningRejection>> SignAsync(
        StatementProposal proposal, CancellationToken ct)
    {
        chain.Step("before signature");
        Asked.Add(proposal);
        if (Refusals.TryDequeue(out var refusal))
        {
            return Task.FromResult<Result<EthSignature, StatementSigningRejection>>(refusal);
        }

        var statement = proposal.Statement;
        foreach (var receipt in proposal.Receipts)
        {
            // The rule that makes an assignment payable once: the chain applies one statement per fromJob.
            Invariant.Holds(
                !signed.TryGetValue(receipt.AssignmentId, out var from) || from == statement.FromJob,
                $"Job {receipt.JobNo} is on a signed statement from another job.");
            signed[receipt.AssignmentId] = statement.FromJob;
        }

        ByRoot[statement.ReceiptsRoot] = proposal.Receipts;
        var signature = sessions[statement.BudgetNo.Value].Sign(statement.Digest(chain.Domain));
        chain.Step("after signature");
        return Task.FromResult<Result<EthSignature, StatementSigningRejection>>(signature);
    }
}

/// <summary>A public log that stands at its 7th command.</summary>
public sealed class FakeAnchors : IAnchorSource
{
    public BatchAnchor Current { get; } = BatchAnchor.OfBook(7, Keccak256.Hash("the book so far"));
}

/// <summary>Providers that are always connected and keep what they are told.</summary>
public sealed class FakePayees : IPayees
{
    public List<(ProviderId Payee, CosignedStatement Statement)> Told { get; } = [];

    public void Tell(ProviderId payee, CosignedStatement statement)
    {
        lock (Told)
        {
            Told.Add((payee, statement));
        }
    }
}

/// <summary>A worker on a real database file, a chain in memory and gateways that always have an answer.</summary>
public sealed class SettlementWorld : IAsyncDisposable
{
    private const int FeeBps = 500;
    private readonly string folder = Directory.CreateTempSubdirectory("settlement").FullName;
    private readonly Dictionary<uint, PrivateKey> sessions;
    private readonly Dictionary<uint, uint> ticketed = [];
    private readonly PrivateKey gasKey = KeyOf(200);

    public SettlementWorld(int budgets, SettlementOptions? options = null)
    {
        Options = options ?? new SettlementOptions { OperatorId = new OperatorId(1), StartBlock = default };
        sessions = Enumerable.Range(1, budgets).ToDictionary(number => (uint)number, number => KeyOf(number));
        Chain = new FakeChain(
            sessions.Select(pair => Opened(pair.Key, pair.Value.Address)).ToList(), Options.OperatorId);
        Chain.CosignsUntil[CosignerKey.Address] = ulong.MaxValue;
        Gateways = new FakeGateways(Chain, sessions);
        Database = Database.Open(Path.Combine(folder, "operator.db"), MigrationSet.Operator);
        Store = new SettlementStore(Database, new FactLog(Database));
        Queries = new SettlementQueries(Database, Clock);
    }

    public SettlementOptions Options { get; }

    public FakeChain Chain { get; }

    public FakeGateways Gateways { get; }

    public FakePayees Payees { get; } = new();

    public FakeAnchors Anchors { get; } = new();

    public PrivateKey CosignerKey { get; } = KeyOf(201);

    public Database Database { get; }

    public SettlementStore Store { get; }

    public SettlementQueries Queries { get; }

    public StandingClock Clock { get; } = new();

    public List<JobTicketed> Tickets { get; } = [];

    /// <summary>A worker as after a restart: nothing of it is in memory.</summary>
    public SettlementTick Worker() => Worker(Options);

    public SettlementTick Worker(SettlementOptions options) => new(
        new SettlementStore(Database, new FactLog(Database)),
        new SettlementParties(Chain, Gateways, new KeyCosigner(CosignerKey, Chain.Domain), Payees, Anchors, gasKey),
        options,
        Clock,
        NullLogger<SettlementTick>.Instance);

    public async Task TickAsync(int count = 1)
    {
        for (var index = 0; index < count; index++)
        {
            using var worker = Worker();
            await worker.RunAsync(CancellationToken.None);
        }
    }

    /// <summary>Ticks with a new block and a moved clock in between.</summary>
    public async Task PassAsync(int blocks)
    {
        for (var index = 0; index < blocks; index++)
        {
            await TickAsync();
            Chain.Mine();
            Clock.Now += TimeSpan.FromSeconds(12);
        }
    }

    public async Task<JobTicketed> TicketAsync(uint budget, uint provider, long amount, TimeSpan hold = default)
    {
        var number = ticketed.GetValueOrDefault(budget);
        ticketed[budget] = number + 1;
        var ticket = Ticketed(budget, number, provider, amount, Clock.Now + hold);
        await TellAsync(ticket);
        Tickets.Add(ticket);
        return ticket;
    }

    public Task TellAsync(JobTicketed ticket) => Database.WriteAsync(
        (connection, transaction) =>
            FactLog.AppendAsync(connection, transaction, FactKinds.JobTicketed, ticket, Clock.Now),
        CancellationToken.None);

    public Task<long> CountAsync(string sql) =>
        Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(sql), CancellationToken.None);

    /// <summary>How often the chain paid each assignment.</summary>
    public Dictionary<AssignmentId, int> Payments() => Chain.Blocks.SelectMany(block => block.Events)
        .OfType<StatementSettled>().SelectMany(settled => Gateways.ByRoot[settled.ReceiptsRoot])
        .GroupBy(receipt => receipt.AssignmentId).ToDictionary(group => group.Key, group => group.Count());

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public static JobTicketed Ticketed(
        uint budget, uint number, uint provider, long amount, DateTimeOffset settleableAt)
    {
        var assignment = new AssignmentId(Keccak256.Hash($"assignment {budget}/{number}/{provider}"));
        var fee = new BasisPoints(FeeBps).FeeDown(new TokenAmount(amount));
        var ticket = new JobTicket(
            new BudgetNo(budget), new JobNo(number), new JobNo(number), new ProviderId(provider),
            new TokenAmount(amount), fee, 1, assignment, default, default);
        var receipt = new Receipt(
            ticket.BudgetNo, ticket.JobNo, assignment, ticket.ProviderId, ticket.Amount, default, default, default,
            default, 1, 1, 1, VerdictOutcome.Unchecked);
        return new JobTicketed(ticket, new byte[64], receipt, fee, settleableAt.ToUnixTimeMilliseconds());
    }

    private static Budget Opened(uint number, EthAddress session) => new(
        new BudgetNo(number), KeyOf(100).Address, session, new OperatorId(1), new TokenAmount(100_000_000),
        TokenAmount.Zero, 9_000_000_000, new BasisPoints(FeeBps), 0, 1);

    private static PrivateKey KeyOf(int number) => PrivateKey.FromBytes(Keccak256.Hash($"key {number}").ToBytes());
}
