using System.CommandLine;
using System.Numerics;
using Marketplace.Api;
using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Settlement;

namespace Marketplace.Cli;

/// <summary><c>mkt up</c>: the operator, with an embedded chain unless one is given.</summary>
public static class UpVerb
{
    private static readonly TokenAmount FaucetAmount = new(10_000_000);

    public static Command Make()
    {
        var data = Options.Data("data/operator");
        var listen = new Option<string>("--listen")
        {
            Description = "Where providers and gateways connect",
            DefaultValueFactory = _ => "http://127.0.0.1:8080",
        };
        var rpc = new Option<string?>("--rpc")
        {
            Description = "An Ethereum endpoint; without one a local chain is started",
        };
        var fee = new Option<int>("--fee-bps")
        {
            Description = "The operator's fee in basis points, at most 1,000",
            DefaultValueFactory = _ => 250,
        };
        var hold = new Option<int?>("--hold-seconds")
        {
            Description = "How long pay is held after delivery (24 hours; 1 s on the local chain)",
        };
        var collect = new Option<int?>("--collect-seconds")
        {
            Description = "How long a statement collects jobs (60; 1 on the local chain)",
        };
        var batch = new Option<int>("--batch-seconds")
        {
            Description = "How long a signed statement waits for company in its batch (0); payees hold it by then",
        };
        var command = new Command("up", "Run the market's operator") { data, listen, rpc, fee, hold, collect, batch };
        command.SetAction((parsed, ct) => RunAsync(
            new Settings(
                parsed.GetValue(data)!,
                Options.ReadUrl(parsed.GetValue(listen)!).AbsoluteUri.TrimEnd('/'),
                parsed.GetValue(rpc) is { } endpoint ? Options.ReadUrl(endpoint) : null,
                ReadFee(parsed.GetValue(fee)),
                parsed.GetValue(hold),
                parsed.GetValue(collect),
                parsed.GetValue(batch)),
            ct));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken ct)
    {
        var time = TimeProvider.System;
        var wallet = new Wallet(Path.Combine(settings.Data, "keys"));
        using var local = settings.Rpc is null
            ? await LocalChain.StartAsync(AppContext.BaseDirectory, Path.Combine(settings.Data, "chain"), time, ct)
            : null;
        var endpoint = local?.Endpoint ?? settings.Rpc!;
        using var http = new HttpClient();
        var rpc = new JsonRpcClient(http, endpoint, TimeSpan.FromSeconds(10));
        var client = new EthereumClient(rpc);
        var (owner, gas, cosigner) = (wallet.Open("owner"), wallet.Open("gas"), wallet.Open("cosigner"));
        if (local is not null)
        {
            await LocalChain.FundGasAsync(rpc, owner.Address, ct);
            await LocalChain.FundGasAsync(rpc, gas.Address, ct);
        }

        var deployment = await DeployAsync(settings, local, client, owner, ct);
        var contract = await EthereumEscrowContract.ConnectAsync(client, deployment, ct);
        var sender = new AccountSender(client, owner, deployment.ChainId, time);
        var operatorId = await RegisterAsync(settings, contract, sender, cosigner.Address, ct);
        var options = OptionsOf(settings, deployment, endpoint, operatorId, local is not null);
        await using var app = OperatorHost.Build(
            options,
            new OperatorChain(contract, new ContractWallets(client)),
            market => TickOf(market, settings, gas, cosigner, local is not null),
            time,
            LogLevel.Information);
        if (local is not null)
        {
            MapFaucet(app, deployment, sender, rpc);
        }

        await app.StartAsync(ct);
        Screen.Show(
            $"market  {settings.Listen}   chain {endpoint}   escrow {deployment.Escrow}",
            new { market = settings.Listen, chain = endpoint, escrow = deployment.Escrow.ToString() });
        await app.WaitForShutdownAsync(ct);

        // An operator that is told to stop takes its chain along; one that is killed finds it running.
        local?.Stop();
        return Environment.ExitCode;
    }

    private static BasisPoints ReadFee(int bps) => bps is >= 0 and <= 1_000
        ? new BasisPoints(bps)
        : throw new UsageException("--fee-bps is 0 to 1000: the contract takes no more.");

