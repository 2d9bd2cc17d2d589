using System.Buffers;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.PublicLog;

/// <summary>The public log is not what the journal gives: one of the two was changed.</summary>
public sealed class PublicLogDiffersException(long record)
    : Exception($"Record {record} of the public log is not the command that the journal holds.")
{
    /// <summary>Counted from 0.</summary>
    public long Record { get; } = record;
}

/// <summary>
/// The file of the public command log: records of 64 bytes and nothing else. It is made from the journal, so what a
/// crash cuts off is written again by the next start, and what is there already is compared. One writer; not
/// thread-safe but for <see cref="Flushed"/>.
/// </summary>
public sealed class PublicLogFile : IDisposable
{
    private const int BufferLength = 1 << 16;
    private readonly FileStream file;
    private readonly ArrayBufferWriter<byte> pending = new();
    private volatile FlushedHead flushed = new(default);

    private PublicLogFile(FileStream file, long found) => (this.file, Found) = (file, found);

    /// <summary>Whole records that an earlier life left.</summary>
    public long Found { get; }

    /// <summary>How far the commands go that were added or compared, be they on disk or not.</summary>
    public PublicHead Head { get; private set; }

    /// <summary>What is on disk and may be named to others.</summary>
    public PublicHead Flushed => flushed.Head;

    /// <summary>
    /// Opens or makes the file. Every command of the journal is then added again, from the first or from where
    /// <see cref="GoTo"/> has gone.
    /// </summary>
    /// <exception cref="IOException">It cannot be read, or another process has it open for writing.</exception>
    public static PublicLogFile Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, BufferLength);
        return new PublicLogFile(file, file.Length / PublicRecord.Length);
    }

    /// <summary>
    /// Goes on behind a head that the log is known to have reached: what stands before it is not compared again.
    /// </summary>
    /// <param name="start">At or below <see cref="Found"/>.</param>
    public void GoTo(PublicHead start)
    {
        Invariant.Holds(Head.Count == 0 && start.Count <= Found, "A log goes on from a place that it has.");
        file.Position = start.Count * PublicRecord.Length;
        Head = start;
    }

    /// <summary>Adds a command, or compares it with what an earlier life wrote in its place.</summary>
    /// <exception cref="PublicLogDiffersException">Something else stands there.</exception>
    public void Add(in MatchCommand command)
    {
        var shown = PublicRecord.Of(command);
        var bytes = PublicRecord.Bytes(shown);
        if (Head.Count < Found)
        {
            Compare(bytes);
        }
        else
        {
            pending.Write(bytes);
        }

        Head = new PublicHead(Head.Count + 1, PublicRecord.Next(Head.Root, bytes));
    }

    /// <summary>Puts what was added on disk.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Flush()
    {
        if (pending.WrittenCount > 0)
        {
            file.Position = (Head.Count * PublicRecord.Length) - pending.WrittenCount;
            file.Write(pending.WrittenSpan);
            file.SetLength(file.Position);
            file.Flush(flushToDisk: true);
            pending.ResetWrittenCount();
        }

        flushed = new FlushedHead(Head);
    }

    public void Dispose() => file.Dispose();

    private void Compare(ReadOnlySpan<byte> expected)
    {
        Span<byte> stored = stackalloc byte[PublicRecord.Length];
        file.ReadExactly(stored);
        if (!stored.SequenceEqual(expected))
        {
            throw new PublicLogDiffersException(Head.Count);
        }
    }

    /// <summary>A head that is replaced as a whole, so that readers on other threads see one of the two.</summary>
    private sealed record FlushedHead(PublicHead Head);
}
