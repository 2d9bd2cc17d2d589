using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Escrow;

/// <summary>The EIP-712 domain that every signed message of the market carries (settlement 2.2).</summary>
public static class EscrowDomain
{
    public static Eip712Domain Of(ulong chainId, EthAddress escrow) => new("Market Escrow", "1", chainId, escrow);
}
