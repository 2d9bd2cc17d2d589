using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>The escrow port over our own Ethereum client. It only translates.</summary>
public sealed partial class EthereumEscrowContract : IEscrowContract
{
    private readonly EthereumClient client;

    private EthereumEscrowContract(EthereumClient client, ulong chainId, Deployment deployment)
    {
        this.client = client;
        ChainId = chainId;
        (Escrow, Bond, Token) = (deployment.Escrow, deployment.Bond, deployment.Token);
    }

    public ulong ChainId { get; }

    public EthAddress Escrow { get; }

    public EthAddress Bond { get; }

    public EthAddress Token { get; }

    public Eip712Domain Domain => EscrowDomain.Of(ChainId, Escrow);

    public static Task<EthereumEscrowContract> ConnectAsync(
        EthereumClient client, Deployment deployment, CancellationToken ct) => FaultsAsync(async () =>
        new EthereumEscrowContract(client, await client.ChainIdAsync(ct), deployment));

    public Task<ChainBlock> LatestBlockAsync(CancellationToken ct) =>
        FaultsAsync(async () => Translate(await client.GetBlockAsync(BlockTag.Latest, ct)));

    public Task<ChainBlock> FinalizedBlockAsync(CancellationToken ct) =>
        FaultsAsync(async () => Translate(await client.GetBlockAsync(BlockTag.Finalized, ct)));

    public Task<ChainBlock?> BlockAsync(BlockNumber number, CancellationToken ct) => FaultsAsync(async () =>
        await client.FindBlockAsync(BlockTag.At(number), ct) is { } header ? Translate(header) : null);

    public Task<IReadOnlyList<EscrowEvent>> EventsAsync(BlockNumber from, BlockNumber to, CancellationToken ct) =>
        FaultsAsync(async () => EscrowLogs.Read(await client.GetLogsAsync(Escrow, from, to, ct)));

    public Task<Budget?> BudgetAsync(BudgetNo budgetNo, BlockNumber? at, CancellationToken ct) => ViewAsync(
        "budgetOf(uint32)",
        new AbiWriter().UInt(budgetNo.Value),
        at,
        reader =>
        {
            var (buyer, session) = (reader.Address(), reader.Address());
            var budget = new Budget(
                budgetNo,
                buyer,
                session,
                new OperatorId((uint)reader.UInt64()),
                EscrowLogs.Amount(reader.UInt256()),
                EscrowLogs.Amount(reader.UInt256()),
                reader.UInt64(),
                new BasisPoints((int)reader.UInt64()),
                (uint)reader.UInt64(),
                (byte)reader.UInt64());
            return budget.State == 0 ? null : budget;
        },
        ct);

    public Task<ProviderEntry?> ProviderAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct) => ViewAsync(
        "providerOf(uint32)",
        new AbiWriter().UInt(providerId.Value),
        at,
        reader => new ProviderEntry(providerId, reader.Address(), reader.Address(), reader.Address()) is var entry
            && !entry.Owner.IsZero ? entry : null,
        ct);

    public Task<OperatorEntry?> OperatorAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct) => ViewAsync(
        "operatorOf(uint32)",
        new AbiWriter().UInt(operatorId.Value),
        at,
        reader => new OperatorEntry(operatorId, reader.Address(), reader.Address(), reader.Address()) is var entry
            && !entry.Owner.IsZero ? entry : null,
        ct);

    public Task<TokenAmount> FreeAsync(EthAddress buyer, BlockNumber? at, CancellationToken ct) =>
        AmountAsync("free(address)", new AbiWriter().Address(buyer), at, ct);

    public Task<TokenAmount> CreditAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct) =>
        AmountAsync("credit(uint32)", new AbiWriter().UInt(providerId.Value), at, ct);

    public Task<TokenAmount> FeeCreditAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct) =>
        AmountAsync("feeCredit(uint32)", new AbiWriter().UInt(operatorId.Value), at, ct);

    public Task<TokenAmount> TotalOwedAsync(BlockNumber? at, CancellationToken ct) =>
        AmountAsync("totalOwed()", new AbiWriter(), at, ct);

    public Task<Hash32> AccAsync(BlockNumber? at, CancellationToken ct) =>
        ViewAsync("acc()", new AbiWriter(), at, reader => reader.Hash32(), ct);

    public Task<TokenAmount> TokenBalanceAsync(EthAddress account, BlockNumber? at, CancellationToken ct) =>
        FaultsAsync(async () => EscrowLogs.Amount(new AbiReader(await client.CallAsync(
            Token, AbiWriter.Call("balanceOf(address)", new AbiWriter().Address(account)), TagOf(at), ct)).UInt256()));

    public Task<UInt128> GasBalanceWeiAsync(EthAddress account, CancellationToken ct) =>
        FaultsAsync(async () => (UInt128)await client.GetBalanceAsync(account, BlockTag.Latest, ct));

    private static BlockTag TagOf(BlockNumber? at) => at is { } number ? BlockTag.At(number) : BlockTag.Latest;

    private static ChainBlock Translate(BlockHeader header) =>
        new(header.Number, header.Hash, header.ParentHash, header.TimestampSeconds);

    private Task<TokenAmount> AmountAsync(string view, AbiWriter args, BlockNumber? at, CancellationToken ct) =>
        ViewAsync(view, args, at, reader => EscrowLogs.Amount(reader.UInt256()), ct);

    private Task<T> ViewAsync<T>(
        string view, AbiWriter args, BlockNumber? at, Func<AbiReader, T> read, CancellationToken ct) =>
        FaultsAsync(async () =>
            read(new AbiReader(await client.CallAsync(Escrow, AbiWriter.Call(view, args), TagOf(at), ct))));

    private static async Task<T> FaultsAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception fault) when (fault is RpcException or AbiDecodingException)
        {
            throw new ChainFaultException(fault.Message, fault);
        }
    }
}
