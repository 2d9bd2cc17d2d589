using CsCheck;
using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

/// <summary>The same (session, number) with the same order: the same answer, no second effect.</summary>
public sealed class IdempotentEntryTests
{
    private static readonly Gen<(OutgoingOrder Order, int Sends)[]> Sent =
        Gen.Select(EntryWorld.AnyOrder, Gen.Int[1, 3]).Array[1, 40];

    [Fact]
    public void An_order_that_is_sent_again_and_again_acts_once() => Sent.Sample(sent =>
    {
        var world = new EntryWorld();
        var writer = new Writer();
        var first = new Dictionary<ulong, (byte[] Bytes, EntryAnswer Answer)>();
        foreach (var (order, index) in sent.SelectMany(row => Enumerable.Repeat(row.Order, row.Sends))
            .Select((order, index) => (order, index)))
        {
            var bytes = EntryBatch.Encode(EntryWorld.Session, [order], EntryWorld.Key);
            var effects = writer.Effects;
            world.Door.Admit(bytes, EntryWorld.Home, EntryWorld.Now + index * 1_000, out var batch)
                .IsAdmitted.Should().BeTrue();

            var answer = writer.Apply(batch);

            var isFirst = first.TryAdd(order.Command.ClientSeq, (bytes, answer));
            var (known, given) = first[order.Command.ClientSeq];
            if (isFirst)
            {
                writer.Effects.Should().Be(effects + (answer.Refusal == EntryRefusal.None ? 1 : 0));
                answer.Refusal.Should().BeOneOf(EntryRefusal.None, EntryRefusal.SequenceTooOld);
            }
            else
            {
                writer.Effects.Should().Be(effects, "no number acts twice");
                Answers(given, known.SequenceEqual(bytes)).Should().Contain(answer);
            }
        }
    }, iter: 100);

    // Beside the first answer only this may come: the number belongs to another order, or has left the window since.
    private static EntryAnswer[] Answers(EntryAnswer first, bool isSame) =>
        [isSame ? first : Refused(EntryRefusal.SequenceReused), Refused(EntryRefusal.SequenceTooOld)];

    private static EntryAnswer Refused(EntryRefusal refusal) => new(0, default, refusal);

    /// <summary>A writer that only counts: what it does with an order does not matter here.</summary>
    private sealed class Writer
    {
        private readonly SequenceWindows windows = new();

        public int Effects { get; private set; }

        public EntryAnswer Apply(EntryBatch batch)
        {
            var last = default(EntryAnswer);
            foreach (var order in batch)
            {
                var window = windows.Of(order.Command.Session);
                var state = window.Look(order.Command.ClientSeq, order.Fingerprint, out var first);
                last = state switch
                {
                    SequenceState.Repeated => first,
                    SequenceState.Reused => Refused(EntryRefusal.SequenceReused),
                    SequenceState.TooOld => Refused(EntryRefusal.SequenceTooOld),
                    _ => Act(window, order),
                };
            }

            return last;
        }

        private EntryAnswer Act(SequenceWindow window, EntryRecord order)
        {
            Effects++;
            var answer = new EntryAnswer(Effects, new OrderHandle(order.Command.Market, 1, (uint)Effects));
            window.Remember(order.Command.ClientSeq, order.Fingerprint, answer);
            return answer;
        }
    }
}
