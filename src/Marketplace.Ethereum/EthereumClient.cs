using System.Numerics;
using System.Text.Json;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>The calls of the Ethereum JSON-RPC specification that the chain adapter needs, typed.</summary>
/// <remarks>Every call may throw the faults of <see cref="JsonRpcClient"/>; amounts are in wei.</remarks>
public sealed class EthereumClient(JsonRpcClient rpc)
{
    public async Task<ulong> ChainIdAsync(CancellationToken ct) =>
        RpcHex.QuantityUInt64(await rpc.CallAsync("eth_chainId", [], ct));

    public async Task<BlockNumber> BlockNumberAsync(CancellationToken ct) =>
        new(RpcHex.QuantityUInt64(await rpc.CallAsync("eth_blockNumber", [], ct)));

    /// <exception cref="RpcUnknownBlockException">The node has no such block.</exception>
    public async Task<BlockHeader> GetBlockAsync(BlockTag block, CancellationToken ct) =>
        await FindBlockAsync(block, ct) ?? throw new RpcUnknownBlockException(block);

    /// <summary>Null when the node has no such block: above the head, or nothing is finalized yet.</summary>
    public async Task<BlockHeader?> FindBlockAsync(BlockTag block, CancellationToken ct)
    {
        var found = await rpc.CallAsync("eth_getBlockByNumber", [block.ToString(), false], ct);
        return RpcHex.IsMissing(found) ? null : ReadHeader(found);
    }

    /// <summary>The logs of these contracts in the blocks from and to, both included, in the chain's order.</summary>
    public Task<IReadOnlyList<ChainLogEntry>> GetLogsAsync(
        IReadOnlyList<EthAddress> addresses, BlockNumber from, BlockNumber to, CancellationToken ct) =>
        QueryLogsAsync(
            new
            {
                address = addresses,
                fromBlock = BlockTag.At(from).ToString(),
                toBlock = BlockTag.At(to).ToString(),
            },
            ct);

    /// <summary>The logs of one contract in one block, by its hash: no reorganisation can mix two blocks.</summary>
    public Task<IReadOnlyList<ChainLogEntry>> GetLogsAsync(
        EthAddress address, Hash32 blockHash, CancellationToken ct) =>
        QueryLogsAsync(new { address, blockHash }, ct);

    /// <summary>Null while the transaction is not mined.</summary>
    public async Task<TransactionReceipt?> GetReceiptAsync(TxHash transaction, CancellationToken ct)
    {
        var receipt = await rpc.CallAsync("eth_getTransactionReceipt", [transaction.ToString()], ct);
        return RpcHex.IsMissing(receipt) ? null : ReadReceipt(receipt);
    }

    /// <summary>Hands signed bytes to the node's pool. Sending them twice may be refused but does no harm.</summary>
    public async Task<TxHash> SendRawAsync(byte[] raw, CancellationToken ct) =>
        new(RpcHex.Hash(await rpc.CallAsync("eth_sendRawTransaction", [Hex.Encode(raw)], ct)));

    /// <param name="to">Null to create a contract.</param>
    /// <exception cref="RpcErrorException">The transaction would revert.</exception>
    public async Task<ulong> EstimateGasAsync(EthAddress from, EthAddress? to, byte[] data, CancellationToken ct)
    {
        object call = to is { } target
            ? new { from, to = target, data = Hex.Encode(data) }
            : new { from, data = Hex.Encode(data) };
        return RpcHex.QuantityUInt64(await rpc.CallAsync("eth_estimateGas", [call], ct));
    }

    /// <exception cref="RpcErrorException">The call reverts; its data say why.</exception>
    public Task<byte[]> CallAsync(EthAddress to, byte[] data, BlockTag at, CancellationToken ct) =>
        DataAsync("eth_call", [new { to, data = Hex.Encode(data) }, at.ToString()], ct);

    /// <summary>As above, with the sender that the contract sees.</summary>
    public Task<byte[]> CallAsync(EthAddress from, EthAddress to, byte[] data, BlockTag at, CancellationToken ct) =>
        DataAsync("eth_call", [new { from, to, data = Hex.Encode(data) }, at.ToString()], ct);

