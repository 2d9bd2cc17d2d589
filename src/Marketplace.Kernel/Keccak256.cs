using Org.BouncyCastle.Crypto.Digests;

namespace Marketplace.Kernel;

/// <summary>Ethereum's Keccak-256: the original padding, not that of SHA3-256.</summary>
public static class Keccak256
{
    public static Hash32 Hash(ReadOnlySpan<byte> bytes)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(bytes);
        Span<byte> hash = stackalloc byte[Hash32.Length];
        digest.DoFinal(hash);
        return new Hash32(hash);
    }

    /// <summary>The hash of the UTF-8 bytes of <paramref name="text"/>.</summary>
    public static Hash32 Hash(string text) => Hash(System.Text.Encoding.UTF8.GetBytes(text));
}
