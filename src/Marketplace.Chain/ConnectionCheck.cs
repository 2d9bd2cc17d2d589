using System.Numerics;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Chain;

/// <summary>Checks before the first use: a wrong address would make every signature of the market worthless.</summary>
internal static class ConnectionCheck
{
    /// <summary>Token base units in one micro-token, from contracts that were found to belong together.</summary>
    /// <exception cref="ChainFaultException">They do not, or the node failed.</exception>
    public static async Task<BigInteger> UnitAsync(
        EthereumClient client, ContractAddresses at, ulong chainId, CancellationToken ct)
    {
        Require(await AddressAsync(client, at.Escrow, "TOKEN()", ct) == at.Token, "The escrow has another token.");
        var registry = await AddressAsync(client, at.Escrow, "REGISTRY()", ct);
        Require(registry == at.Registry, "The escrow has another registry.");
        Require(await AddressAsync(client, at.Bond, "TOKEN()", ct) == at.Token, "The bond has another token.");
        Require(await AddressAsync(client, at.Bond, "ESCROW()", ct) == at.Escrow, "The bond has another escrow.");
        var domain = await ViewAsync(client, at.Escrow, "eip712Domain()", ReadDomain, ct);
        Require(domain == EscrowDomain.Of(chainId, at.Escrow), "The escrow signs in another domain.");
        var unit = await ViewAsync(client, at.Escrow, "UNIT()", read => read.UInt256(), ct);
        Require(unit >= 1, "The escrow has no unit.");
        return unit;
    }

    /// <remarks>EIP-5267: which fields are used, name, version, chain, contract, salt, extensions.</remarks>
    private static Eip712Domain ReadDomain(AbiReader read)
    {
        read.FixedBytes(1);
        var name = read.String();
        var version = read.String();
        var domain = new Eip712Domain(name, version, read.UInt64(), read.Address());
        read.Hash32();
        read.Array(item => item.UInt256());
        return domain;
    }

    private static Task<EthAddress> AddressAsync(
        EthereumClient client, EthAddress contract, string signature, CancellationToken ct) =>
        ViewAsync(client, contract, signature, read => read.Address(), ct);

    private static Task<T> ViewAsync<T>(
        EthereumClient client,
        EthAddress contract,
        string signature,
        Func<AbiReader, T> decode,
        CancellationToken ct) =>
        ContractView.AskAsync(client, contract, Abi.Selector(signature), at: null, decode, ct);

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ChainFaultException(otherwise);
        }
    }
}
