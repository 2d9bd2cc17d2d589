using System.Text;
using Marketplace.OrderBook;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>A folder of its own for a test's journals, and journals with known records in it.</summary>
public sealed class JournalFolder : IDisposable
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mkt-journal-");

    public string Path => System.IO.Path.Combine(folder.FullName, "book.journal");

    public string Other => System.IO.Path.Combine(folder.FullName, "other.journal");

    /// <summary>Opens the journal, writes the next records in flushes of these lengths, and closes it.</summary>
    /// <returns>The file's length after its header and after each flush.</returns>
    public IReadOnlyList<long> Write(params int[] flushes)
    {
        using (var journal = Journal.Open(Path, _ => { }))
        {
            var ends = new List<long> { Journal.FileHeaderLength };
            foreach (var records in flushes)
            {
                Append(journal, records);
                journal.Flush();
                ends.Add(ends[^1] + Enumerable.Range(0, records).Sum(back => FrameLength(journal.LastSeq - back)));
            }

            return ends;
        }
    }

    public static void Append(Journal journal, int records)
    {
        for (var count = 0; count < records; count++)
        {
            journal.Append(TimeOf(journal.LastSeq + 1), Encoding.UTF8.GetBytes(TextOf(journal.LastSeq + 1)));
        }
    }

    /// <summary>Opens the journal and closes it again.</summary>
    /// <returns>What it replayed.</returns>
    public List<JournalRecord> Read() => Read(Path);

    public static List<JournalRecord> Read(string path)
    {
        var records = new List<JournalRecord>();
        Journal.Open(path, records.Add).Dispose();
        return records;
    }

    /// <summary>Whether these are the records 1, 2, ... without a gap, each as it was written.</summary>
    public static bool AreFirst(IReadOnlyList<JournalRecord> records) => records.Select((record, index) =>
        record.Seq == index + 1
        && record.Time == TimeOf(record.Seq)
        && Encoding.UTF8.GetString(record.Payload.Span) == TextOf(record.Seq)).All(isRight => isRight);

    public void Dispose() => folder.Delete(recursive: true);

    private static string TextOf(long seq) => $"record {seq}";

    private static DateTimeOffset TimeOf(long seq) => Start.AddTicks(seq / 2);

    private static int FrameLength(long seq) =>
        JournalFrame.HeaderLength + TextOf(seq).Length + JournalFrame.ChecksumLength;
}
