using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Marketplace.Api;
using Marketplace.Bench;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Marketplace.Storage;

namespace Marketplace.Cli;

/// <summary>One way of sending orders, measured.</summary>
/// <param name="Times">Nanoseconds from the request to its answer, which comes when it is on disk.</param>
internal sealed record HttpFigures(
    string Path, int Connections, int OrdersEach, long OrdersPerSecond, Percentiles Times);

/// <summary>
/// Orders over HTTP on loopback to the durable acknowledgement: client, server and disk share this machine. Beside the
/// route of sessions stands what an order cost before it: one write to SQLite and one whole command.
/// </summary>
internal sealed class HttpBench : IAsyncDisposable
{
    public const int Connections = 50;

    private const string Whole = "/whole-commands";
    private static readonly MarketId Market = new(1);
    private static readonly BudgetNo Budget = new(1);
    private static readonly BasisPoints Fee = new(250);
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);
    private static readonly EntryRates Unlimited = new(
        new(int.MaxValue, int.MaxValue), new(int.MaxValue, int.MaxValue), new(int.MaxValue, int.MaxValue));

    private readonly string folder;
    private readonly Database database;
    private readonly EntryStore kept;
    private readonly BookLoop book;
    private readonly OrderEntry entry;
    private readonly WebApplication app;
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = Connections });

    private HttpBench(string folder)
    {
        this.folder = folder;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        database = Database.Open(Path.Combine(folder, "operator.db"), MigrationSet.Operator);
        kept = new EntryStore(database);
        book = new BookLoop(
            new BookLoopOptions(Path.Combine(folder, "book")), new NoConsumer(), TimeProvider.System,
            app.Services.GetRequiredService<ILogger<BookLoop>>());
        entry = new OrderEntry(
            book,
            new EntrySessions(BenchSession.Domain, Unlimited),
            new SourceLimits(Unlimited, 1),
            new NoBids(),
            TimeProvider.System);
        app.MapOrders(entry);
        app.MapPost(Whole, (HttpContext context, CancellationToken ct) => PlaceWholeAsync(context, ct));
    }

    /// <param name="folder">A new one, on the disk that is to be measured.</param>
    public static async Task<HttpBench> StartAsync(string folder, CancellationToken ct)
    {
        var bench = new HttpBench(folder);
        await bench.app.StartAsync(ct);
        bench.http.BaseAddress = new Uri(bench.app.Urls.Single());
        await bench.book.StartAsync(ct);
        await bench.book.SubmitAsync(new OpenMarket(Market, Fee), ct);
        var expiry = TimeProvider.System.GetUtcNow() + Life;
        await bench.book.SubmitAsync(
            new OpenBudget(
                Budget,
                BenchSession.Owner,
                BenchSession.Owner,
                new TokenAmount(1L << 60),
                TokenAmount.Zero,
                Fee,
                expiry),
            ct);
        return bench;
    }

    /// <summary>Asks of sessions, one of each connection, in batches of this many.</summary>
    public async Task<HttpFigures> SessionsAsync(int requestsEach, int ordersEach, CancellationToken ct)
    {
        var sessions = new List<BenchSession>();
        for (var connection = 0; connection < Connections; connection++)
        {
            sessions.Add(await BenchSession.OpenAsync(book, entry, ct));
        }

        return await MeasureAsync("sessions", EntryRoutes.Orders, sessions.Select(session =>
            Enumerable.Range(0, requestsEach).Select(_ => session.Next(ordersEach)).ToList()).ToList(), ordersEach, ct);
    }

    /// <summary>Bids as whole commands, each with its request in SQLite first.</summary>
    /// <param name="round">Names the bids of this call.</param>
    public Task<HttpFigures> WholeCommandsAsync(int requestsEach, string round, CancellationToken ct) => MeasureAsync(
        "whole commands",
        Whole,
        Enumerable.Range(0, Connections).Select(connection => Enumerable.Range(0, requestsEach)
            .Select(number => System.Text.Encoding.ASCII.GetBytes($"{round}-{connection}-{number}")).ToList()).ToList(),
        ordersEach: 1,
        ct);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        await book.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<IResult> PlaceWholeAsync(HttpContext context, CancellationToken ct)
    {
        using var reader = new StreamReader(context.Request.Body);
        var clientOrderId = await reader.ReadToEndAsync(ct);
        await kept.KeepAsync(
            Budget, clientOrderId, new StoredBid(1, 1, false, new byte[400]), TimeProvider.System.GetUtcNow(), ct);
        var answer = await book.SubmitAsync(
            new PlaceBid(
                Market, Budget, clientOrderId, new UnitPrice(10), new Quantity(1_000), 1, true,
                TimeInForce.GoodTillCancelled, null, Fee, Keccak256.Hash(clientOrderId)),
            ct);
        return answer.Match(Results.Ok, refusal => Results.Problem(refusal.ToString()));
    }

    private async Task<HttpFigures> MeasureAsync(
        string path, string route, List<List<byte[]>> requests, int ordersEach, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(requests.Select(mine => Task.Run(() => SendAllAsync(route, mine, ct), ct)));
        var wall = Stopwatch.GetElapsedTime(began);
        var orders = (long)requests.Sum(mine => mine.Count) * ordersEach;
        return new HttpFigures(
            path, Connections, ordersEach, orders * TimeSpan.TicksPerSecond / wall.Ticks,
            Percentiles.Of(times.SelectMany(mine => mine).ToList()));
    }

    /// <summary>One connection: the next request goes when the last is answered.</summary>
    private async Task<List<long>> SendAllAsync(string route, List<byte[]> requests, CancellationToken ct)
    {
        var times = new List<long>(requests.Count);
        foreach (var request in requests)
        {
            using var content = new ByteArrayContent(request);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            var began = Stopwatch.GetTimestamp();
            using var response = await http.PostAsync(new Uri(route, UriKind.Relative), content, ct);
            var body = await response.Content.ReadAsStringAsync(ct);
            times.Add(Stopwatch.GetTimestamp() - began);
            Invariant.Holds(
                response.StatusCode == HttpStatusCode.OK && !body.Contains("refusal", StringComparison.Ordinal),
                $"A refused order measures nothing: {body}");
        }

        return times;
    }

    /// <summary>Asks need nothing but the book.</summary>
    private sealed class NoBids : IBidCheck
    {
        public Task<EntryVerdict> CheckAsync(BudgetNo budget, ReadOnlyMemory<byte> batch, CancellationToken ct) =>
            throw new InvariantViolationException("Providers' sessions alone are measured.");
    }

    private sealed class NoConsumer : IBookEvents
    {
        public Task<long> CursorAsync(CancellationToken ct) => Task.FromResult(0L);

        public Task ConsumeAsync(IReadOnlyList<BookEvent> events, CancellationToken ct) => Task.CompletedTask;
    }
}

