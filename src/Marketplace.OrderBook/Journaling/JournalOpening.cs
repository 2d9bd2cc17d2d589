namespace Marketplace.OrderBook.Journaling;

/// <summary>What a writer finds and makes before it takes its first command.</summary>
internal sealed class JournalOpening : IDisposable
{
    private readonly FileStream folderLock;

    private JournalOpening(FileStream folderLock, SegmentWriter segments, JournalReader found)
    {
        this.folderLock = folderLock;
        Segments = segments;
        LastTimeMilliseconds = found.LastTimeMilliseconds;
        TornBytes = found.TornBytes;
    }

    public SegmentWriter Segments { get; }

    public long LastTimeMilliseconds { get; }

    public long TornBytes { get; }

    /// <summary>Takes the folder and an epoch, replays the log, and begins a segment behind its end.</summary>
    public static JournalOpening Open(
        string folder, IJournalDisk disk, JournalOptions options, SnapshotPoint? snapshot, CommandReplay replay)
    {
        var full = Path.GetFullPath(folder);
        Directory.CreateDirectory(full);
        var folderLock = new FileStream(
            Path.Combine(full, SegmentFiles.Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            return Open(full, folderLock, disk, options, snapshot, replay);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Segments.Dispose();
        folderLock.Dispose();
    }

    private static JournalOpening Open(
        string folder,
        FileStream folderLock,
        IJournalDisk disk,
        JournalOptions options,
        SnapshotPoint? snapshot,
        CommandReplay replay)
    {
        // The number first, the end after: what an older writer still acknowledges is then in what is read.
        var epoch = EpochFile.Claim(folder, NewestEpochIn(folder));
        try
        {
            using var found = new JournalReader(folder, snapshot?.LastSeq ?? 0, snapshot?.Head);
            while (found.Next())
            {
                replay(found.Command, found.Payload);
            }

            SegmentFiles.RemoveUnfinished(folder);
            return new JournalOpening(folderLock, Continue(folder, disk, options, epoch, found), found);
        }
        catch
        {
            epoch.Dispose();
            throw;
        }
    }

    private static SegmentWriter Continue(
        string folder, IJournalDisk disk, JournalOptions options, EpochFile epoch, JournalReader found)
    {
        if (found.LastSegment is not { } segment)
        {
            return new SegmentWriter(disk, folder, options.SegmentBytes, epoch, found.Head, replaces: false);
        }

        using var last = disk.Open(segment.Path);

        // A killed process leaves in memory what it wrote and did not sync; it was replayed, so it must stay.
        last.Sync();
        var writer = new SegmentWriter(
            disk, folder, options.SegmentBytes, epoch, found.Head, replaces: found.IsLastSegmentEmpty);
        if (!found.IsLastSegmentEmpty)
        {
            SegmentWriter.Close(last, found.EndPosition, found.Head, epoch.Mine);
        }

        return writer;
    }

    /// <summary>The log's own word, should the file that counts the openings be lost.</summary>
    private static uint NewestEpochIn(string folder)
    {
        if (SegmentFiles.List(folder) is not [.., var last])
        {
            return 0;
        }

        using var segment = new SegmentReader(last);
        return segment.Opening.Epoch;
    }
}
