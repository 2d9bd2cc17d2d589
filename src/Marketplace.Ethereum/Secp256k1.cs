using System.Numerics;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>The curve of Ethereum's signatures (SEC 2), by libsecp256k1 when the machine has it.</summary>
public static class Secp256k1
{
    internal static readonly Hash32 OrderWord =
        Hash32.Parse("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    internal static readonly Hash32 HalfOrderWord =
        Hash32.Parse("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

    internal static readonly BigInteger Order = new(OrderWord.ToBytes(), isUnsigned: true, isBigEndian: true);

    private static readonly Lazy<ISecp256k1Backend> Chosen =
        new(() => NativeSecp256k1.TryLoad() ?? (ISecp256k1Backend)new ManagedSecp256k1());

    /// <summary>Which implementation is in use, for the start-up log.</summary>
    public static string BackendName => Backend.Name;

    internal static ISecp256k1Backend Backend => Chosen.Value;

    /// <summary>Who signed <paramref name="digest"/>; null when the signature is malformed or nobody's.</summary>
    /// <remarks>A signature with a high s is nobody's, as in the contracts: one digest has one signature.</remarks>
    public static EthAddress? Recover(Hash32 digest, EthSignature signature) => Recover(Backend, digest, signature);

    internal static EthAddress? Recover(ISecp256k1Backend backend, Hash32 digest, EthSignature signature)
    {
        var publicKey = signature.IsWellFormed ? backend.RecoverPublicKey(digest, signature) : null;
        return publicKey is null ? null : AddressOf(publicKey);
    }

    /// <summary>The last twenty bytes of the hash of the 64 bytes x, y.</summary>
    internal static EthAddress AddressOf(ReadOnlySpan<byte> publicKey) =>
        new(Keccak256.Hash(publicKey).ToBytes().AsSpan(Hash32.Length - EthAddress.Length));
}

/// <summary>The three operations on the curve. Arguments are range-checked by the caller.</summary>
internal interface ISecp256k1Backend
{
    string Name { get; }

    /// <summary>Sixty-four bytes: x, then y.</summary>
    byte[] PublicKey(ReadOnlySpan<byte> secret);

    EthSignature Sign(ReadOnlySpan<byte> secret, Hash32 digest);

    /// <summary>Sixty-four bytes, or null when no key could have made the signature.</summary>
    byte[]? RecoverPublicKey(Hash32 digest, EthSignature signature);
}
