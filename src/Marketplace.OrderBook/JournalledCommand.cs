using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>
/// The journal's two notations: a command of the book is a record of its own kind with its text as the payload, a bare
/// order of a session is the record that it was sent as, with number, time and checksum.
/// </summary>
internal static class JournalledCommand
{
    public const CommandKind Kind = (CommandKind)0x80;

    public static MatchCommand RecordOf(long seq, DateTimeOffset now) => new()
    {
        Kind = Kind,
        Seq = seq,
        TimeMilliseconds = now.ToUnixTimeMilliseconds(),
    };

    /// <summary>Carries out again what a journal holds.</summary>
    /// <returns>What it did.</returns>
    /// <exception cref="InvariantViolationException">It would change nothing, so it was never journalled.</exception>
    public static IReadOnlyList<BookEvent> Replay(
        BookEngine engine, in MatchCommand record, ReadOnlySpan<byte> payload)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(record.TimeMilliseconds);
        var (hasChanged, events) = record.Kind == Kind
            ? Outcome(engine.Apply(BookCommandCodec.Decode(payload), record.Seq, now))
            : Outcome(engine.Apply(record, payload, record.Seq, now));
        Invariant.Holds(hasChanged, "The journal holds only what changed something.");
        return events;
    }

    private static (bool HasChanged, IReadOnlyList<BookEvent> Events) Outcome(
        Result<BookOutcome, BookRefusal> outcome) =>
        outcome.TryGet(out var done) ? (done.HasChanged, done.Events) : (false, []);

    private static (bool HasChanged, IReadOnlyList<BookEvent> Events) Outcome(OrderOutcome outcome) =>
        (outcome.HasChanged, outcome.Events);
}
