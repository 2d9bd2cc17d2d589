using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook.PublicLog;

/// <summary>The public log is not one that a book has written.</summary>
public sealed class PublicLogFaultException(long record, string reason)
    : Exception($"Record {record} of the public log: {reason}")
{
    /// <summary>Counted from 0.</summary>
    public long Record { get; } = record;
}

/// <summary>Rebuilds a book from its public log: every trade, every hold, every depth, and the chain's hash.</summary>
public sealed class BookReplay
{
    private readonly MatchEvents events = new();

    public MatchingEngine Engine { get; } = new(new EngineOptions());

    public PublicHead Head { get; private set; }

    /// <summary>Takes the next record.</summary>
    /// <returns>What it did, until the next call.</returns>
    /// <exception cref="PublicLogFaultException">A book would not have taken this command here.</exception>
    public ReadOnlySpan<MatchEvent> Take(ReadOnlySpan<byte> record)
    {
        var command = PublicRecord.Read(record);
        events.Clear();
        var refusal = Apply(command);
        if (refusal != MatchRefusal.None)
        {
            throw new PublicLogFaultException(Head.Count, $"{command.Kind} would have been refused: {refusal}.");
        }

        Head = new PublicHead(Head.Count + 1, PublicRecord.Next(Head.Root, record));
        return events.All;
    }

    /// <summary>Takes a log to its end, or as many records as are wanted.</summary>
    /// <param name="took">Called after each record with its events.</param>
    /// <exception cref="PublicLogFaultException">It is cut within a record, or no book has written it.</exception>
    public void TakeAll(Stream log, long wanted, Action<ReadOnlySpan<MatchEvent>> took)
    {
        Span<byte> record = stackalloc byte[PublicRecord.Length];
        while (Head.Count < wanted)
        {
            var read = log.ReadAtLeast(record, record.Length, throwOnEndOfStream: false);
            if (read == 0)
            {
                return;
            }

            if (read < record.Length)
            {
                throw new PublicLogFaultException(Head.Count, $"it has {read} of {record.Length} bytes.");
            }

            took(Take(record));
        }
    }

    private MatchRefusal Apply(in MatchCommand command)
    {
        try
        {
            return Engine.Apply(command, events);
        }
        catch (InvariantViolationException impossible)
        {
            throw new PublicLogFaultException(Head.Count, impossible.Message);
        }
    }
}
