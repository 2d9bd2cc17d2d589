namespace Marketplace.OrderBook.Entry;

/// <summary>Whether a batch came in.</summary>
/// <param name="RetryAfterMilliseconds">When a rate refused it: how long to wait; else 0.</param>
/// <param name="Index">When one of its orders did: which, from 0; else 0.</param>
public readonly record struct EntryVerdict(EntryRefusal Refusal, long RetryAfterMilliseconds = 0, int Index = 0)
{
    public bool IsAdmitted => Refusal == EntryRefusal.None;
}

/// <summary>
/// The way in of every batch, cheapest check first: shape, the source's rate, session, the session's rate, MAC, orders.
/// A refused batch has no effect at all. For one thread at a time.
/// </summary>
/// <remarks>
/// The source pays before the MAC is computed, for that is the work which the limit protects. The session pays after
/// it: else anybody who knows its number could use up its rate with forged batches and keep its cancels out.
/// </remarks>
public sealed class EntryDoor(EntrySessions sessions, SourceLimits sources)
{
    public EntryVerdict Admit(ReadOnlySpan<byte> bytes, EntrySource source, long nowMilliseconds, out EntryBatch batch)
    {
        var shape = EntryBatch.Read(bytes, out var read);
        var verdict = shape == EntryRefusal.None ? Judge(read, source, nowMilliseconds) : new EntryVerdict(shape);
        batch = verdict.IsAdmitted ? read : default;
        return verdict;
    }

    private EntryVerdict Judge(in EntryBatch batch, EntrySource source, long nowMilliseconds)
    {
        var wait = sources.Take(source, batch.Load, nowMilliseconds);
        if (wait > 0)
        {
            return new EntryVerdict(EntryRefusal.SourceTooFast, wait);
        }

        var session = sessions.Find(batch.Session);
        return session is null
            ? new EntryVerdict(EntryRefusal.UnknownSession)
            : Judge(batch, session, nowMilliseconds);
    }

    private static EntryVerdict Judge(in EntryBatch batch, EntrySession session, long nowMilliseconds)
    {
        if (session.Grant.IsExpired(nowMilliseconds) && batch.Load.Orders > 0)
        {
            return new EntryVerdict(EntryRefusal.SessionExpired);
        }

        var wait = session.Wait(batch.Load, nowMilliseconds);
        if (wait > 0)
        {
            return new EntryVerdict(EntryRefusal.SessionTooFast, wait);
        }

        if (!batch.IsAuthentic(session.Key))
        {
            return new EntryVerdict(EntryRefusal.BadMac);
        }

        session.Take(batch.Load, nowMilliseconds);
        return JudgeOrders(batch, session);
    }

    private static EntryVerdict JudgeOrders(in EntryBatch batch, EntrySession session)
    {
        var index = 0;
        foreach (var order in batch)
        {
            var refusal = EntryRecord.Check(order.Command, session.Number, session.Account);
            if (refusal != EntryRefusal.None)
            {
                return new EntryVerdict(refusal, Index: index);
            }

            index++;
        }

        return default;
    }
}
