using System.Buffers;
using Marketplace.Kernel;

namespace Marketplace.OrderBook;

/// <summary>
/// The append-only file of everything that was decided. What was flushed is on disk; what was only appended may be lost
/// and must not have been answered. One process at a time. Not thread-safe.
/// </summary>
public sealed class Journal : IDisposable
{
    internal const int FileHeaderLength = 8;
    private const int ScanBufferLength = 1 << 16;
    private static readonly byte[] FileHeader = "MKTBOOK\u0001"u8.ToArray();

    private readonly FileStream file;
    private readonly ArrayBufferWriter<byte> pending = new();
    private long flushFirst;
    private uint checksum;
    private bool isBroken;

    private Journal(FileStream file, JournalEnd end, long tornBytes)
    {
        this.file = file;
        LastSeq = end.Seq;
        LastTime = new DateTimeOffset(end.UtcTicks, TimeSpan.Zero);
        checksum = end.Checksum;
        TornBytes = tornBytes;
    }

    /// <summary>The number of the last appended record; 0 before the first.</summary>
    public long LastSeq { get; private set; }

    /// <summary>The time of the last appended record.</summary>
    public DateTimeOffset LastTime { get; private set; }

    /// <summary>Bytes that a crash had left unfinished at the end and that were cut off on opening.</summary>
    public long TornBytes { get; }

    public bool HasPending => pending.WrittenCount > 0;

    /// <summary>Opens or makes it, gives each record to <paramref name="replay"/> and cuts a torn end off.</summary>
    /// <exception cref="JournalCorruptException">It is damaged before its last flush.</exception>
    /// <exception cref="IOException">It cannot be read, or another process has it open.</exception>
    public static Journal Open(string path, Action<JournalRecord> replay) => Open(OpenFile(path), replay);

    /// <summary>Owns <paramref name="file"/> from here on, also when it throws.</summary>
    internal static Journal Open(FileStream file, Action<JournalRecord> replay)
    {
        try
        {
            RequireHeader(file);
            var end = new JournalScan(new BufferedStream(file, ScanBufferLength), replay).Run();
            var torn = file.Length - end.Length;
            Truncate(file, end.Length);
            return new Journal(file, end, torn);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the file without a buffer: one that a failed flush leaves filled would be written by Dispose, after
    /// everybody was told that the disk had failed.
    /// </summary>
    internal static FileStream OpenFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }

    /// <summary>Adds a record to the next flush.</summary>
    /// <returns>Its sequence number.</returns>
    public long Append(DateTimeOffset time, ReadOnlySpan<byte> payload)
    {
        Invariant.Holds(payload.Length <= JournalFrame.MaxPayload, "A record has at most a mebibyte.");
        Invariant.Holds(time >= LastTime, "The journal's time does not go back.");
        LastSeq++;
        LastTime = time;
        flushFirst = HasPending ? flushFirst : LastSeq;
        var frame = JournalFrame.Write(new FrameHead(LastSeq, flushFirst, time.UtcTicks, checksum), payload);
        checksum = JournalFrame.Read(frame)!.Value.Checksum;
        pending.Write(frame);
        return LastSeq;
    }

    /// <summary>Puts every appended record on disk; when it returns they survive a loss of power.</summary>
    /// <exception cref="IOException">The disk failed: what it holds is unknown; the journal takes no more.</exception>
    public void Flush()
    {
        Invariant.Holds(!isBroken, "A journal whose disk failed is opened anew.");
        isBroken = true;
        file.Write(pending.WrittenSpan);
        file.Flush(flushToDisk: true);
        pending.ResetWrittenCount();
        isBroken = false;
    }

    public void Dispose() => file.Dispose();

    private static void RequireHeader(FileStream file)
    {
        var found = new byte[FileHeaderLength];
        var read = file.ReadAtLeast(found, FileHeaderLength, throwOnEndOfStream: false);
        if (!FileHeader.AsSpan(0, read).SequenceEqual(found.AsSpan(0, read)))
        {
            throw new JournalCorruptException(0, "it does not begin as a journal of this version.");
        }

        if (read < FileHeaderLength)
        {
            file.Position = 0;
            file.Write(FileHeader);
            file.Flush(flushToDisk: true);
        }
    }

    private static void Truncate(FileStream file, long length)
    {
        if (file.Length > length)
        {
            file.SetLength(length);
            file.Flush(flushToDisk: true);
        }

        file.Position = length;
    }
}
