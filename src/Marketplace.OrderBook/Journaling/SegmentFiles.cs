using System.Globalization;
using System.Text.RegularExpressions;

namespace Marketplace.OrderBook.Journaling;

/// <summary>The names of a log's files.</summary>
internal static partial class SegmentFiles
{
    public const string Lock = "book.lock";
    public const string Unfinished = ".tmp";

    public static string NameOf(long firstSeq) =>
        string.Create(CultureInfo.InvariantCulture, $"book-{firstSeq:D20}.log");

    /// <summary>The segments in their order; files of other names are not the log's.</summary>
    public static IReadOnlyList<SegmentName> List(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "book-*.log")
            .Select(path => (Path: path, Match: Pattern().Match(Path.GetFileName(path))))
            .Where(file => file.Match.Success)
            .Select(file => new SegmentName(
                file.Path, long.Parse(file.Match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)))
            .OrderBy(segment => segment.FirstSeq),
    ];

    /// <summary>Removes the segments all of whose commands are at or below a number. The last one stays.</summary>
    /// <returns>How many were removed.</returns>
    public static int RemoveThrough(string folder, long seq)
    {
        var segments = List(folder);
        var removed = segments.Zip(segments.Skip(1)).TakeWhile(pair => pair.Second.FirstSeq <= seq + 1).ToList();

        // Oldest first: a crash in between leaves a log without a gap.
        foreach (var (segment, _) in removed)
        {
            File.Delete(segment.Path);
            SystemDisk.Instance.SyncFolder(folder);
        }

        return removed.Count;
    }

    /// <summary>Removes what a crash left of segments that had no name yet.</summary>
    public static void RemoveUnfinished(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, $"book-*.log.*{Unfinished}"))
        {
            File.Delete(path);
        }
    }

    [GeneratedRegex(@"^book-(\d{20})\.log$")]
    private static partial Regex Pattern();
}

/// <summary>A segment's file and the least number a command in it may have.</summary>
internal readonly record struct SegmentName(string Path, long FirstSeq)
{
    public string File => System.IO.Path.GetFileName(Path);
}
