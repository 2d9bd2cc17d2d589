using System.Text.Json;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.ScenarioTests.Execution;

/// <summary>
/// A job runner on a real database file; providers, gateway and book by hand. Frames wait in a queue until
/// <see cref="PumpAsync"/> brings them, and the operator can be killed at every call that it makes.
/// </summary>
public sealed class JobWorld : IProviderLinks, IGatewayLinks, IAsyncDisposable
{
    public static readonly Eip712Domain Domain =
        EscrowDomain.Of(31_337, EthAddress.Parse("0x00000000000000000000000000000000000000e5"));

    public static readonly BudgetNo Budget = new(3);

    public static readonly BasisPoints Fee = new(500);

    public static readonly BasisPoints InputWeight = new(2_500);

    public static readonly JobId JobId = new(77);

    private readonly string folder = Directory.CreateTempSubdirectory("execution").FullName;
    private readonly JobOptions options;
    private int randomCount;

    public JobWorld(int providers, JobOptions? options = null)
    {
        this.options = options ?? new JobOptions();
        Providers = Enumerable.Range(1, providers).Select(number => new FakeProvider((uint)number)).ToList();
        Database = Database.Open(Path.Combine(folder, "operator.db"), MigrationSet.Operator);
        Store = new JobStore(Database);
        Clock = new StepClock(this);
        Ledger = new FakeLedger(this);
        Runner = NewRunner();
    }

    /// <summary>
    /// Called before and after whatever the runner does to the world; a throw is a crash at that place.
    /// </summary>
    public Action<string> Step { get; set; } = _ => { };

    public IReadOnlyList<FakeProvider> Providers { get; }

    public FakeGateway Gateway { get; } = new();

    public FakeLedger Ledger { get; }

    /// <summary>Who sells a further leg, in this order.</summary>
    public Queue<FakeProvider> Asks { get; } = new();

    /// <summary>What is on its way to the operator.</summary>
    public Queue<Func<JobRunner, Task>> OnTheWay { get; } = new();

    public StepClock Clock { get; }

    public Database Database { get; }

    public JobStore Store { get; }

    public JobRunner Runner { get; private set; }

    public static PrivateKey KeyOf(string name) => PrivateKey.FromBytes(Keccak256.Hash(name).ToBytes());

    /// <summary>
    /// A bid bought a job of the first <paramref name="replicas"/> providers; the others sell further legs.
    /// </summary>
    public Task MatchAsync(int replicas, int quorum, bool isStreamed = false)
    {
        if (Asks.Count == 0 && randomCount == 0)
        {
            Providers.Skip(replicas).ToList().ForEach(Asks.Enqueue);
        }

        var request = new JobRequest(9, [new JobMessage("Two and two?", "user")], "m", 0, [], 0, 1_000).Encode();
        return Runner.MatchedAsync(
            new NewJob(
                12, JobId, Budget, "order", request, JobRequest.HashOf(request), new Quantity(1_000),
                new UnitPrice(200_000_000), Fee, InputWeight, replicas, quorum, isStreamed,
                Providers.Take(replicas).Select((row, index) => new LegGrant(index + 1, row.Id, row.Price)).ToList()),
            CancellationToken.None);
    }

    /// <summary>Brings frames until nobody has anything to say.</summary>
    public async Task PumpAsync()
    {
        while (OnTheWay.TryDequeue(out var bring))
        {
            await bring(Runner);
        }
    }

    /// <summary>Time passes, and the runner is told.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Clock.Now += time;
        await Runner.TickAsync(CancellationToken.None);
        await PumpAsync();
    }

    /// <summary>
    /// The operator dies and starts again: connections are made anew, and what was on the way is lost.
    /// </summary>
    public async Task RestartAsync()
    {
        Runner.Dispose();
        OnTheWay.Clear();
        Runner = NewRunner();
        foreach (var provider in Providers.Where(provider => provider.IsConnected))
        {
            await Runner.ProviderBackAsync(provider.Id, CancellationToken.None);
        }

        await GatewayBackAsync();
        await Runner.TickAsync(CancellationToken.None);
    }

    /// <summary>The gateway connects and sends what was not confirmed again.</summary>
    public async Task GatewayBackAsync()
    {
        Gateway.IsConnected = true;
        await Runner.GatewayBackAsync(Budget, CancellationToken.None);
        foreach (var frame in Gateway.Unconfirmed)
        {
            await Runner.TicketsReceivedAsync(Budget, frame, CancellationToken.None);
        }
    }

    public async Task<Job> JobAsync() => (await Store.FindAsync(JobId, CancellationToken.None))!;

    public async Task<IReadOnlyList<JobTicketed>> FactsAsync()
    {
        var facts = await new FactLog(Database).ReadAsync("test", [FactKinds.JobTicketed], 100, CancellationToken.None);
        return facts.Select(fact => JsonSerializer.Deserialize<JobTicketed>(fact.Body)!).ToList();
    }

    public Task ExecuteAsync(string sql) => Database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(sql, transaction: transaction), CancellationToken.None);

    public Task<long> CountAsync(string sql) =>
        Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(sql), CancellationToken.None);

    public bool IsConnected(ProviderId id) => Find(id)?.IsConnected == true;

    public bool IsConnected(BudgetNo budget) => budget == Budget && Gateway.IsConnected;

    public EthAddress? SignerOf(ProviderId id) => IsConnected(id) ? Find(id)!.Key.Address : null;

    public EthAddress? SessionOf(BudgetNo budget) => IsConnected(budget) ? Gateway.Session.Address : null;

    public bool TrySend(ProviderId id, Frame frame) => TrySend(IsConnected(id), () => Find(id)!.Take(frame));

    public bool TrySend(BudgetNo budget, Frame frame) => TrySend(IsConnected(budget), () => Gateway.Take(frame));

    public async ValueTask DisposeAsync()
    {
        Runner.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private bool TrySend(bool isConnected, Func<Func<JobRunner, Task>?> take)
    {
        Step("before send");
        if (isConnected && take() is { } answer)
        {
            OnTheWay.Enqueue(answer);
        }

        Step("after send");
        return isConnected;
    }

    private FakeProvider? Find(ProviderId id) => Providers.FirstOrDefault(provider => provider.Id == id);

    private JobRunner NewRunner() => new(
        new JobStore(Database),
        new JobLinks(this, this, Ledger),
        Domain,
        options,
        new JobSurroundings(
            Clock, length => Keccak256.Hash($"random {++randomCount}").ToBytes()[..length], NullLogger.Instance));
}

/// <summary>
/// A clock that stands until it is moved. The runner asks it before it stores, so it is a place to die at.
/// </summary>
public sealed class StepClock(JobWorld world) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public override DateTimeOffset GetUtcNow()
    {
        world.Step("clock");
        return Now;
    }
}
