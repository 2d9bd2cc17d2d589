namespace Marketplace.OrderBook;

/// <summary>The journal holds something else than what was written: nothing may be decided on it.</summary>
public sealed class JournalCorruptException(long offset, string reason)
    : Exception($"The journal is damaged at byte {offset}: {reason}")
{
    /// <summary>Bytes from the start of the file.</summary>
    public long Offset { get; } = offset;
}

/// <summary>Where a journal's sound part ends.</summary>
internal readonly record struct JournalEnd(long Length, long Seq, long UtcTicks, uint Checksum);

/// <summary>
/// Reads a journal from its start. A crash while writing leaves an unsound end, which no answer was ever given for; an
/// unsound place with a record of a later flush behind it is damage.
/// </summary>
internal sealed class JournalScan(Stream file, Action<JournalRecord> replay)
{
    private JournalEnd end = new(Journal.FileHeaderLength, 0, 0, 0);

    public JournalEnd Run()
    {
        file.Position = end.Length;
        while (end.Length < file.Length && ReadFrame() is { } frame && JournalFrame.Read(frame) is { } head)
        {
            Accept(head, frame);
        }

        if (end.Length < file.Length)
        {
            RequireTornTail();
        }

        return end;
    }

    private byte[]? ReadFrame()
    {
        var header = new byte[JournalFrame.HeaderLength];
        var read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (JournalFrame.LengthOf(header.AsSpan(0, read)) is not { } length || end.Length + length > file.Length)
        {
            return null;
        }

        var frame = new byte[length];
        header.CopyTo(frame, 0);
        file.ReadExactly(frame.AsSpan(header.Length));
        return frame;
    }

    private void Accept(FrameHead head, byte[] frame)
    {
        if (head.Seq != end.Seq + 1 || head.Previous != end.Checksum)
        {
            throw new JournalCorruptException(end.Length, $"record {head.Seq} does not follow record {end.Seq}.");
        }

        var payload = frame.AsMemory(
            JournalFrame.HeaderLength, frame.Length - JournalFrame.HeaderLength - JournalFrame.ChecksumLength);
        replay(new JournalRecord(head.Seq, new DateTimeOffset(head.UtcTicks, TimeSpan.Zero), payload));
        end = new JournalEnd(end.Length + frame.Length, head.Seq, head.UtcTicks, head.Checksum);
    }

    private void RequireTornTail()
    {
        var rest = new byte[Math.Min(file.Length - end.Length, Array.MaxLength)];
        file.Position = end.Length;
        file.ReadExactly(rest);
        for (var at = 1; at < rest.Length; at++)
        {
            if (FrameAt(rest.AsSpan(at)) is { } later && later.FlushFirst > end.Seq + 1)
            {
                throw new JournalCorruptException(end.Length, $"record {later.Seq} was written long after it.");
            }
        }
    }

    private static FrameHead? FrameAt(ReadOnlySpan<byte> bytes) =>
        JournalFrame.LengthOf(bytes) is { } length && length <= bytes.Length
            ? JournalFrame.Read(bytes[..length])
            : null;
}
