using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>The calls of the escrow, and how they become transactions.</summary>
public sealed partial class EthereumEscrowContract
{
    // Base fees may rise by an eighth a block: twice the present one lasts six full blocks.
    private const int BaseFeeHeadroom = 2;

    public EscrowCall ApproveToken(TokenAmount amount) =>
        new(Token, AbiWriter.Call("approve(address,uint256)", new AbiWriter().Address(Escrow).UInt((ulong)amount.Micro)));

    public EscrowCall Deposit(TokenAmount amount) => Call("deposit(uint256)", new AbiWriter().UInt((ulong)amount.Micro));

    public EscrowCall Withdraw(TokenAmount amount) => Call("withdraw(uint256)", new AbiWriter().UInt((ulong)amount.Micro));

    public EscrowCall OpenBudget(BudgetOpening opening) => Call(
        "openBudget((address,address,uint32,uint80,uint40,uint16,bytes32,uint256))",
        new AbiWriter().Address(opening.Buyer).Address(opening.Session).UInt(opening.OperatorId.Value)
            .UInt((ulong)opening.Cap.Micro).UInt(opening.ExpiryUnixSeconds).UInt((ulong)opening.MaxFeeBps.Value)
            .Hash(opening.TermsHash).UInt(opening.Nonce));

    public EscrowCall RequestClose(BudgetNo budgetNo) => Call("requestClose(uint32)", new AbiWriter().UInt(budgetNo.Value));

    public EscrowCall Close(BudgetNo budgetNo) => Call("close(uint32)", new AbiWriter().UInt(budgetNo.Value));

    public EscrowCall RegisterProvider(EthAddress owner, EthAddress signer, EthAddress payout) => Call(
        "registerProvider(address,address,address,uint256)",
        new AbiWriter().Address(owner).Address(signer).Address(payout).UInt(0ul));

    public EscrowCall RegisterOperator(EthAddress cosigner, EthAddress feeTo) =>
        Call("registerOperator(address,address)", new AbiWriter().Address(cosigner).Address(feeTo));

    public EscrowCall Settle(OperatorId operatorId, byte[] payload, EthSignature cosignature) => Call(
        "settle(uint32,bytes,bytes)",
        new AbiWriter().UInt(operatorId.Value).Bytes(payload).Bytes(cosignature.ToCompact()));

    public EscrowCall Claim(ProviderId providerId) => Call("claim(uint32)", new AbiWriter().UInt(providerId.Value));

    public EscrowCall ClaimFee(OperatorId operatorId) => Call("claimFee(uint32)", new AbiWriter().UInt(operatorId.Value));

    public Task<SettleOutlook> SimulateAsync(EthAddress from, EscrowCall call, CancellationToken ct) => FaultsAsync(async () =>
    {
        try
        {
            return new SettleOutlook(await client.EstimateGasAsync(from, call.To, call.Data, ct), null);
        }
        catch (RpcErrorException revert)
        {
            var data = Hex.TryDecode(revert.DataHex, out var bytes) ? bytes : [];
            return new SettleOutlook(0, $"{ContractArtifact.MarketEscrow.Explain(data)} ({revert.RpcMessage})");
        }
    });

    public Task<ulong> NonceAsync(EthAddress account, CancellationToken ct) =>
        FaultsAsync(() => client.NonceAsync(account, BlockTag.Latest, ct));

    public Task<ulong> FinalizedNonceAsync(EthAddress account, CancellationToken ct) =>
        FaultsAsync(() => client.NonceAsync(account, BlockTag.Finalized, ct));

    public Task<GasFees> SuggestFeesAsync(CancellationToken ct) => FaultsAsync(async () =>
    {
        var tip = (UInt128)await client.MaxPriorityFeeAsync(ct);
        var head = await client.GetBlockAsync(BlockTag.Latest, ct);
        return new GasFees(checked(((UInt128)head.BaseFeePerGas * BaseFeeHeadroom) + tip), tip);
    });

    public SignedTransaction Sign(PrivateKey key, EscrowCall call, ulong nonce, ulong gasLimit, GasFees fees) =>
        new Eip1559Transaction(
            ChainId,
            nonce,
            (BigInteger)fees.MaxPriorityFeePerGas,
            (BigInteger)fees.MaxFeePerGas,
            gasLimit,
            call.To,
            BigInteger.Zero,
            call.Data).Sign(key);

    public Task<SendOutcome> SendAsync(byte[] raw, CancellationToken ct) => FaultsAsync(async () =>
    {
        try
        {
            await client.SendRawAsync(raw, ct);
            return SendOutcome.Accepted;
        }
        catch (RpcErrorException refusal)
        {
            return OutcomeOf(refusal.RpcMessage);
        }
    });

    public Task<MinedTransaction?> ReceiptAsync(TxHash hash, CancellationToken ct) => FaultsAsync(async () =>
        await client.GetReceiptAsync(hash, ct) is { } receipt
            ? new MinedTransaction(hash, receipt.BlockNumber, receipt.BlockHash, receipt.IsSuccess, receipt.GasUsed)
            : null);

    // Nodes agree on no codes here, only roughly on words.
    private static SendOutcome OutcomeOf(string message) => message switch
    {
        _ when Says(message, "already known") || Says(message, "already imported") => SendOutcome.AlreadyKnown,
        _ when Says(message, "nonce too low") => SendOutcome.NonceTooLow,
        _ when Says(message, "underpriced") => SendOutcome.Underpriced,
        _ when Says(message, "insufficient funds") => SendOutcome.InsufficientFunds,
        _ => SendOutcome.Unknown,
    };

    private static bool Says(string message, string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private EscrowCall Call(string signature, AbiWriter args) => new(Escrow, AbiWriter.Call(signature, args));
}