    /// <summary>How many transactions the account has sent, which is the nonce of its next.</summary>
    public async Task<ulong> NonceAsync(EthAddress address, BlockTag at, CancellationToken ct) =>
        RpcHex.QuantityUInt64(await rpc.CallAsync("eth_getTransactionCount", [address, at.ToString()], ct));

    public async Task<BigInteger> GetBalanceAsync(EthAddress address, BlockTag at, CancellationToken ct) =>
        RpcHex.Quantity(await rpc.CallAsync("eth_getBalance", [address, at.ToString()], ct));

    /// <summary>The tip per gas that the node suggests.</summary>
    public async Task<BigInteger> MaxPriorityFeeAsync(CancellationToken ct) =>
        RpcHex.Quantity(await rpc.CallAsync("eth_maxPriorityFeePerGas", [], ct));

    /// <summary>A contract's code; empty where there is none.</summary>
    public Task<byte[]> GetCodeAsync(EthAddress address, BlockTag at, CancellationToken ct) =>
        DataAsync("eth_getCode", [address, at.ToString()], ct);

    private async Task<byte[]> DataAsync(string method, object?[] args, CancellationToken ct) =>
        RpcHex.Data(await rpc.CallAsync(method, args, ct));

    private async Task<IReadOnlyList<ChainLogEntry>> QueryLogsAsync(object filter, CancellationToken ct)
    {
        var logs = await rpc.CallAsync("eth_getLogs", [filter], ct);
        return ReadLogs(logs);
    }

    private static BlockHeader ReadHeader(JsonElement block) => new(
        new BlockNumber(RpcHex.QuantityUInt64(RpcHex.Member(block, "number"))),
        RpcHex.Hash(RpcHex.Member(block, "hash")),
        RpcHex.Hash(RpcHex.Member(block, "parentHash")),
        RpcHex.QuantityUInt64(RpcHex.Member(block, "timestamp")),
        RpcHex.Quantity(RpcHex.Member(block, "baseFeePerGas")));

    private static List<ChainLogEntry> ReadLogs(JsonElement logs)
    {
        if (logs.ValueKind != JsonValueKind.Array)
        {
            throw RpcHex.Malformed("a list of logs");
        }

        // A log marked as removed belongs to a block that is no longer in the chain.
        return [.. logs.EnumerateArray()
            .Where(log => !(log.TryGetProperty("removed", out var removed) && removed.ValueKind == JsonValueKind.True))
            .Select(ReadLog)
            .OrderBy(log => log.BlockNumber)
            .ThenBy(log => log.LogIndex)];
    }

    private static ChainLogEntry ReadLog(JsonElement log)
    {
        var topics = RpcHex.Member(log, "topics");
        return new ChainLogEntry(
            RpcHex.Address(RpcHex.Member(log, "address")),
            topics.ValueKind == JsonValueKind.Array
                ? [.. topics.EnumerateArray().Select(RpcHex.Hash)]
                : throw RpcHex.Malformed("a list of topics"),
            RpcHex.Data(RpcHex.Member(log, "data")),
            new BlockNumber(RpcHex.QuantityUInt64(RpcHex.Member(log, "blockNumber"))),
            RpcHex.Hash(RpcHex.Member(log, "blockHash")),
            new TxHash(RpcHex.Hash(RpcHex.Member(log, "transactionHash"))),
            RpcHex.QuantityUInt32(RpcHex.Member(log, "logIndex")));
    }

    private static TransactionReceipt ReadReceipt(JsonElement receipt)
    {
        var created = receipt.TryGetProperty("contractAddress", out var found) ? found : default;
        return new TransactionReceipt(
            new TxHash(RpcHex.Hash(RpcHex.Member(receipt, "transactionHash"))),
            new BlockNumber(RpcHex.QuantityUInt64(RpcHex.Member(receipt, "blockNumber"))),
            RpcHex.Hash(RpcHex.Member(receipt, "blockHash")),
            RpcHex.Quantity(RpcHex.Member(receipt, "status")).IsOne,
            RpcHex.QuantityUInt64(RpcHex.Member(receipt, "gasUsed")),
            RpcHex.IsMissing(created) ? null : RpcHex.Address(created),
            ReadLogs(RpcHex.Member(receipt, "logs")));
    }
}
