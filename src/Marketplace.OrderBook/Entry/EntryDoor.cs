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

    /// <summary>
    /// Lets a note in by the same checks. The end of a session comes in again after it, for it is the same end.
    /// </summary>
    /// <param name="session">Whose note it is; null when it was refused.</param>
    public EntryVerdict Admit(
        SessionNote note, ReadOnlySpan<byte> mac, EntrySource source, long nowMilliseconds, out EntrySession? session)
    {
        var verdict = Approach(note.Session, note.Load, source, nowMilliseconds, out session);
        var isRepeatedEnd = verdict.Refusal == EntryRefusal.SessionEnded && note.IsEnd;
        if (session is not null && (verdict.IsAdmitted || isRepeatedEnd))
        {
            verdict = new EntryVerdict(note.IsAuthentic(session.Key, mac) ? EntryRefusal.None : EntryRefusal.BadMac);
        }

        if (verdict.IsAdmitted)
        {
            session!.Take(note.Load, nowMilliseconds);
        }

        session = verdict.IsAdmitted ? session : null;
        return verdict;
    }

    private EntryVerdict Judge(in EntryBatch batch, EntrySource source, long nowMilliseconds)
    {
        var verdict = Approach(batch.Session, batch.Load, source, nowMilliseconds, out var session);
        if (!verdict.IsAdmitted)
        {
            return verdict;
        }

        if (!batch.IsAuthentic(session!.Key))
        {
            return new EntryVerdict(EntryRefusal.BadMac);
        }

        session.Take(batch.Load, nowMilliseconds);
        return JudgeOrders(batch, session);
    }

    /// <summary>All checks that come before the MAC.</summary>
    private EntryVerdict Approach(
        uint number, EntryLoad load, EntrySource source, long nowMilliseconds, out EntrySession? session)
    {
        session = null;
        var wait = sources.Take(source, load, nowMilliseconds);
        if (wait > 0)
        {
            return new EntryVerdict(EntryRefusal.SourceTooFast, wait);
        }

        session = sessions.Find(number);
        return session is null
            ? new EntryVerdict(EntryRefusal.UnknownSession)
            : Approach(session, load, nowMilliseconds);
    }

    private static EntryVerdict Approach(EntrySession session, EntryLoad load, long nowMilliseconds)
    {
        if (session.Grant.IsExpired(nowMilliseconds) && load.Orders > 0)
        {
            return new EntryVerdict(EntryRefusal.SessionExpired);
        }

        var wait = session.Wait(load, nowMilliseconds);
        return wait > 0 ? new EntryVerdict(EntryRefusal.SessionTooFast, wait)
            : session.IsEnded ? new EntryVerdict(EntryRefusal.SessionEnded)
            : default;
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
