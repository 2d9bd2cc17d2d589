using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Marketplace.OrderBook.Feeds;

/// <summary>
/// What the feeds call accounts: another name every day (UTC), so that nobody can be followed for longer by it. A
/// name is the first 6 bytes of HMAC-SHA256 over day and account, in hex; whoever lacks the secret learns nothing.
/// </summary>
/// <param name="secret">At least 32 random bytes; another secret gives other names.</param>
public sealed class AccountPseudonyms(byte[] secret, TimeProvider time)
{
    private const int NameBytes = 6;
    private const long SecondsPerDay = 86_400;

    public string Of(uint account)
    {
        Span<byte> named = stackalloc byte[sizeof(long) + sizeof(uint)];
        var day = time.GetUtcNow().ToUnixTimeSeconds() / SecondsPerDay;
        BinaryPrimitives.WriteInt64LittleEndian(named, day);
        BinaryPrimitives.WriteUInt32LittleEndian(named[sizeof(long)..], account);
        return Convert.ToHexStringLower(HMACSHA256.HashData(secret, named).AsSpan(0, NameBytes));
    }
}
