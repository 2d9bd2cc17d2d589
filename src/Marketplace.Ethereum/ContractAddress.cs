using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>The address that a new contract gets.</summary>
public static class ContractAddress
{
    /// <summary>
    /// The last 20 bytes of <c>keccak256(rlp([creator, nonce]))</c> (Yellow Paper, section 7: <c>CREATE</c>).
    /// </summary>
    /// <param name="nonce">The creator's nonce when it creates.</param>
    public static EthAddress CreatedBy(EthAddress creator, ulong nonce)
    {
        var encoded = Rlp.Encode(RlpItem.List(RlpItem.Of(creator.ToBytes()), RlpItem.Of(nonce)));
        return new EthAddress(Keccak256.Hash(encoded).ToBytes().AsSpan(Hash32.Length - EthAddress.Length));
    }
}
