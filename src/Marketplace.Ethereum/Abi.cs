using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>Names of functions and events as the contract ABI hashes them.</summary>
public static class Abi
{
    /// <summary>The first four bytes of the hash of a signature such as <c>transfer(address,uint256)</c>.</summary>
    public static byte[] Selector(string signature) => Keccak256.Hash(signature).ToBytes()[..4];

    /// <summary>The first topic of <c>Transfer(address,address,uint256)</c>: the hash of the signature.</summary>
    public static Hash32 EventTopic(string signature) => Keccak256.Hash(signature);
}

/// <summary>Bytes that are not the canonical ABI encoding of what was asked for.</summary>
public sealed class AbiDecodingException(string message) : Exception(message);
