using System.Numerics;
using System.Security.Cryptography;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>A secp256k1 secret and the address it controls. Its text never shows the secret.</summary>
public sealed class PrivateKey
{
    public const int Length = 32;

    private const int CreateAttempts = 16;

    private readonly byte[] secret;

    private PrivateKey(byte[] secret)
    {
        this.secret = secret;
        Address = Secp256k1.AddressOf(Secp256k1.Backend.PublicKey(secret));
    }

    public EthAddress Address { get; }

    /// <exception cref="ArgumentException">Not 32 bytes, or not from 1 to the curve's order less 1.</exception>
    public static PrivateKey FromBytes(ReadOnlySpan<byte> secret) =>
        TryFromBytes(secret, out var key)
            ? key
            : throw new ArgumentException("A key is 32 bytes from 1 to the order of the curve less 1.", nameof(secret));

    /// <summary>A key from <paramref name="randomBytes"/>, a cryptographic source outside tests.</summary>
    public static PrivateKey Create(Func<int, byte[]> randomBytes)
    {
        for (var attempt = 0; attempt < CreateAttempts; attempt++)
        {
            if (TryFromBytes(randomBytes(Length), out var key))
            {
                return key;
            }
        }

        throw new CryptographicException("The source of randomness gave no usable key.");
    }

    /// <summary>Signs a digest; RFC 6979 nonce, low s.</summary>
    public EthSignature Sign(Hash32 digest)
    {
        var signature = Secp256k1.Backend.Sign(secret, digest);
        Invariant.Holds(signature.IsWellFormed, "A fresh signature has a low s and a recovery id of 0 or 1.");
        return signature;
    }

    /// <summary>The secret itself: for keystores only.</summary>
    public byte[] ToBytes() => [.. secret];

    public override string ToString() => $"Key of {Address}";

    internal static bool TryFromBytes(
        ReadOnlySpan<byte> secret, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PrivateKey? key)
    {
        var isUsable = secret.Length == Length && IsScalar(new BigInteger(secret, isUnsigned: true, isBigEndian: true));
        key = isUsable ? new PrivateKey(secret.ToArray()) : null;
        return isUsable;
    }

    private static bool IsScalar(BigInteger value) => !value.IsZero && value < Secp256k1.Order;
}
