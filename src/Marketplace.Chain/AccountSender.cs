using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>How far a transaction must have come before its sender goes on.</summary>
public enum Wait
{
    /// <summary>In a block: enough for a further call of the same account that needs it.</summary>
    Mined = 1,

    /// <summary>In a block that no reorganisation undoes: enough for anybody to rely on.</summary>
    Final,
}

/// <summary>
/// Sends one account's transactions, one after the other, and stays with each until it is mined or final: for people
/// at a keyboard and for set-up. Settlement has its own outbox and never uses this.
/// </summary>
public sealed class AccountSender(EthereumClient client, PrivateKey key, ulong chainId, TimeProvider time)
{
    /// <summary>How long one transaction may take until it is final: Ethereum needs 13 to 20 minutes.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(30);

    /// <summary>The most gas that one transaction may ask for (EIP-7825).</summary>
    private const ulong MaxTransactionGas = 16_777_216;

    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(200);

    public EthAddress Address => key.Address;

    /// <inheritdoc cref="SendAsync(EthAddress?, byte[], Wait, CancellationToken)"/>
    public Task<TransactionReceipt> SendAsync(EscrowCall call, Wait wait, CancellationToken ct) =>
        SendAsync(call.To, call.Data, wait, ct);

    /// <summary>Sends, and waits until the transaction is mined or final.</summary>
    /// <param name="to">Null to create a contract.</param>
    /// <exception cref="CallRevertedException">The contract refuses; its reason is decoded.</exception>
    /// <exception cref="CallRefusedException">The node refuses.</exception>
    /// <exception cref="CallUnconfirmedException">Not mined or not final in time.</exception>
    /// <exception cref="ChainFaultException">The node failed.</exception>
    public async Task<TransactionReceipt> SendAsync(EthAddress? to, byte[] data, Wait wait, CancellationToken ct)
    {
        var gas = await EstimateAsync(key.Address, to, data, ct);
        var fees = await FeeOffer.SuggestAsync(client, ct);
        var nonce = await NodeFaults.TranslateAsync(() => client.NonceAsync(key.Address, BlockTag.Pending, ct));
        var signed = new Eip1559Transaction(
            chainId, nonce, fees.MaxPriorityFeePerGas, fees.MaxFeePerGas, gas, to, BigInteger.Zero, data).Sign(key);
        await HandOverAsync(signed, ct);
        var receipt = await UntilAsync(wait, signed.Hash, ct);
        return receipt.IsSuccess
            ? receipt
            : throw new CallRevertedException(await ReasonAsync(key.Address, to, data, receipt, ct), signed.Hash);
    }

    private async Task<ulong> EstimateAsync(EthAddress from, EthAddress? to, byte[] data, CancellationToken ct)
    {
        try
        {
            // A quarter more: other transactions may come first and make storage writes dearer.
            var estimate = await client.EstimateGasAsync(from, to, data, ct);
            return Math.Min(checked(estimate + (estimate / 4)), Math.Max(estimate, MaxTransactionGas));
        }
        catch (RpcErrorException refusal) when (RevertReason.Of(refusal) is { } reason)
        {
            throw new CallRevertedException(reason, transaction: null);
        }
        catch (RpcErrorException refusal) when (NodeFaults.Classify(refusal) == SendOutcome.InsufficientFunds)
        {
            throw new CallRefusedException(refusal.RpcMessage);
        }
        catch (RpcException fault)
        {
            throw new ChainFaultException(fault.Message, fault);
        }
    }

    private async Task HandOverAsync(SignedTransaction signed, CancellationToken ct)
    {
        try
        {
            await client.SendRawAsync(signed.Raw, ct);
        }
        catch (RpcErrorException refusal)
        {
            if (NodeFaults.Classify(refusal) != SendOutcome.AlreadyKnown)
            {
                throw new CallRefusedException(refusal.RpcMessage);
            }
        }
        catch (RpcTimeoutException)
        {
            // It may have arrived: the receipt tells.
        }
        catch (RpcException fault)
        {
            throw new ChainFaultException(fault.Message, fault);
        }
    }

    private async Task<TransactionReceipt> UntilAsync(Wait wait, TxHash transaction, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(Bound, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            while (true)
            {
                if (await ReceiptAsync(wait, transaction, either.Token) is { } receipt)
                {
                    return receipt;
                }

                await Task.Delay(PollEvery, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new CallUnconfirmedException(transaction, Bound);
        }
    }

    private Task<TransactionReceipt?> ReceiptAsync(Wait wait, TxHash transaction, CancellationToken ct) =>
        NodeFaults.TranslateAsync(async () =>
        {
            // The final block is asked for first: what it holds when the receipt is read later, it still holds.
            var finalized = wait == Wait.Final ? await client.FindBlockAsync(BlockTag.Finalized, ct) : null;
            var receipt = await client.GetReceiptAsync(transaction, ct);
            return wait == Wait.Mined || receipt?.BlockNumber <= finalized?.Number ? receipt : null;
        });

    /// <remarks>
    /// A receipt does not say why; the same call on the state before its block mostly fails the same way.
    /// </remarks>
    private async Task<RevertReason> ReasonAsync(
        EthAddress from, EthAddress? to, byte[] data, TransactionReceipt receipt, CancellationToken ct)
    {
        try
        {
            if (to is { } contract && receipt.BlockNumber.Value > 0)
            {
                await client.CallAsync(from, contract, data, new BlockNumber(receipt.BlockNumber.Value - 1), ct);
            }
        }
        catch (RpcErrorException refusal) when (RevertReason.Of(refusal) is { } reason)
        {
            return reason;
        }
        catch (RpcException)
        {
            // The node keeps no old state: the failure stands without its reason.
        }

        return new RevertReason("NoReason", []);
    }
}
