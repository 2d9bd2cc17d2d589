using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>
/// The escrow port over a node's JSON-RPC. It only translates; one object serves many callers at once.
/// </summary>
public sealed class EthereumEscrowContract : IEscrowContract
{
    private readonly EthereumClient client;
    private readonly EscrowCalls calls;
    private readonly EscrowViews views;

    private EthereumEscrowContract(EthereumClient client, ContractAddresses at, ulong chainId, BigInteger unit)
    {
        this.client = client;
        (Escrow, Registry, Bond, Token) = (at.Escrow, at.Registry, at.Bond, at.Token);
        ChainId = chainId;
        Domain = EscrowDomain.Of(chainId, at.Escrow);
        calls = new EscrowCalls(at, unit);
        views = new EscrowViews(client, at, unit);
    }

    public ulong ChainId { get; }

    public EthAddress Escrow { get; }

    public EthAddress Registry { get; }

    public EthAddress Bond { get; }

    public EthAddress Token { get; }

    public Eip712Domain Domain { get; }

    /// <summary>Connects after checking that the contracts belong together and sign in our domain.</summary>
    /// <exception cref="ChainFaultException">The node failed, or other contracts are at these addresses.</exception>
    public static async Task<EthereumEscrowContract> ConnectAsync(
        EthereumClient client, EthAddress escrow, EthAddress bond, EthAddress token, CancellationToken ct)
    {
        var addresses = new ContractAddresses(escrow, bond, token);
        var chainId = await NodeFaults.TranslateAsync(() => client.ChainIdAsync(ct));
        var unit = await ConnectionCheck.UnitAsync(client, addresses, chainId, ct);
        return new EthereumEscrowContract(client, addresses, chainId, unit);
    }

    /// <inheritdoc cref="ConnectAsync(EthereumClient, EthAddress, EthAddress, EthAddress, CancellationToken)"/>
    public static Task<EthereumEscrowContract> ConnectAsync(
        EthereumClient client, Deployment deployment, CancellationToken ct) =>
        ConnectAsync(client, deployment.Escrow, deployment.Bond, deployment.Token, ct);

    public Task<ChainBlock> LatestBlockAsync(CancellationToken ct) => BlockAsync(BlockTag.Latest, ct);

    public Task<ChainBlock> FinalizedBlockAsync(CancellationToken ct) => BlockAsync(BlockTag.Finalized, ct);

    public async Task<ChainBlock?> BlockAsync(BlockNumber number, CancellationToken ct)
    {
        var found = await NodeFaults.TranslateAsync(() => client.FindBlockAsync(BlockTag.At(number), ct));
        return found is null ? null : Translate(found);
    }

    public async Task<IReadOnlyList<EscrowEvent>> EventsAsync(BlockNumber from, BlockNumber to, CancellationToken ct)
    {
        var logs = await NodeFaults.TranslateAsync(() => client.GetLogsAsync([Escrow, Registry], from, to, ct));
        return EscrowLogs.Read(logs);
    }

    public Task<Budget?> BudgetAsync(BudgetNo budgetNo, BlockNumber? at, CancellationToken ct) =>
        views.BudgetAsync(budgetNo, at, ct);

