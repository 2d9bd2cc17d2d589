namespace Marketplace.OrderBook.Journaling;

/// <summary>What a whole log holds, and what stands in its files besides.</summary>
/// <param name="FirstSeq">The first command's number; 0 without any.</param>
/// <param name="Head">The last command's number and the hash of everything: once published, nothing can change.</param>
/// <param name="TornBytes">Left unfinished at the end by a crash.</param>
/// <param name="StrayBytes">Behind the ends of earlier segments, of torn or fenced writes.</param>
public sealed record JournalSummary(
    long FirstSeq,
    JournalHead Head,
    long Commands,
    long PayloadBytes,
    long Batches,
    int Segments,
    uint Epoch,
    long TornBytes,
    long StrayBytes);

/// <summary>Walks a log that nobody writes from its first segment to its end.</summary>
public static class JournalVerification
{
    /// <param name="afterSeq">Commands up to this number may be missing with their segments; 0 when none may.</param>
    /// <exception cref="JournalCorruptException">The log is not what was written.</exception>
    public static JournalSummary Verify(string folder, long afterSeq = 0)
    {
        using var reader = new JournalReader(folder, afterSeq);
        var (first, commands, payloadBytes) = (0L, 0L, 0L);
        while (reader.Next())
        {
            first = first == 0 ? reader.Command.Seq : first;
            commands++;
            payloadBytes += reader.Payload.Length;
        }

        return new JournalSummary(
            first,
            reader.Head,
            commands,
            payloadBytes,
            reader.Batches,
            reader.Segments,
            reader.Epoch,
            reader.TornBytes,
            reader.StrayBytes);
    }
}
