using Marketplace.Matching;

namespace Marketplace.OrderBook;

/// <summary>A command of the book in the journal: a record of its own kind, with its text as payload.</summary>
internal static class JournalledCommand
{
    public const CommandKind Kind = (CommandKind)0x80;

    public static MatchCommand RecordOf(long seq, DateTimeOffset now) => new()
    {
        Kind = Kind,
        Seq = seq,
        TimeMilliseconds = now.ToUnixTimeMilliseconds(),
    };
}
