using System.Security.Cryptography;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Journaling;

/// <summary>Hashes one batch after the other, each with the hash of the one before.</summary>
internal sealed class HashChain : IDisposable
{
    private readonly IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The hash of a batch, header included, that follows <paramref name="previous"/>.</summary>
    public Hash32 After(Hash32 previous, ReadOnlySpan<byte> batch)
    {
        Span<byte> hash = stackalloc byte[Hash32.Length];
        previous.WriteTo(hash);
        sha.AppendData(hash);
        sha.AppendData(batch[..HeaderRecord.HashedLength]);
        sha.AppendData(batch[RecordChecksum.RecordLength..]);
        sha.GetHashAndReset(hash);
        return new Hash32(hash);
    }

    public void Dispose() => sha.Dispose();
}