    private static SettlementTick TickOf(
        Operator market, Settings settings, PrivateKey gas, PrivateKey cosigner, bool isLocal)
    {
        var collect = TimeSpan.FromSeconds(settings.CollectSeconds ?? (isLocal ? 1 : 60));
        return new SettlementTick(
            new SettlementStore(market.Database, market.FactLog),
            new SettlementParties(
                market.Contract,
                market.Gateways,
                new KeyCosigner(cosigner, market.Contract.Domain),
                market.Providers,
                market.Anchors,
                gas),
            new SettlementOptions
            {
                OperatorId = market.Options.OperatorId,
                StartBlock = market.Options.StartBlock,
                CollectTime = collect,
                BatchTime = TimeSpan.FromSeconds(settings.BatchSeconds),
            },
            TimeProvider.System,
            market.Loggers.CreateLogger<SettlementTick>());
    }

    private static OperatorOptions OptionsOf(
        Settings settings, Deployment deployment, Uri endpoint, OperatorId operatorId, bool isLocal) => new()
        {
            DataDirectory = settings.Data,
            ListenUrl = settings.Listen,
            OperatorId = operatorId,
            StartBlock = deployment.StartBlock,
            PublicRpc = endpoint,
            FeeBps = settings.Fee,
            HoldTime = settings.HoldSeconds is { } seconds ? TimeSpan.FromSeconds(seconds)
                : isLocal ? TimeSpan.FromSeconds(1) : TimeSpan.FromHours(24),
            SettlementInterval = TimeSpan.FromSeconds(isLocal ? 1 : 5),
            IsLocalChain = isLocal,
        };

    private static async Task<Deployment> DeployAsync(
        Settings settings, LocalChain? local, EthereumClient client, PrivateKey owner, CancellationToken ct)
    {
        var path = Path.Combine(settings.Data, "deployment.json");
        if (local is null)
        {
            return Deployment.Load(path) ?? throw new UsageException(
                $"No contracts are known: mkt deploy --rpc {settings.Rpc} --data {settings.Data}");
        }

        return await new ContractDeployer(client, owner, TimeProvider.System).DeployAsync(
            path, null, Wait.Mined, Screen.Progress, ct);
    }

    private static async Task<OperatorId> RegisterAsync(
        Settings settings,
        EthereumEscrowContract contract,
        AccountSender sender,
        EthAddress cosigner,
        CancellationToken ct)
    {
        var path = Path.Combine(settings.Data, "operator-id");
        if (File.Exists(path) && uint.TryParse(await File.ReadAllTextAsync(path, ct), out var known)
            && await contract.OperatorAsync(new OperatorId(known), null, ct) is { } entry && entry.Cosigner == cosigner)
        {
            return new OperatorId(known);
        }

        var receipt = await sender.SendAsync(contract.RegisterOperator(cosigner, sender.Address), Wait.Final, ct);
        var registered = (await contract.EventsAsync(receipt.BlockNumber, receipt.BlockNumber, ct))
            .OfType<OperatorRegistered>().First(happened => happened.Cosigner == cosigner);
        await File.WriteAllTextAsync(path, $"{registered.OperatorId}", ct);
        return registered.OperatorId;
    }

    /// <summary>Test tokens and gas, on the embedded chain only.</summary>
    private static void MapFaucet(WebApplication app, Deployment deployment, AccountSender sender, JsonRpcClient rpc)
    {
        var oneAtATime = new SemaphoreSlim(1, 1);
        app.MapPost("/v1/dev/faucet", async (string address, CancellationToken ct) =>
        {
            if (!EthAddress.TryParse(address, out var to))
            {
                return Results.Problem("'address' is 0x and 40 hex digits.", statusCode: 400);
            }

            await oneAtATime.WaitAsync(ct);
            try
            {
                await LocalChain.FundGasAsync(rpc, to, ct);
                var mint = AbiWriter.Call(
                    "mint(address,uint256)", new AbiWriter().Address(to).UInt((BigInteger)FaucetAmount.Micro));
                await sender.SendAsync(deployment.Token, mint, Wait.Mined, ct);
                return Results.Ok(new { address = to.ToString(), amount = FaucetAmount.ToString() });
            }
            finally
            {
                oneAtATime.Release();
            }
        });
    }

    private sealed record Settings(
        string Data, string Listen, Uri? Rpc, BasisPoints Fee, int? HoldSeconds, int? CollectSeconds,
        int BatchSeconds);
}
