using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Marketplace.Chain;
using Marketplace.Cli;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Provider;
using Marketplace.Settlement;
using Marketplace.Storage;

namespace Marketplace.ScenarioTests.Market;

/// <summary>A buyer of its own: folder, gateway and what it had at the start.</summary>
internal sealed record ExitBuyer(string Folder, Uri Gateway, HttpClient Http)
{
    public EthAddress Address => new Wallet(Path.Combine(Folder, "keys")).Open("buyer").Address;

    public BudgetNo BudgetNo => new(BudgetFile.Read(Folder).BudgetNo);
}

/// <summary>
/// A market on a chain that is nobody's of its users: it outlives the operator and the operator's folder. The operator
/// never batches in the time of a test, so that what it co-signed is with the payees and nowhere on chain.
/// </summary>
internal sealed class ExitMarket : IAsyncDisposable
{
    public const int Providers = 3;
    public const int Buyers = 2;
    public static readonly TokenAmount Minted = new(10_000_000);
    public static readonly TokenAmount Deposited = new(8_000_000);
    public static readonly TokenAmount Locked = new(5_000_000);
    private static readonly string[] Asks = ["20", "24", "30"];

    private readonly string root = Directory.CreateTempSubdirectory("exit-").FullName;
    private readonly HttpClient http = new();
    private readonly List<MarketProcess> gateways = [];
    private readonly SemaphoreSlim minting = new(1, 1);
    private LocalChain chain = null!;
    private IReadOnlyList<ExitBuyer> buyers = [];

    public ExitMarket() => Market = new LocalMarket(root);

    public LocalMarket Market { get; }

    public string Rpc => chain.Endpoint.AbsoluteUri;

    public JsonRpcClient Node { get; private set; } = null!;

    public EthereumClient Client { get; private set; } = null!;

    public EthereumEscrowContract Contract { get; private set; } = null!;

    public BlockNumber StartBlock { get; private set; }

    public IReadOnlyList<ExitBuyer> AllBuyers => buyers;

    public async Task StartAsync(CancellationToken ct)
    {
        chain = await LocalChain.StartAsync(
            AppContext.BaseDirectory, Path.Combine(root, "chain"), TimeProvider.System, ct);
        Node = new JsonRpcClient(http, chain.Endpoint, TimeSpan.FromSeconds(10));
        Client = new EthereumClient(Node);
        await StartOperatorAsync(ct);
        for (var index = 1; index <= Providers; index++)
        {
            await FundAsync(Market.FolderOf(LocalMarket.NameOf(index)), "provider", ct);
            Market.StartProvider(index, Asks[index - 1]);
        }

        var opening = Enumerable.Range(1, Buyers).Select(number => OpenBuyerAsync(number, ct));
        buyers = await Task.WhenAll(opening);
        await Market.UntilAsksAsync(Providers, ct);
    }

    public string ProviderFolder(int index) => Market.FolderOf(LocalMarket.NameOf(index));

    public EthAddress PayoutOf(int index) =>
        new Wallet(Path.Combine(ProviderFolder(index), "keys")).Open("provider").Address;

    public async Task<HttpStatusCode> AskAsync(
        ExitBuyer buyer, string question, int redundancy, int seed, CancellationToken ct)
    {
        var request = MarketFixture.Request(question, redundancy);
        request["seed"] = seed; // a purchase of its own
        using var answer = await buyer.Http.PostAsJsonAsync(
            new Uri(buyer.Gateway, "/v1/chat/completions"), request, ct);
        return answer.StatusCode;
    }

    /// <summary>What a provider's own folder holds.</summary>
    public async Task<IReadOnlyList<CosignedStatement>> HeldAsync(int provider, CancellationToken ct)
    {
        await using var database = ProviderVerb.OpenDatabase(ProviderFolder(provider));
        return await new StatementStore(database).AllAsync(ct);
    }

    /// <summary>What the operator has co-signed and not settled, and how many batches it ever made.</summary>
    public async Task<(IReadOnlyList<CosignedStatement> Cosigned, int Batches)> OperatorBooksAsync(
        CancellationToken ct)
    {
        await using var database = Database.Open(
            Path.Combine(Market.FolderOf("operator"), "operator.db"), MigrationSet.Operator);
        var queries = new SettlementQueries(database, TimeProvider.System);
        var cosigned = new Dictionary<BudgetNo, CosignedStatement>();
        for (var index = 1; index <= Providers; index++)
        {
            foreach (var statement in await queries.UnsettledOfAsync(Market.ProviderIdOf(index), ct))
            {
                cosigned[statement.Row.Statement.BudgetNo] = statement;
            }
        }

        return (cosigned.Values.ToList(), (await queries.BatchesAsync(10, ct)).Count);
    }

    /// <summary>A provider's disk is lost, but for its keys: what it is owed it gets again when it connects.</summary>
    public async Task LoseDatabaseAsync(int provider, CancellationToken ct)
    {
        await Market.KillAsync(LocalMarket.NameOf(provider), ct);
        foreach (var file in Directory.EnumerateFiles(ProviderFolder(provider), "provider.db*").ToList())
        {
            File.Delete(file);
        }

        Market.StartProvider(provider, Asks[provider - 1]);
        await Market.UntilAsksAsync(Providers, ct);
    }

