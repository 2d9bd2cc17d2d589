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

    private const int BufferLength = 1 << 16;

    /// <summary>Writes a snapshot in the background; it counts once the task has ended. One at a time.</summary>
    /// <param name="write">Writes a copy of the state that nothing changes meanwhile.</param>
    /// <exception cref="IOException">The disk failed: the snapshots of before are untouched.</exception>
    public Task SaveAsync(SnapshotPoint point, Action<Stream> write, CancellationToken ct)
    {
        Invariant.Holds(point.Head.LastSeq >= point.LastSeq, "What is in a snapshot is durable in the log.");
        return Task.Run(() => Save(point, write, ct), ct);
    }

    /// <summary>
    /// The snapshots from the newest on, each read and checked when it is asked for. The caller takes the first that
    /// serves it and disposes its content.
    /// </summary>
    public IEnumerable<FoundSnapshot> NewestFirst() => List().Reverse().Select(Open);

    /// <summary>
    /// Removes the log's segments that lie wholly below the older of the two kept snapshots. By default nobody calls
    /// it: auditors replay from the start.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public int RemoveCoveredSegments(string journalFolder)
    {
        var sound = List().Select(Open).Select(found => found.Snapshot).OfType<Snapshot>().ToList();
        foreach (var snapshot in sound)
        {
            snapshot.Content.Dispose();
        }

        return sound.Count < Kept ? 0 : SegmentFiles.RemoveThrough(journalFolder, sound[^Kept].Point.LastSeq);
    }

    private void Save(SnapshotPoint point, Action<Stream> write, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"book-{point.LastSeq:D20}.snapshot");
        RemoveUnfinished();
        try
        {
            Write(path + SegmentFiles.Unfinished, point, write);
            ct.ThrowIfCancellationRequested();
        }
        catch
        {
            RemoveUnfinished();
            throw;
        }

        File.Move(path + SegmentFiles.Unfinished, path, overwrite: true);
        SystemDisk.Instance.SyncFolder(folder);
        RemoveOld();
    }

    private static void Write(string path, SnapshotPoint point, Action<Stream> write)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, BufferLength);
        file.Position = SnapshotHeader.HeaderLength;
        using var sha = SHA256.Create();
        using (var content = new CryptoStream(file, sha, CryptoStreamMode.Write, leaveOpen: true))
        {
            write(content);
        }

        var header = new SnapshotHeader(point, file.Length - SnapshotHeader.HeaderLength, new Hash32(sha.Hash));
        file.Position = 0;
        file.Write(header.ToBytes());
        file.Flush(flushToDisk: true);
    }

    /// <summary>What a full disk or a crash left half written would only take room.</summary>
    private void RemoveUnfinished()
    {
        foreach (var path in Directory.EnumerateFiles(folder, $"book-*.snapshot{SegmentFiles.Unfinished}"))
        {
            File.Delete(path);
        }
    }

    private void RemoveOld()
    {
        foreach (var path in List().SkipLast(Kept))
        {
            File.Delete(path);
        }
    }

    private static FoundSnapshot Open(string path)
    {
        var name = Path.GetFileName(path);
        try
        {
            var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferLength);
            var damage = DamageOf(file, out var point);
            if (point is not null)
            {
                return new FoundSnapshot(name, new Snapshot(point, file), damage);
            }

            file.Dispose();
            return new FoundSnapshot(name, null, damage);
        }
        catch (IOException unreadable)
        {
            return new FoundSnapshot(name, null, unreadable.Message);
        }
    }

    /// <param name="point">Set when it has no damage; the file then stands at the content.</param>
    private static string DamageOf(FileStream file, out SnapshotPoint? point)
    {
        point = null;
        var bytes = new byte[SnapshotHeader.HeaderLength];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (SnapshotHeader.Read(bytes.AsSpan(0, read)) is not { } header)
        {
            return "its header is damaged, or of another version";
        }

        if (file.Length - SnapshotHeader.HeaderLength != header.Length)
        {
            return $"its content has not the {header.Length} bytes that were written";
        }

        if (new Hash32(SHA256.HashData(file)) != header.ContentHash)
        {
            return "its content is damaged";
        }

        file.Position = SnapshotHeader.HeaderLength;
        point = header.Point;
        return "";
    }

    /// <summary>Oldest first.</summary>
    private IReadOnlyList<string> List() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder).Where(path => Pattern().IsMatch(Path.GetFileName(path)))
            .Order(StringComparer.Ordinal)]
        : [];

    [GeneratedRegex(@"^book-\d{20}\.snapshot$")]
    private static partial Regex Pattern();
}
