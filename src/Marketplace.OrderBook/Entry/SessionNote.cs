using System.Buffers.Binary;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// What a session says that is no order, under an HMAC-SHA256 of its secret over <c>prefix, 16 bytes | u32 session,
/// little-endian | subject, 32 bytes</c>. Said again it has no further effect, so it needs no number.
/// </summary>
public readonly record struct SessionNote
{
    private const int PrefixBytes = 16;
    private const int SubjectOffset = PrefixBytes + sizeof(uint);
    private const int MessageBytes = SubjectOffset + Hash32.Length;

    private SessionNote(uint session, bool isEnd, Hash32 subject) =>
        (Session, IsEnd, Subject) = (session, isEnd, subject);

    public uint Session { get; }

    /// <summary>Whether it ends the session; else it deposits the request whose hash is the subject.</summary>
    public bool IsEnd { get; }

    public Hash32 Subject { get; }

    /// <summary>What it takes from the limits; an end is let in like a cancel, for it takes nothing.</summary>
    internal EntryLoad Load => IsEnd ? new EntryLoad(0, 1, 0) : new EntryLoad(1, 0, 0);

    private ReadOnlySpan<byte> Prefix => IsEnd ? "market leave v1\n"u8 : "market input v1\n"u8;

    /// <summary>"Keep the request of this hash for my bids."</summary>
    public static SessionNote Deposit(uint session, Hash32 inputHash) => new(session, isEnd: false, inputHash);

    /// <summary>"End this session and its orders."</summary>
    public static SessionNote End(uint session) => new(session, isEnd: true, default);

    /// <summary>The 32 bytes that authenticate it.</summary>
    public byte[] Mac(EntryKey key)
    {
        Span<byte> message = stackalloc byte[MessageBytes];
        Write(message);
        var mac = new byte[EntryKey.MacBytes];
        key.WriteMac(message, mac);
        return mac;
    }

    internal bool IsAuthentic(EntryKey key, ReadOnlySpan<byte> mac)
    {
        Span<byte> message = stackalloc byte[MessageBytes];
        Write(message);
        return key.IsMac(message, mac);
    }

    private void Write(Span<byte> message)
    {
        Prefix.CopyTo(message);
        BinaryPrimitives.WriteUInt32LittleEndian(message[PrefixBytes..], Session);
        Subject.ToBytes().CopyTo(message[SubjectOffset..]);
    }
}
