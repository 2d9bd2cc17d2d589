using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>What a typed message is bound to: one contract on one chain (EIP-712).</summary>
public readonly record struct Eip712Domain(string Name, string Version, ulong ChainId, EthAddress VerifyingContract)
{
    private const string EncodedType =
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

    public Hash32 Separator => Eip712.HashStruct(
        EncodedType,
        Eip712.HashString(Name),
        Eip712.HashString(Version),
        Eip712.Word(ChainId),
        Eip712.Word(VerifyingContract));
}

/// <summary>Hashes of typed structured data (EIP-712).</summary>
public static class Eip712
{
    /// <summary>What is signed: the hash of 0x1901, the domain's separator and <paramref name="structHash"/>.</summary>
    public static Hash32 Digest(Eip712Domain domain, Hash32 structHash) => Digest(domain.Separator, structHash);

    public static Hash32 Digest(Hash32 domainSeparator, Hash32 structHash) =>
        Keccak256.Hash([0x19, 0x01, .. domainSeparator.ToBytes(), .. structHash.ToBytes()]);

    /// <param name="encodeType">Such as <c>Mail(Person from,Person to)Person(string name)</c>.</param>
    public static Hash32 TypeHash(string encodeType) => Keccak256.Hash(encodeType);

    /// <summary>The hash of a struct whose members are given as words, in the order of its type.</summary>
    public static Hash32 HashStruct(string encodeType, params ReadOnlySpan<Hash32> words) =>
        HashStruct(TypeHash(encodeType), words);

    /// <summary>The same for a type whose hash is known: where many are hashed, the type's own costs as much.</summary>
    public static Hash32 HashStruct(Hash32 typeHash, params ReadOnlySpan<Hash32> words)
    {
        var bytes = new byte[Hash32.Length * (words.Length + 1)];
        typeHash.WriteTo(bytes);
        for (var index = 0; index < words.Length; index++)
        {
            words[index].WriteTo(bytes.AsSpan(Hash32.Length * (index + 1)));
        }

        return Keccak256.Hash(bytes);
    }

    public static Hash32 Word(BigInteger value) => Words.FromUnsigned(value);

    public static Hash32 Word(ulong value) => Words.FromUnsigned(value);

    public static Hash32 Word(EthAddress value) => value.ToWord();

    public static Hash32 Word(bool value) => Words.FromUnsigned(value ? 1 : 0);

    /// <summary>The word of a dynamic <c>bytes</c> member.</summary>
    public static Hash32 HashBytes(ReadOnlySpan<byte> value) => Keccak256.Hash(value);

    /// <summary>The word of a <c>string</c> member.</summary>
    public static Hash32 HashString(string value) => Keccak256.Hash(value);

    /// <summary>The word of an array member: the hash of its items' words.</summary>
    public static Hash32 HashArray(params ReadOnlySpan<Hash32> words)
    {
        var bytes = new byte[Hash32.Length * words.Length];
        for (var index = 0; index < words.Length; index++)
        {
            words[index].WriteTo(bytes.AsSpan(Hash32.Length * index));
        }

        return Keccak256.Hash(bytes);
    }
}
