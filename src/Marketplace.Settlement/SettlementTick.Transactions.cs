using Marketplace.Escrow;
using Marketplace.Kernel;
using Microsoft.Extensions.Logging;

namespace Marketplace.Settlement;

/// <summary>The care of open transactions: sign, store, send, look, send again, raise the fee.</summary>
public sealed partial class SettlementTick
{
    private const ulong TransferGas = 21_000;

    private async Task CareAsync(CancellationToken ct)
    {
        var all = await store.OpenTransactionsAsync(ct);
        if (await FillGapsAsync(all, ct))
        {
            all = await store.OpenTransactionsAsync(ct);
        }

        foreach (var open in all)
        {
            await CareAsync(open, ct);
        }
    }

    /// <summary>
    /// Frees transactions that wait behind a nonce which nobody uses: a foreign transaction had it and a
    /// reorganisation took that one back. An empty transfer to ourselves takes its place.
    /// </summary>
    /// <returns>Whether there was a gap.</returns>
    private async Task<bool> FillGapsAsync(IReadOnlyList<OpenTransaction> open, CancellationToken ct)
    {
        if (open is not [.., { Nonce: var highest }])
        {
            return false;
        }

        var sender = parties.GasKey.Address;
        var next = await parties.Contract.NonceAsync(sender, ct);
        var ours = await store.NoncesAsync(sender, next, ct);
        var isFilled = false;
        for (var nonce = next; nonce < highest; nonce++)
        {
            if (!ours.Contains(nonce))
            {
                isFilled = true;
                LogFilled(nonce);
                await store.AddFillerAsync(parties.Contract.ChainId, sender, nonce, TransferGas, ct);
            }
        }

        return isFilled;
    }

    private async Task CareAsync(OpenTransaction open, CancellationToken ct)
    {
        // Read before the receipts: a nonce that is final by then has its receipt by then, if it was used by us.
        var used = await parties.Contract.FinalizedNonceAsync(parties.GasKey.Address, ct);
        var mined = await ReceiptAsync(open, ct);
        await store.SeenMinedAsync(open.Id, mined, ct);
        if (mined is not null)
        {
            await EndWhenFinalAsync(open, mined, ct);
            return;
        }

        if (used > open.Nonce)
        {
            LogNonceTaken(open.Nonce);
            await store.EndTransactionAsync(open, "dead", null, ct);
            return;
        }

        var head = await parties.Contract.LatestBlockAsync(ct);
        if (open.Attempts.Count == 0)
        {
            var fees = FeeBump.Capped(await parties.Contract.SuggestFeesAsync(ct), options.FeeCapWei);
            await AttemptAsync(open, fees, head.Number, ct);
        }
        else if (head.Number.Value >= open.Attempts[^1].FirstHead.Value + options.BumpAfterBlocks)
        {
            await BumpAsync(open, head.Number, ct);
        }
        else
        {
            // An attempt never sent and one whose reply was lost look the same, and so does the cure.
            await SendAsync(open.Attempts[^1].Hash, open.Attempts[^1].Raw, ct);
        }
    }

    private async Task<MinedTransaction?> ReceiptAsync(OpenTransaction open, CancellationToken ct)
    {
        foreach (var attempt in open.Attempts)
        {
            if (await parties.Contract.ReceiptAsync(attempt.Hash, ct) is { } mined)
            {
                return mined;
            }
        }

        return null;
    }

    private async Task EndWhenFinalAsync(OpenTransaction open, MinedTransaction mined, CancellationToken ct)
    {
        var cursor = await store.FinalCursorAsync(ct);
        if (cursor is { } at && mined.Block <= at.Number)
        {
            await store.EndTransactionAsync(open, mined.IsSuccess ? "final" : "reverted", mined.GasUsed, ct);
            LogEnded(mined.Hash, mined.IsSuccess, mined.GasUsed);
        }
    }

    private async Task BumpAsync(OpenTransaction open, BlockNumber head, CancellationToken ct)
    {
        var suggested = await parties.Contract.SuggestFeesAsync(ct);
        if (FeeBump.NextUp(open.Attempts[^1].Fees, suggested, options.FeeCapWei) is { } fees)
        {
            await AttemptAsync(open, fees, head, ct);
        }
        else
        {
            LogFeeCap(open.Nonce);
            await SendAsync(open.Attempts[^1].Hash, open.Attempts[^1].Raw, ct);
        }
    }

    private async Task AttemptAsync(OpenTransaction open, GasFees fees, BlockNumber head, CancellationToken ct)
    {
        var call = open.Batch is { } batch
            ? parties.Contract.Settle(options.OperatorId, batch.Payload, batch.Cosignature)
            : new EscrowCall(parties.GasKey.Address, []);
        var signed = parties.Contract.Sign(parties.GasKey, call, open.Nonce, open.GasLimit, fees);
        await store.AddAttemptAsync(open.Id, signed, fees, head, ct);
        FaultPoints.Pass(FaultPoints.AttemptStored);
        await SendAsync(signed.Hash, signed.Raw, ct);
    }

    private async Task SendAsync(TxHash hash, byte[] raw, CancellationToken ct)
    {
        var outcome = await parties.Contract.SendAsync(raw, ct);
        FaultPoints.Pass(FaultPoints.TransactionSent);
        LogSent(hash, outcome);
        if (outcome == SendOutcome.InsufficientFunds)
        {
            LogNoGas(parties.GasKey.Address);
        }

        // The bytes are out: a shutdown must not stop us from writing that down.
        await store.BroadcastAsync(hash, CancellationToken.None);
    }

    [LoggerMessage(6011, LogLevel.Information, "Sent {Transaction}: {Outcome}")]
    private partial void LogSent(TxHash transaction, SendOutcome outcome);

    [LoggerMessage(6012, LogLevel.Information, "{Transaction} is final, success {IsSuccess}, {Gas} gas")]
    private partial void LogEnded(TxHash transaction, bool isSuccess, ulong gas);

    [LoggerMessage(6013, LogLevel.Error, "Nonce {Nonce} was used by a transaction that is not ours")]
    private partial void LogNonceTaken(ulong nonce);

    [LoggerMessage(6015, LogLevel.Error, "The gas account {Account} cannot pay for its transactions")]
    private partial void LogNoGas(EthAddress account);

    [LoggerMessage(6016, LogLevel.Warning, "Nobody uses nonce {Nonce}: an empty transaction fills the gap")]
    private partial void LogFilled(ulong nonce);

    [LoggerMessage(6014, LogLevel.Error, "The transaction with nonce {Nonce} waits at the fee cap")]
    private partial void LogFeeCap(ulong nonce);
}
