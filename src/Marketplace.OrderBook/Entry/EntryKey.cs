using System.Security.Cryptography;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// The secret of a session: 32 random bytes of the client's, known to both ends and to nobody else. It never enters the
/// journal or a log; a grant carries its hash alone.
/// </summary>
public sealed class EntryKey
{
    public const int SecretBytes = 32;

    public const int MacBytes = HMACSHA256.HashSizeInBytes;

    private readonly byte[] secret;

    /// <exception cref="ArgumentException"><paramref name="secret"/> is not 32 bytes.</exception>
    public EntryKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != SecretBytes)
        {
            throw new ArgumentException($"A session's secret has {SecretBytes} bytes.", nameof(secret));
        }

        this.secret = secret.ToArray();
        SecretHash = Keccak256.Hash(secret);
    }

    /// <summary>What the grant names: Keccak-256 of the secret.</summary>
    public Hash32 SecretHash { get; }

    /// <summary>HMAC-SHA256 (RFC 2104) of <paramref name="message"/>, 32 bytes.</summary>
    public void WriteMac(ReadOnlySpan<byte> message, Span<byte> mac) => HMACSHA256.HashData(secret, message, mac);

    /// <summary>Takes as long whichever bytes of <paramref name="mac"/> are wrong.</summary>
    public bool IsMac(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[MacBytes];
        WriteMac(message, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    public override string ToString() => "EntryKey";
}