    public Task<ProviderEntry?> ProviderAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct) =>
        views.ProviderAsync(providerId, at, ct);

    public Task<OperatorEntry?> OperatorAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct) =>
        views.OperatorAsync(operatorId, at, ct);

    public Task<ulong> CosignsUntilAsync(OperatorId operatorId, EthAddress key, CancellationToken ct) =>
        views.CosignsUntilAsync(operatorId, key, ct);

    public Task<TokenAmount> FreeAsync(EthAddress buyer, BlockNumber? at, CancellationToken ct) =>
        views.FreeAsync(buyer, at, ct);

    public Task<TokenAmount> CreditAsync(ProviderId providerId, BlockNumber? at, CancellationToken ct) =>
        views.CreditAsync(providerId, at, ct);

    public Task<TokenAmount> FeeCreditAsync(OperatorId operatorId, BlockNumber? at, CancellationToken ct) =>
        views.FeeCreditAsync(operatorId, at, ct);

    public Task<TokenAmount> TotalOwedAsync(BlockNumber? at, CancellationToken ct) => views.TotalOwedAsync(at, ct);

    public Task<Hash32> AccAsync(BlockNumber? at, CancellationToken ct) => views.AccAsync(at, ct);

    public Task<TokenAmount> TokenBalanceAsync(EthAddress account, BlockNumber? at, CancellationToken ct) =>
        views.TokenBalanceAsync(account, at, ct);

    public async Task<UInt128> GasBalanceWeiAsync(EthAddress account, CancellationToken ct) => MicroTokens.Wei(
        await NodeFaults.TranslateAsync(() => client.GetBalanceAsync(account, BlockTag.Latest, ct)));

    public EscrowCall ApproveToken(TokenAmount amount) => calls.ApproveToken(amount);

    /// <summary>Mints the token of local chains and tests; only its deployer may send this.</summary>
    public EscrowCall MintToken(EthAddress to, TokenAmount amount) => calls.MintToken(to, amount);

    public EscrowCall Deposit(TokenAmount amount) => calls.Deposit(amount);

    public EscrowCall Withdraw(TokenAmount amount) => calls.Withdraw(amount);

    public EscrowCall OpenBudget(BudgetOpening opening) => calls.OpenBudget(opening);

    public EscrowCall RequestClose(BudgetNo budgetNo) => calls.RequestClose(budgetNo);

    public EscrowCall Close(BudgetNo budgetNo) => calls.Close(budgetNo);

    public EscrowCall RegisterProvider(EthAddress owner, EthAddress signer, EthAddress payout) =>
        calls.RegisterProvider(owner, signer, payout);

    public EscrowCall RegisterOperator(EthAddress cosigner, EthAddress feeTo) =>
        calls.RegisterOperator(cosigner, feeTo);

    public EscrowCall Settle(OperatorId operatorId, byte[] payload, EthSignature cosignature) =>
        calls.Settle(operatorId, payload, cosignature);

    public EscrowCall SettleCosigned(byte[] payload, IReadOnlyList<EthSignature> cosignatures) =>
        calls.SettleCosigned(payload, cosignatures);

    public EscrowCall SettleTickets(IReadOnlyList<CosignedTicket> rows) => calls.SettleTickets(rows);

    public EscrowCall Claim(ProviderId providerId) => calls.Claim(providerId);

    public EscrowCall ClaimFee(OperatorId operatorId) => calls.ClaimFee(operatorId);

    public async Task<SettleOutlook> SimulateAsync(EthAddress from, EscrowCall call, CancellationToken ct)
    {
        try
        {
            return new SettleOutlook(await client.EstimateGasAsync(from, call.To, call.Data, ct), Revert: null);
        }
        catch (RpcErrorException refusal) when (RevertReason.Of(refusal) is { } reason)
        {
            return new SettleOutlook(Gas: 0, reason.ToString());
        }
        catch (RpcException fault)
        {
            throw new ChainFaultException(fault.Message, fault);
        }
    }

    public Task<ulong> NonceAsync(EthAddress account, CancellationToken ct) =>
        NodeFaults.TranslateAsync(() => client.NonceAsync(account, BlockTag.Latest, ct));

    public Task<ulong> FinalizedNonceAsync(EthAddress account, CancellationToken ct) =>
        NodeFaults.TranslateAsync(() => client.NonceAsync(account, BlockTag.Finalized, ct));

    public Task<GasFees> SuggestFeesAsync(CancellationToken ct) => FeeOffer.SuggestAsync(client, ct);

    public SignedTransaction Sign(PrivateKey key, EscrowCall call, ulong nonce, ulong gasLimit, GasFees fees) =>
        new Eip1559Transaction(
            ChainId, nonce, fees.MaxPriorityFeePerGas, fees.MaxFeePerGas, gasLimit, call.To, BigInteger.Zero, call.Data)
            .Sign(key);

    public async Task<SendOutcome> SendAsync(byte[] raw, CancellationToken ct)
    {
        try
        {
            await client.SendRawAsync(raw, ct);
            return SendOutcome.Accepted;
        }
        catch (RpcErrorException refusal)
        {
            return NodeFaults.Classify(refusal);
        }
        catch (RpcException fault)
        {
            throw new ChainFaultException(fault.Message, fault);
        }
    }

    public async Task<MinedTransaction?> ReceiptAsync(TxHash hash, CancellationToken ct)
    {
        var receipt = await NodeFaults.TranslateAsync(() => client.GetReceiptAsync(hash, ct));
        return receipt is null ? null : Translate(receipt);
    }

    private static MinedTransaction Translate(TransactionReceipt receipt) => new(
        receipt.TxHash, receipt.BlockNumber, receipt.BlockHash, receipt.IsSuccess, receipt.GasUsed);

    private static ChainBlock Translate(BlockHeader header) =>
        new(header.Number, header.Hash, header.ParentHash, header.TimestampSeconds);

    private async Task<ChainBlock> BlockAsync(BlockTag tag, CancellationToken ct) =>
        Translate(await NodeFaults.TranslateAsync(() => client.GetBlockAsync(tag, ct)));
}

/// <summary>Where the contracts are.</summary>
internal sealed record ContractAddresses(EthAddress Escrow, EthAddress Bond, EthAddress Token)
{
    public EthAddress Registry { get; } = Chain.Registry.AddressOf(Escrow);
}
