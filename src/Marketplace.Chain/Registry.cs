using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>Where the contract stands that says who provides and who operates.</summary>
public static class Registry
{
    private const ulong FirstNonce = 1; // a contract's own nonce starts at 1 (EIP-161)

    /// <summary>The escrow creates it first of all, so that the escrow's address says it.</summary>
    public static EthAddress AddressOf(EthAddress escrow) => ContractAddress.CreatedBy(escrow, FirstNonce);
}
