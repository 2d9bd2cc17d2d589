using System.Buffers.Binary;
using Marketplace.Kernel;
using Marketplace.OrderBook.Journaling;
using Marketplace.OrderBook.PublicLog;

namespace Marketplace.OrderBook;

/// <summary>
/// Copies the state. Released, it asks where the readers stand, who have then got all that is in the copy.
/// </summary>
/// <param name="readers">The last event's number, and the public log's end as soon as it is on disk.</param>
internal sealed class SnapshotWork(Func<(long EventSeq, Task<PublicHead> PublicHead)> readers) : BookWork
{
    private readonly TaskCompletionSource<(long EventSeq, Task<PublicHead> PublicHead)> released =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BookImage? image;

    /// <summary>The last command that is in it.</summary>
    public long Seq { get; private set; }

    /// <summary>That command's time, milliseconds since 1970 UTC.</summary>
    public long TimeMilliseconds { get; private set; }

    public BookImage Image => image!;

    /// <summary>Ends when all that is in the copy is on disk.</summary>
    public Task<(long EventSeq, Task<PublicHead> PublicHead)> Released => released.Task;

    public override void Decide(BookEngine engine, JournalWriter journal, DateTimeOffset now, DecidedBatch batch)
    {
        image = engine.Capture();
        (Seq, TimeMilliseconds) = (journal.LastSeq, journal.LastTimeMilliseconds);
    }

    public override void Release() => released.TrySetResult(readers());

    public override void Fail(BookStoppedException stopped) => released.TrySetException(stopped);
}

/// <summary>
/// Where the book's readers stood when a snapshot was taken: the first 48 bytes of its content, little-endian, in this
/// order. The book's image follows.
/// </summary>
/// <param name="EventSeq">
/// A start from here gives nobody the events up to this number: the last command at or below the snapshot that had
/// some, or what the consumer had seen already.
/// </param>
/// <param name="PublicHead">The public log's end.</param>
internal readonly record struct BookSurroundings(long EventSeq, PublicHead PublicHead)
{
    private const int Length = 16 + Hash32.Length;

    public static BookSurroundings Read(Stream source)
    {
        Span<byte> bytes = stackalloc byte[Length];
        source.ReadExactly(bytes);
        return new BookSurroundings(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            new PublicHead(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), new Hash32(bytes[16..])));
    }

    public void WriteTo(Stream target)
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, EventSeq);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], PublicHead.Count);
        PublicHead.Root.WriteTo(bytes[16..]);
        target.Write(bytes);
    }
}
