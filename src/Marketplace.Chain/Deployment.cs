using System.Numerics;
using System.Text.Json;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>Where the contracts stand on one chain.</summary>
public sealed record Deployment(
    ulong ChainId, EthAddress Token, EthAddress Escrow, EthAddress Bond, BlockNumber StartBlock)
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Deployment? Load(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<Deployment>(File.ReadAllText(path), Readable) : null;

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Readable));
}

/// <summary>Puts the contracts on any chain.</summary>
public sealed class ContractDeployer(EthereumClient client, PrivateKey deployer, TimeProvider time)
{
    private const string DeployedBefore = "An earlier deployment stands on this chain and is used.";

    /// <summary>Deploys token (unless one is given), escrow and bond; an earlier deployment that stands is used again.</summary>
    public async Task<Deployment> DeployAsync(string path, EthAddress? token, IProgress<string> progress, CancellationToken ct)
    {
        var chainId = await client.ChainIdAsync(ct);
        if (Deployment.Load(path) is { } earlier && earlier.ChainId == chainId
            && (await client.GetCodeAsync(earlier.Escrow, BlockTag.Latest, ct)).Length > 0)
        {
            progress.Report(DeployedBefore);
            return earlier;
        }

        var start = await client.BlockNumberAsync(ct);
        var sender = new AccountSender(client, deployer, chainId, time);
        var payment = token ?? await CreateAsync(sender, "token", ContractArtifact.MarketToken, new AbiWriter(), progress, ct);
        var escrow = await CreateAsync(
            sender, "escrow", ContractArtifact.MarketEscrow, new AbiWriter().Address(payment), progress, ct);
        var bond = await CreateAsync(
            sender, "bond", ContractArtifact.ProviderBond, new AbiWriter().Address(payment).Address(escrow), progress, ct);
        var deployment = new Deployment(chainId, payment, escrow, bond, start);
        deployment.Save(path);
        return deployment;
    }

    private static async Task<EthAddress> CreateAsync(
        AccountSender sender, string name, ContractArtifact artifact, AbiWriter args, IProgress<string> progress,
        CancellationToken ct)
    {
        progress.Report($"Deploying the {name} contract");
        var receipt = await sender.SendAsync(null, [.. artifact.Bytecode, .. args.ToArray()], ct);
        return receipt.ContractAddress
            ?? throw new ChainFaultException($"The {name} contract was not created by {receipt.TxHash}.");
    }
}

/// <summary>Sends one account's transactions, one after the other, and waits until each is final.</summary>
public sealed class AccountSender(EthereumClient client, PrivateKey key, ulong chainId, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public EthAddress Address => key.Address;

    /// <exception cref="ChainFaultException">It would revert, did revert, or was not final in time.</exception>
    public Task<TransactionReceipt> SendAsync(EscrowCall call, CancellationToken ct) => SendAsync(call.To, call.Data, ct);

    /// <exception cref="ChainFaultException">It would revert, did revert, or was not final in time.</exception>
    public async Task<TransactionReceipt> SendAsync(EthAddress? to, byte[] data, CancellationToken ct)
    {
        try
        {
            var gas = await client.EstimateGasAsync(key.Address, to, data, ct);
            var tip = await client.MaxPriorityFeeAsync(ct);
            var head = await client.GetBlockAsync(BlockTag.Latest, ct);
            var nonce = await client.NonceAsync(key.Address, BlockTag.Pending, ct);
            var transaction = new Eip1559Transaction(
                chainId, nonce, tip, (head.BaseFeePerGas * 2) + tip, gas + (gas / 4), to, BigInteger.Zero, data);
            return await WaitAsync(await client.SendRawAsync(transaction.Sign(key).Raw, ct), ct);
        }
        catch (RpcErrorException refusal)
        {
            var revert = Hex.TryDecode(refusal.DataHex, out var bytes) ? ContractArtifact.MarketEscrow.Explain(bytes) : "";
            throw new ChainFaultException($"The chain refused: {refusal.RpcMessage} {revert}", refusal);
        }
        catch (RpcException fault)
        {
            throw new ChainFaultException(fault.Message, fault);
        }
    }

    private async Task<TransactionReceipt> WaitAsync(TxHash hash, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < Patience)
        {
            if (await client.GetReceiptAsync(hash, ct) is { } receipt)
            {
                var final = await client.GetBlockAsync(BlockTag.Finalized, ct);
                if (receipt.BlockNumber <= final.Number)
                {
                    return receipt.IsSuccess ? receipt : throw new ChainFaultException($"Transaction {hash} reverted.");
                }
            }

            await Task.Delay(Pause, time, ct);
        }

        throw new ChainFaultException($"Transaction {hash} was not final in {Patience.TotalMinutes} minutes.");
    }
}
