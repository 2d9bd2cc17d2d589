namespace Marketplace.OrderBook.Journaling;

/// <summary>
/// Puts sealed batches on disk, segment after segment. It looks at the epoch before it writes, so as not to write in
/// vain, and after the sync, which decides: a later writer takes its number before it reads the log's end, so what was
/// synced while the number was still the newest is in what that writer reads.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    private const int RecordLength = RecordChecksum.RecordLength;

    private readonly IJournalDisk disk;
    private readonly string folder;
    private readonly int segmentBytes;
    private readonly EpochFile epoch;
    private readonly HashChain chain = new();
    private IJournalFile file;
    private long position = RecordLength;

    /// <summary>Begins a new segment; owns <paramref name="epoch"/> from here on.</summary>
    /// <param name="replaces">
    /// The segment that is there holds no batch: the new one takes its name, and whoever still writes into the old file
    /// writes into one that nobody reads.
    /// </param>
    public SegmentWriter(
        IJournalDisk disk, string folder, int segmentBytes, EpochFile epoch, JournalHead head, bool replaces)
    {
        this.disk = disk;
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.epoch = epoch;
        Head = head;
        file = Begin(replaces);
    }

    /// <summary>The end of the last batch on disk.</summary>
    public JournalHead Head { get; private set; }

    /// <summary>When it returns, the batch is on disk and may be acknowledged.</summary>
    /// <exception cref="IOException">The disk failed; what it holds of the batch is unknown.</exception>
    /// <exception cref="JournalFencedException">A later writer has taken over.</exception>
    public void Write(BatchBuffer buffer)
    {
        epoch.RequireNewest();
        var batch = buffer.Seal(epoch.Mine, Head.Hash, chain, out var hash);
        if (position + batch.Length + RecordLength > segmentBytes)
        {
            Rotate();
        }

        file.Write(batch, position);
        file.Sync();
        epoch.RequireNewest();
        position += batch.Length;
        Head = new JournalHead(buffer.LastSeq, hash);
    }

    /// <summary>Says in a segment that the next one is on disk: from then on a missing one is noticed.</summary>
    public static void Close(IJournalFile segment, long end, JournalHead head, uint epoch)
    {
        segment.Write(Record(HeaderRole.Closing, head, epoch), end);
        segment.Sync();
    }

    public void Dispose()
    {
        file.Dispose();
        chain.Dispose();
        epoch.Dispose();
    }

    private void Rotate()
    {
        var next = Begin(replaces: false);
        Close(file, position, Head, epoch.Mine);
        file.Dispose();
        (file, position) = (next, RecordLength);
    }

    /// <summary>A segment gets its name once its opening is on disk: under its name it is never half made.</summary>
    private IJournalFile Begin(bool replaces)
    {
        var path = Path.Combine(folder, SegmentFiles.NameOf(Head.LastSeq + 1));
        var unfinished = $"{path}.{epoch.Mine}{SegmentFiles.Unfinished}";
        var made = disk.Create(unfinished, segmentBytes);
        try
        {
            made.Write(Record(HeaderRole.Opening, Head, epoch.Mine), offset: 0);
            made.Sync();
            disk.Publish(unfinished, path, replaces);
            disk.SyncFolder(folder);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private static byte[] Record(HeaderRole role, JournalHead head, uint epoch)
    {
        var record = new byte[RecordLength];
        new HeaderRecord(role, head.LastSeq + 1, epoch, Records: 0, head.Hash).WriteTo(record);
        return record;
    }
}
