using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>Which block: one of the node's names, or a height.</summary>
public readonly record struct BlockTag
{
    private readonly string? name;

    private BlockTag(string name) => this.name = name;

    public static BlockTag Latest { get; } = new("latest");

    public static BlockTag Safe { get; } = new("safe");

    public static BlockTag Finalized { get; } = new("finalized");

    /// <summary>With what waits to be mined: for nonces.</summary>
    public static BlockTag Pending { get; } = new("pending");

    public static BlockTag At(BlockNumber number) => new(RpcHex.Quantity(number.Value));

    public static implicit operator BlockTag(BlockNumber number) => At(number);

    public override string ToString() => name ?? "latest";
}

/// <summary>What identifies a block and what a fee needs to know. The base fee is in wei.</summary>
public sealed record BlockHeader(
    BlockNumber Number, Hash32 Hash, Hash32 ParentHash, ulong TimestampSeconds, BigInteger BaseFeePerGas);

/// <summary>One log entry of a mined transaction.</summary>
/// <param name="LogIndex">Its place in the block.</param>
public sealed record ChainLogEntry(
    EthAddress Address,
    IReadOnlyList<Hash32> Topics,
    byte[] Data,
    BlockNumber BlockNumber,
    Hash32 BlockHash,
    TxHash TxHash,
    uint LogIndex);

/// <summary>What became of a mined transaction.</summary>
/// <param name="ContractAddress">The contract it created, if it did.</param>
public sealed record TransactionReceipt(
    TxHash TxHash,
    BlockNumber BlockNumber,
    Hash32 BlockHash,
    bool IsSuccess,
    ulong GasUsed,
    EthAddress? ContractAddress,
    IReadOnlyList<ChainLogEntry> Logs);
