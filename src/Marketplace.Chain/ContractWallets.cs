using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>
/// ERC-1271 over <c>eth_call</c>, in the latest block: a wallet that changed its mind has changed it.
/// </summary>
public sealed class ContractWallets(EthereumClient client) : IContractWallets
{
    /// <summary>
    /// Lower-case parts of what Geth, Reth, Erigon, Nethermind, Besu and Anvil say when the called code fails.
    /// </summary>
    private static readonly string[] FailuresOfCode =
    [
        "revert", "out of gas", "outofgas", "invalid opcode", "invalidfeopcode", "opcodenotfound", "invalid jump",
        "invalidjump", "stack underflow", "stackunderflow", "stack limit", "stackoverflow", "bad instruction",
        "badinstruction", "gas uint64 overflow", "write protection", "statechangeduringstaticcall",
    ];

    /// <exception cref="ChainFaultException">The node failed: whether the wallet signed is not known.</exception>
    public async Task<bool> IsValidSignatureAsync(
        EthAddress wallet, Hash32 digest, ReadOnlyMemory<byte> signature, CancellationToken ct)
    {
        try
        {
            var call = Erc1271.CallData(digest, signature.Span);
            return Erc1271.IsYes(await client.CallAsync(wallet, call, BlockTag.Latest, ct));
        }
        catch (RpcErrorException refusal) when (IsOfCode(refusal))
        {
            return false;
        }
        catch (RpcException fault)
        {
            throw new ChainFaultException(fault.Message, fault);
        }
    }

    private static bool IsOfCode(RpcErrorException refusal) =>
        RevertReason.Of(refusal) is not null
        || Array.Exists(
            FailuresOfCode, part => refusal.RpcMessage.Contains(part, StringComparison.OrdinalIgnoreCase));
}
