using Marketplace.Api;
using Marketplace.Chain;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Cli;

/// <summary>The chain of an operator, as any of its users reaches it.</summary>
public sealed class ChainAccess : IDisposable
{
    private static readonly TimeSpan RpcTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient http = new();

    private ChainAccess(OperatorView info)
    {
        Info = info;
        Rpc = new JsonRpcClient(http, info.Rpc, RpcTimeout);
        Client = new EthereumClient(Rpc);
    }

    public OperatorView Info { get; }

    public JsonRpcClient Rpc { get; }

    public EthereumClient Client { get; }

    /// <summary>Asks the operator where the contracts are; what it says is checked by the chain itself later.</summary>
    public static async Task<ChainAccess> OfOperatorAsync(Uri url, CancellationToken ct)
    {
        using var asking = new HttpClient();
        var info = await asking.GetFromJsonAsync<OperatorView>(new Uri(url, "/v1/info"), ct)
            ?? throw new UsageException($"{url} is no operator of this market.");
        return new ChainAccess(info);
    }

    public Task<EthereumEscrowContract> ContractAsync(CancellationToken ct) => EthereumEscrowContract.ConnectAsync(
        Client, new Deployment(Info.ChainId, Info.Token, Info.Escrow, Info.Bond, Info.StartBlock), ct);

    public AccountSender SenderOf(PrivateKey key, TimeProvider time) => new(Client, key, Info.ChainId, time);

    /// <summary>Sends a call, waits until it is final, and reads the events it made.</summary>
    public async Task<IReadOnlyList<EscrowEvent>> SendAsync(
        PrivateKey key, EscrowCall call, TimeProvider time, CancellationToken ct)
    {
        if (Info.IsLocalChain)
        {
            await LocalChain.FundGasAsync(Rpc, key.Address, ct);
        }

        var receipt = await SenderOf(key, time).SendAsync(call, ct);
        var contract = await ContractAsync(ct);
        var events = await contract.EventsAsync(receipt.BlockNumber, receipt.BlockNumber, ct);
        return events.Where(happened => happened.At.TxHash == new TxHash(receipt.TxHash.Value)).ToList();
    }

    public void Dispose() => http.Dispose();
}
