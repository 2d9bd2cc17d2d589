using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Journaling;

/// <summary>
/// Keeps the newest two snapshots in a folder, the log's own or another. A snapshot shortens the replay and is never
/// needed: without a sound one the log is replayed from its start.
/// </summary>
public sealed partial class SnapshotStore(string folder)
{
    public const int Kept = 2;

    private const int CopyLength = 1 << 16;

    /// <summary>Writes a snapshot in the background; it counts once the task has ended.</summary>
    /// <param name="content">A copy of the state that nothing changes meanwhile; read from where it stands.</param>
    /// <exception cref="IOException">The disk failed: the snapshots of before are untouched.</exception>
    public Task SaveAsync(SnapshotPoint point, Stream content, CancellationToken ct)
    {
        Invariant.Holds(point.Head.LastSeq >= point.LastSeq, "What is in a snapshot is durable in the log.");
        return Task.Run(() => Save(point, content, ct), ct);
    }

    /// <summary>The newest sound snapshot; null without one.</summary>
    /// <param name="passedOver">Those that are newer and damaged, with the reason.</param>
    public Snapshot? OpenNewest(out IReadOnlyList<PassedOverSnapshot> passedOver)
    {
        var damaged = new List<PassedOverSnapshot>();
        passedOver = damaged;
        foreach (var path in List().Reverse())
        {
            var (snapshot, reason) = TryOpen(path);
            if (snapshot is not null)
            {
                return snapshot;
            }

            damaged.Add(new PassedOverSnapshot(Path.GetFileName(path), reason));
        }

        return null;
    }

    /// <summary>
    /// Removes the log's segments that lie wholly below the older of the two kept snapshots. By default nobody calls
    /// it: auditors replay from the start.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public int RemoveCoveredSegments(string journalFolder)
    {
        var sound = List().Select(TryOpen).Select(found => found.Snapshot).OfType<Snapshot>().ToList();
        foreach (var snapshot in sound)
        {
            snapshot.Content.Dispose();
        }

        return sound.Count < Kept ? 0 : SegmentFiles.RemoveThrough(journalFolder, sound[^Kept].Point.LastSeq);
    }

    private void Save(SnapshotPoint point, Stream content, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"book-{point.LastSeq:D20}.snapshot");
        var unfinished = path + SegmentFiles.Unfinished;
        using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Position = SnapshotHeader.HeaderLength;
            var hash = Copy(content, file, ct);
            var header = new SnapshotHeader(point, file.Length - SnapshotHeader.HeaderLength, hash);
            file.Position = 0;
            file.Write(header.ToBytes());
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
        SystemDisk.Instance.SyncFolder(folder);
        RemoveOld();
    }

    private static Hash32 Copy(Stream content, FileStream file, CancellationToken ct)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[CopyLength];
        while (content.Read(buffer) is > 0 and var read)
        {
            ct.ThrowIfCancellationRequested();
            sha.AppendData(buffer.AsSpan(0, read));
            file.Write(buffer.AsSpan(0, read));
        }

        return new Hash32(sha.GetHashAndReset());
    }

    private void RemoveOld()
    {
        foreach (var path in List().SkipLast(Kept))
        {
            File.Delete(path);
        }
    }

    private static (Snapshot? Snapshot, string Reason) TryOpen(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, CopyLength);
        var bytes = new byte[SnapshotHeader.HeaderLength];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var reason = SnapshotHeader.Read(bytes.AsSpan(0, read)) is not { } header
            ? "its header is damaged, or of another version"
            : file.Length - SnapshotHeader.HeaderLength != header.Length
                ? $"its content has not the {header.Length} bytes that were written"
                : new Hash32(SHA256.HashData(file)) != header.ContentHash
                    ? "its content is damaged"
                    : "";
        if (reason.Length > 0)
        {
            file.Dispose();
            return (null, reason);
        }

        file.Position = SnapshotHeader.HeaderLength;
        return (new Snapshot(SnapshotHeader.Read(bytes)!.Value.Point, file), reason);
    }

    /// <summary>Oldest first.</summary>
    private IReadOnlyList<string> List() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder).Where(path => Pattern().IsMatch(Path.GetFileName(path)))
            .Order(StringComparer.Ordinal)]
        : [];

    [GeneratedRegex(@"^book-\d{20}\.snapshot$")]
    private static partial Regex Pattern();
}