    public async Task KillGatewaysAsync(CancellationToken ct)
    {
        foreach (var gateway in gateways)
        {
            await gateway.KillAsync(ct);
        }
    }

    /// <summary>The token balances of all who could ever have one, in the order buyers, providers, escrow.</summary>
    public async Task<IReadOnlyList<TokenAmount>> BalancesAsync(CancellationToken ct)
    {
        IEnumerable<EthAddress> holders =
        [
            .. buyers.Select(buyer => buyer.Address),
            .. Enumerable.Range(1, Providers).Select(PayoutOf),
            Contract.Escrow,
        ];
        var balances = new List<TokenAmount>();
        foreach (var holder in holders)
        {
            balances.Add(await Contract.TokenBalanceAsync(holder, null, ct));
        }

        return balances;
    }

    /// <summary>From now on a block is mined only when it is asked for.</summary>
    public Task StopClockAsync(CancellationToken ct) => Node.CallAsync("evm_setIntervalMining", [0], ct);

    public Task StartClockAsync(CancellationToken ct) => Node.CallAsync("evm_setIntervalMining", [1], ct);

    /// <summary>Mines one block whose time is exactly this.</summary>
    public async Task<ChainBlock> MineAtAsync(ulong unixSeconds, CancellationToken ct)
    {
        await Node.CallAsync("evm_setNextBlockTimestamp", [unixSeconds], ct);
        await Node.CallAsync("evm_mine", [], ct);
        return await Contract.LatestBlockAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }

        await Market.DisposeAsync();
        chain?.Stop();
        chain?.Dispose();
        foreach (var buyer in buyers)
        {
            buyer.Http.Dispose();
        }

        http.Dispose();
        minting.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private async Task StartOperatorAsync(CancellationToken ct)
    {
        var folder = Market.FolderOf("operator");
        await FundAsync(folder, "owner", ct);
        await FundAsync(folder, "gas", ct);
        var deploy = await MktProcess.RunAsync("deploy", "--rpc", Rpc, "--data", folder);
        if (deploy.ExitCode != ExitCodes.Ok)
        {
            throw new InvalidOperationException(deploy.Errors);
        }

        var deployment = Deployment.Load(Path.Combine(folder, "deployment.json"))!;
        StartBlock = deployment.StartBlock;
        Contract = await EthereumEscrowContract.ConnectAsync(Client, deployment, ct);
        await Market.StartOperatorAsync(
            null, ct, "--rpc", Rpc, "--hold-seconds", "1", "--collect-seconds", "1", "--batch-seconds", "86400");
    }

    private async Task<ExitBuyer> OpenBuyerAsync(int number, CancellationToken ct)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"buyer-{number}");
        var gateway = new Uri($"http://127.0.0.1:{FreePort()}");
        var buyer = new ExitBuyer(Path.Combine(root, name), gateway, new HttpClient());
        await FundAsync(buyer.Folder, "buyer", ct);
        await MintAsync(buyer.Address, ct);
        var folder = new UserFolder(buyer.Folder, Market.Url);
        await MoneyVerbs.DepositAsync(folder, Deposited, Wait.Mined, ct);
        await MoneyVerbs.OpenAsync(folder, Locked, ct);
        gateways.Add(MarketProcess.Start(
            name,
            Path.Combine(root, $"gateway-{number}.log"),
            new Dictionary<string, string>(),
            "gateway", "--operator", Market.Url.AbsoluteUri, "--data", buyer.Folder, "--listen",
            gateway.AbsoluteUri.TrimEnd('/'), "--max-price", MarketFixture.MaxPrice));
        await Market.UntilAsync(
            $"the gateway of {name}",
            TimeSpan.FromSeconds(60),
            async token =>
            {
                using var health = await http.GetAsync(new Uri(gateway, "/healthz"), token);
                return health.IsSuccessStatusCode;
            },
            ct);
        var key = await File.ReadAllTextAsync(Path.Combine(buyer.Folder, "api-key"), ct);
        buyer.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return buyer;
    }

    private async Task MintAsync(EthAddress to, CancellationToken ct)
    {
        // One account sends for both buyers: one after the other, for each needs the nonce that follows.
        await minting.WaitAsync(ct);
        try
        {
            var owner = new Wallet(Path.Combine(Market.FolderOf("operator"), "keys")).Open("owner");
            var sender = new AccountSender(Client, owner, Contract.ChainId, TimeProvider.System);
            await sender.SendAsync(Contract.MintToken(to, Minted), Wait.Mined, ct);
        }
        finally
        {
            minting.Release();
        }
    }

    private Task FundAsync(string folder, string key, CancellationToken ct) => LocalChain.FundGasAsync(
        Node, new Wallet(Path.Combine(folder, "keys")).Open(key).Address, ct);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
