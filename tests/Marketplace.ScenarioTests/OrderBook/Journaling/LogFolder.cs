using Marketplace.Matching;
using Marketplace.OrderBook.Journaling;

namespace Marketplace.ScenarioTests.OrderBook.Journaling;

/// <summary>A folder of its own for a test's log, and known commands to write into it in known batches.</summary>
internal sealed class LogFolder : IDisposable
{
    /// <summary>Small, so that a log has several segments; the writer's own least sizes do not bind here.</summary>
    public static readonly JournalOptions Small = new(SegmentBytes: 4096, BufferBytes: 3072);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("mkt-log-");

    public string Path => folder.FullName;

    public IReadOnlyList<string> Segments => [.. SegmentFiles.List(Path).Select(segment => segment.Path)];

    /// <summary>The known command of this number.</summary>
    public static MatchCommand Command(long seq) => new()
    {
        Seq = seq,
        TimeMilliseconds = 1_700_000_000_000 + seq / 3,
        Kind = CommandKind.Place,
        Market = (ushort)(seq % 7),
        ClientSeq = (ulong)seq * 31,
        Tick = (int)(seq % 1000) + 1,
        Quantity = seq * 1_000_003,
    };

    /// <summary>Its payload: mostly none, else up to three records' worth.</summary>
    public static byte[] Payload(long seq)
    {
        var payload = seq % 3 != 0 ? [] : new byte[(int)(seq * 7 % 100)];
        payload.AsSpan().Fill((byte)(seq % 251));
        return payload;
    }

    /// <summary>Whether the log gave the known command of its number.</summary>
    public static bool IsKnown(in MatchCommand found, ReadOnlySpan<byte> payload)
    {
        var known = Command(found.Seq);
        known.PayloadRecords = (byte)PayloadRecord.CountFor(Payload(found.Seq).Length);
        RecordChecksum.Seal(ref known);
        return found.Equals(known) && payload.SequenceEqual(Payload(found.Seq));
    }

    /// <summary>Opens the log, writes the next commands in batches of these lengths, and closes it.</summary>
    /// <returns>The log's head after each batch.</returns>
    public IReadOnlyList<JournalHead> Write(params int[] batches)
    {
        using var opening = Open();
        return [.. batches.Select(count => Write(opening.Segments, count))];
    }

    public JournalOpening Open(SnapshotPoint? snapshot = null) =>
        JournalOpening.Open(Path, SystemDisk.Instance, Small, snapshot, (in _, _) => { });

    /// <summary>Writes the next commands as one batch.</summary>
    public static JournalHead Write(SegmentWriter segments, int count)
    {
        var buffer = new BatchBuffer(1 << 15);
        for (var seq = segments.Head.LastSeq + 1; count > 0; seq++, count--)
        {
            var command = Command(seq);
            Append(buffer, ref command, Payload(seq));
        }

        segments.Write(buffer);
        return segments.Head;
    }

    public static void Append(BatchBuffer buffer, ref MatchCommand command, ReadOnlySpan<byte> payload)
    {
        command.PayloadRecords = (byte)PayloadRecord.CountFor(payload.Length);
        RecordChecksum.Seal(ref command);
        buffer.Add(command, payload);
    }

    /// <summary>Reads the log to its end and requires each command to be the known one of the next number.</summary>
    /// <returns>The last number.</returns>
    public long ReadKnown(long afterSeq = 0) => ReadKnown(Path, afterSeq);

    public static long ReadKnown(string path, long afterSeq = 0)
    {
        using var reader = new JournalReader(path, afterSeq);
        var last = afterSeq;
        while (reader.Next())
        {
            if (reader.Command.Seq != last + 1 || !IsKnown(reader.Command, reader.Payload))
            {
                throw new InvalidDataException($"After {last} came {reader.Command.Seq}, or not as it was written.");
            }

            last++;
        }

        return last;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
