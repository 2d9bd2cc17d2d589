using Marketplace.Chain;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Chain;

/// <summary>
/// One chain for all tests of the collection, with the contracts on it; it is ended by its process id.
/// </summary>
public sealed class AnvilFixture : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan SetUpBound = TimeSpan.FromMinutes(2);

    private readonly HttpClient http = new();
    private LocalChain? chain;
    private EthereumEscrowContract? contract;

    public string Folder { get; } = Directory.CreateTempSubdirectory("market-chain-").FullName;

    /// <summary>Deployed the contracts; mints the token.</summary>
    public PrivateKey Deployer { get; } = KeyOf("deployer");

    public string DeploymentFile => Path.Combine(Folder, "deployment.json");

    public LocalChain Chain => chain!;

    public EthereumEscrowContract Contract => contract!;

    public JsonRpcClient Rpc { get; private set; } = null!;

    public EthereumClient Client { get; private set; } = null!;

    public Deployment Deployment { get; private set; } = null!;

    /// <summary>A key for tests only, from its name.</summary>
    public static PrivateKey KeyOf(string name) => PrivateKey.FromBytes(Keccak256.Hash($"test key {name}").ToBytes());

    public AccountSender SenderOf(PrivateKey key) => new(Client, key, Deployment.ChainId, TimeProvider.System);

    /// <summary>A new account with gas money.</summary>
    public async Task<PrivateKey> FundedKeyAsync(string name, CancellationToken ct)
    {
        var key = KeyOf(name);
        await LocalChain.FundGasAsync(Rpc, key.Address, ct);
        return key;
    }

    public Task MintAsync(EthAddress to, TokenAmount amount, CancellationToken ct) =>
        SenderOf(Deployer).SendAsync(Contract.MintToken(to, amount), Wait.Final, ct);

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(SetUpBound);
        var ct = deadline.Token;
        chain = await LocalChain.StartAsync(AppContext.BaseDirectory, Folder, TimeProvider.System, ct);
        Rpc = new JsonRpcClient(http, chain.Endpoint, TimeSpan.FromSeconds(10));
        Client = new EthereumClient(Rpc);
        await LocalChain.FundGasAsync(Rpc, Deployer.Address, ct);
        Deployment = await new ContractDeployer(Client, Deployer, TimeProvider.System)
            .DeployAsync(DeploymentFile, token: null, Wait.Final, new Progress<string>(), ct);
        contract = await EthereumEscrowContract.ConnectAsync(Client, Deployment, ct);
    }

    public Task DisposeAsync()
    {
        chain?.Stop();
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        chain?.Dispose();
        http.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class AnvilCollection : ICollectionFixture<AnvilFixture>
{
    public const string Name = "anvil";
}
