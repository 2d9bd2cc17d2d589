using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Gateway;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.ScenarioTests.Settlement;
using Marketplace.Storage;

namespace Marketplace.ScenarioTests.Gateway;

/// <summary>A gateway's stores on a real database file, without its connections.</summary>
public sealed class GatewayWorld : IAsyncDisposable
{
    public static readonly BudgetNo Budget = new(3);

    public static readonly Eip712Domain Domain =
        EscrowDomain.Of(31_337, EthAddress.Parse("0x00000000000000000000000000000000000000e5"));

    public static readonly PrivateKey Session = PrivateKey.FromBytes(Keccak256.Hash("session").ToBytes());

    private readonly string folder = Directory.CreateTempSubdirectory("gateway").FullName;

    public GatewayWorld() => Open();

    public Database Database { get; private set; } = null!;

    public PurchaseStore Purchases { get; private set; } = null!;

    public TicketBook Tickets { get; private set; } = null!;

    public StandingClock Clock { get; } = new();

    public ApiKey Key { get; private set; } =
        new(Keccak256.Hash("api key"), new TokenAmount(1_000_000), new TokenAmount(1_000_000));

    public async Task RestartAsync()
    {
        await Database.DisposeAsync();
        Open();
    }

    public async Task LimitAsync(long total, long day)
    {
        Key = Key with { TotalLimit = new TokenAmount(total), DayLimit = new TokenAmount(day) };
        await Purchases.AddKeyAsync(Key, CancellationToken.None);
    }

    public Task<SpendRefusal?> ReserveAsync(string order, long most, string dedupe = "request") =>
        Purchases.ReserveAsync(
            Key, Keccak256.Hash(dedupe), BidOf(order), new TokenAmount(most), Clock.Now, CancellationToken.None);

    public async Task<(long Total, long Day)> SpentAsync()
    {
        var today = new DateTimeOffset(Clock.Now.UtcDateTime.Date, TimeSpan.Zero);
        var (total, day) = await Purchases.SpentAsync(Key.Hash, today, CancellationToken.None);
        return (total.Micro, day.Micro);
    }

    /// <summary>Buys and gets an answer of so many legs, each of another provider.</summary>
    public async Task<TicketFrame> BuyAsync(string order, long job, int legs = 1)
    {
        await Purchases.AddKeyAsync(Key, CancellationToken.None);
        await ReserveAsync(order, 10_000, order);
        return await IssueAsync(order, job, legs);
    }

    public Task<TicketFrame> IssueAsync(string order, long job, int legs = 1) => Tickets.IssueAsync(
        new Delivery(order, new JobId(job), [1, 2, 3], [], legs),
        Enumerable.Range(1, legs).Select(leg => LegOf(job, leg)).ToList(),
        new Ordered(BidOf(order), new BasisPoints(2_500)),
        Clock.Now,
        CancellationToken.None);

    public static BidFrame BidOf(string order) => new(
        order, "m", new UnitPrice(200_000_000), new Quantity(100), 1, 1, new BasisPoints(500), [1], false, 0);

    /// <summary>An honest statement over these tickets.</summary>
    public static StatementRequest Over(uint fromJob, params SignedTicket[] rows)
    {
        var statement = new Statement(
            Budget,
            fromJob,
            rows.Max(row => row.Ticket.JobNo.Value) + 1,
            TokenAmount.Zero,
            TokenAmount.Sum(rows.Select(row => row.Ticket.MaxFee)),
            ReceiptTree.Root(rows.Select(row => row.Receipt.Leaf()).ToList()),
            rows.Select(row => new ProviderLine(row.Ticket.ProviderId, [row.Ticket.Amount])).ToList());
        return new StatementRequest(1, statement, rows.Select(row => row.Receipt).ToList());
    }

    public static bool IsSigned(Statement statement, byte[] signature) =>
        EthSignature.TryFromCompact(signature, out var read)
        && Secp256k1.Recover(statement.Digest(Domain), read) == Session.Address;

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static CheckedLeg LegOf(long job, int leg)
    {
        var result = new JobResult(
            new AssignmentId(Keccak256.Hash($"assignment {job}/{leg}")), new ProviderId((uint)leg),
            Keccak256.Hash("input"), Keccak256.Hash("result"), default, default, 40, 3, 1, 2,
            new UnitPrice(200_000_000));
        var commit = new ResultCommit(result.AssignmentId, result.ProviderId, default);
        return new CheckedLeg(
            new DeliveredLeg(result.ProviderId, commit, [1], result, [2]),
            new TokenAmount(2_600),
            new TokenAmount(130));
    }

    private void Open()
    {
        Database = Database.Open(Path.Combine(folder, "gateway.db"), MigrationSet.Gateway);
        Purchases = new PurchaseStore(Database);
        Tickets = new TicketBook(Database, new SessionSigner(Session, Domain), Budget);
    }
}
