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

    public ChainAccess(OperatorView info)
    {
        Info = info;
        Rpc = new JsonRpcClient(http, info.Rpc, RpcTimeout);
        Client = new EthereumClient(Rpc);
    }

    public OperatorView Info { get; }

    public JsonRpcClient Rpc { get; }

    public EthereumClient Client { get; }

    /// <summary>Asks the operator where the contracts are; what it says is checked by the chain itself later.</summary>
    /// <param name="rpc">A node of the caller's own, for who does not trust the operator's.</param>
    public static async Task<ChainAccess> OfOperatorAsync(Uri url, CancellationToken ct, Uri? rpc = null)
    {
        var info = await OperatorInfo.AskAsync(url, ct);
        return new ChainAccess(info with { Rpc = rpc ?? info.Rpc });
    }

    /// <exception cref="UsageException">The node is one of another chain.</exception>
    public async Task<EthereumEscrowContract> ContractAsync(CancellationToken ct)
    {
        var contract = await EthereumEscrowContract.ConnectAsync(
            Client, new Deployment(Info.ChainId, Info.Token, Info.Escrow, Info.Bond, Info.StartBlock), ct);
        return contract.ChainId == Info.ChainId
            ? contract
            : throw new UsageException(
                $"{Info.Rpc} is a node of chain {contract.ChainId}, the contracts are on chain {Info.ChainId}: "
                + "name another with --rpc");
    }

    public AccountSender SenderOf(PrivateKey key, TimeProvider time) => new(Client, key, Info.ChainId, time);

    /// <summary>Sends a call, waits until it is final, and reads the events it made.</summary>
    public async Task<IReadOnlyList<EscrowEvent>> SendAsync(
        PrivateKey key, EscrowCall call, TimeProvider time, CancellationToken ct)
    {
        var receipt = await SendAsync(key, call, Wait.Final, time, ct);
        var contract = await ContractAsync(ct);
        var events = await contract.EventsAsync(receipt.BlockNumber, receipt.BlockNumber, ct);
        return events.Where(happened => happened.At.TxHash == new TxHash(receipt.TxHash.Value)).ToList();
    }

    /// <summary>Sends a call; on the embedded chain the gas is a gift.</summary>
    public async Task<TransactionReceipt> SendAsync(
        PrivateKey key, EscrowCall call, Wait wait, TimeProvider time, CancellationToken ct)
    {
        if (Info.IsLocalChain)
        {
            await LocalChain.FundGasAsync(Rpc, key.Address, ct);
        }

        return await SenderOf(key, time).SendAsync(call, wait, ct);
    }

    public void Dispose() => http.Dispose();
}
