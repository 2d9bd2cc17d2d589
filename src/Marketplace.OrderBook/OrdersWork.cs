using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Marketplace.OrderBook.Journaling;

namespace Marketplace.OrderBook;

/// <summary>A batch of bare orders that waits: one piece of work and one answer, whatever their number.</summary>
/// <param name="bytes">A batch that the door has let in; not to be changed any more.</param>
internal sealed class OrdersWork(ReadOnlyMemory<byte> bytes) : BookWork
{
    private readonly TaskCompletionSource<EntryAnswer[]> answers =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EntryAnswer[] decided = [];

    public Task<EntryAnswer[]> Answers => answers.Task;

    public override void Decide(BookEngine engine, JournalWriter journal, DateTimeOffset now, DecidedBatch batch)
    {
        var shape = EntryBatch.Read(bytes.Span, out var orders);
        Invariant.Holds(shape == EntryRefusal.None, "The door has read the batch.");
        foreach (var order in orders)
        {
            engine.Expect(order.Command);
        }

        decided = new EntryAnswer[orders.Count];
        var index = 0;
        foreach (var order in orders)
        {
            var command = order.Command;
            var outcome = engine.Apply(command, order.Payload, journal.LastSeq + 1, now);
            decided[index++] = outcome.Answer;
            if (outcome.HasChanged)
            {
                Journal(journal, command, order.Payload, now);
                batch.Tell(outcome.Events, engine.Sent);
            }
        }
    }

    public override void Release() => answers.TrySetResult(decided);

    public override void Fail(BookStoppedException stopped) => answers.TrySetException(stopped);

    private static void Journal(
        JournalWriter journal, MatchCommand command, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        (command.Seq, command.TimeMilliseconds) = (journal.LastSeq + 1, now.ToUnixTimeMilliseconds());
        journal.Append(ref command, payload);
    }
}
