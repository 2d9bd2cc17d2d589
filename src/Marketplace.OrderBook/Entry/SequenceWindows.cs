using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// The windows of all sessions, in the order of their numbers; part of the writer's snapshot and state hash.
/// </summary>
public sealed class SequenceWindows
{
    private const int NumberBytes = 4;

    private readonly SortedDictionary<uint, SequenceWindow> bySession = [];

    public int Count => bySession.Count;

    /// <summary>The session's window; a new one for a session that was not seen before.</summary>
    public SequenceWindow Of(uint session)
    {
        if (!bySession.TryGetValue(session, out var window))
        {
            window = new SequenceWindow();
            bySession.Add(session, window);
        }

        return window;
    }

    /// <summary>Whether an order of this number would be carried out; changes nothing.</summary>
    public bool IsFresh(uint session, ulong clientSeq) =>
        !bySession.TryGetValue(session, out var window) || window.IsFresh(clientSeq);

    /// <summary>For a session that is over and whose number never comes again.</summary>
    public void Forget(uint session) => bySession.Remove(session);

    /// <summary><c>u32 session | window</c> of each, ascending.</summary>
    public byte[] Save()
    {
        using var bytes = new MemoryStream();
        Span<byte> number = stackalloc byte[NumberBytes];
        foreach (var (session, window) in bySession)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(number, session);
            bytes.Write(number);
            window.Save(bytes);
        }

        return bytes.ToArray();
    }

    /// <exception cref="FormatException">The bytes are not what <see cref="Save"/> wrote.</exception>
    public static SequenceWindows Load(ReadOnlySpan<byte> bytes)
    {
        var windows = new SequenceWindows();
        var previous = -1L;
        while (!bytes.IsEmpty)
        {
            var session = bytes.Length >= NumberBytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
            if (bytes.Length < NumberBytes || session <= previous)
            {
                throw new FormatException("The sessions of a snapshot ascend.");
            }

            bytes = bytes[NumberBytes..];
            windows.bySession.Add(session, SequenceWindow.Load(ref bytes));
            previous = session;
        }

        return windows;
    }

    /// <summary>SHA-256 of <see cref="Save"/>: what the state hash takes in of the entry.</summary>
    public byte[] Hash() => SHA256.HashData(Save());
}