/// <summary>A provider's session and the batches of its client.</summary>
internal sealed class BenchSession
{
    public static readonly Eip712Domain Domain =
        new("Market Escrow", "1", 31337, EthAddress.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));

    private static readonly PrivateKey Granter =
        PrivateKey.FromBytes(Keccak256.Hash("a provider whose orders are measured").ToBytes());

    private static readonly EntryKey Key = new(Keccak256.Hash("a secret that is no secret").ToBytes());
    private static uint lastProvider;

    private readonly SessionAnswer session;
    private ulong lastOrder;

    private BenchSession(SessionAnswer session) => this.session = session;

    public static EthAddress Owner => Granter.Address;

    public static async Task<BenchSession> OpenAsync(BookLoop book, OrderEntry entry, CancellationToken ct)
    {
        var expiry = (ulong)TimeProvider.System.GetUtcNow().AddDays(1).ToUnixTimeSeconds();
        var grant = new SessionGrant(
            EntryRole.Provider, ++lastProvider, Key.SecretHash, true, [], default, TokenAmount.Zero, 0, expiry, 1);
        var opened = await book.SubmitAsync(new OpenSession(grant, Owner), ct);
        var refusal = entry.Open(new SessionRequest(
            grant, Key, opened.Value.Account, opened.Value.Session));
        Invariant.Holds(refusal == EntryRefusal.None, "The grant is good.");
        return new BenchSession(opened.Value);
    }

    /// <summary>Asks above every bid, at a thousand prices.</summary>
    public byte[] Next(int orders) => EntryBatch.Encode(
        session.Session, [.. Enumerable.Range(0, orders).Select(_ => new OutgoingOrder(Ask()))], Key);

    private MatchCommand Ask() => new()
    {
        Kind = CommandKind.Place,
        Side = Side.Ask,
        Session = session.Session,
        Account = session.Account,
        ClientSeq = ++lastOrder,
        Tick = 1_000 + (int)(lastOrder % 1_000),
        Quantity = 1_000,
    };
}
