using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class EntryBatchTests
{
    private const int CountOffset = 20;
    private const int PayloadRecordsOffset = EntryBatch.HeaderBytes + 19;

    private static readonly Gen<OutgoingOrder[]> Batches = EntryWorld.AnyOrder.Array[1, 12];

    [Fact]
    public void What_was_encoded_is_read_back() => Batches.Sample(orders =>
    {
        var bytes = EntryBatch.Encode(EntryWorld.Session, orders, EntryWorld.Key);

        EntryBatch.Read(bytes, out var batch).Should().Be(EntryRefusal.None);
        batch.IsAuthentic(EntryWorld.Key).Should().BeTrue();
        batch.IsAuthentic(EntryWorld.OtherKey).Should().BeFalse();
        batch.Session.Should().Be(EntryWorld.Session);
        batch.Count.Should().Be(orders.Length);
        var index = 0;
        foreach (var order in batch)
        {
            var sent = orders[index++];
            var records = (byte)(sent.Payload.Length / EntryRecord.Bytes);
            order.Command.Should().Be(sent.Command with { PayloadRecords = records });
            order.Payload.SequenceEqual(sent.Payload.Span).Should().BeTrue();
        }

        index.Should().Be(orders.Length);
        var cancels = orders.Count(order => order.Command.Kind == CommandKind.Cancel);
        batch.Load.Should().Be(new EntryLoad(orders.Length - cancels, cancels, 0));
    }, iter: 200);

    [Fact]
    public void The_longest_batch_is_read()
    {
        var orders = Enumerable.Range(1, 256)
            .Select(number => new OutgoingOrder(EntryWorld.Bid((ulong)number), new byte[8 * EntryRecord.Bytes]));

        var bytes = EntryBatch.Encode(EntryWorld.Session, [.. orders], EntryWorld.Key);

        bytes.Should().HaveCount(EntryBatch.LongestBytes);
        EntryBatch.Read(bytes, out _).Should().Be(EntryRefusal.None);
        EntryBatch.Read([.. bytes, 0], out _).Should().Be(EntryRefusal.TooLong);
    }

    [Fact]
    public void A_batch_that_is_cut_anywhere_is_truncated() => Batches.Sample(orders =>
    {
        var bytes = EntryBatch.Encode(EntryWorld.Session, orders, EntryWorld.Key);
        for (var length = 0; length < bytes.Length; length++)
        {
            EntryBatch.Read(bytes.AsSpan(0, length), out _).Should().Be(EntryRefusal.Truncated);
        }
    }, iter: 20);

    [Fact]
    public void Bytes_that_follow_a_batch_are_not_taken_for_part_of_it()
    {
        var bytes = EntryWorld.BatchOf(EntryWorld.Bid(1));

        EntryBatch.Read([.. bytes, 0], out _).Should().Be(EntryRefusal.CountMismatch);
        EntryBatch.Read([.. bytes, .. new byte[EntryRecord.Bytes]], out _).Should().Be(EntryRefusal.CountMismatch);
    }

    [Theory]
    [InlineData(0, 0, EntryRefusal.NotABatch)]
    [InlineData(15, 0, EntryRefusal.NotABatch)]
    [InlineData(CountOffset, 0, EntryRefusal.InvalidCount)]
    [InlineData(CountOffset + 1, 2, EntryRefusal.InvalidCount)]
    [InlineData(CountOffset, 1, EntryRefusal.CountMismatch)]
    [InlineData(CountOffset, 3, EntryRefusal.Truncated)]
    [InlineData(CountOffset + 2, 1, EntryRefusal.ReservedFieldSet)]
    [InlineData(CountOffset + 3, 1, EntryRefusal.ReservedFieldSet)]
    [InlineData(PayloadRecordsOffset, 9, EntryRefusal.PayloadTooLong)]
    [InlineData(PayloadRecordsOffset, 8, EntryRefusal.Truncated)]
    public void A_header_that_does_not_fit_is_refused(int offset, byte value, EntryRefusal refusal)
    {
        var bytes = EntryWorld.BatchOf(EntryWorld.Bid(1), EntryWorld.Bid(2));

        bytes[offset] = value;

        EntryBatch.Read(bytes, out _).Should().Be(refusal);
    }

    [Fact]
    public void No_batch_of_none_or_of_257_is_made()
    {
        var none = () => EntryWorld.BatchOf();
        var tooMany = () => EntryWorld.BatchOf(new MatchCommand[257]);

        none.Should().Throw<InvariantViolationException>();
        tooMany.Should().Throw<InvariantViolationException>();
    }

    /// <summary>The MAC covers every byte before it, and itself is whole.</summary>
    [Fact]
    public void A_change_of_any_byte_is_refused() => Batches.Sample(orders =>
    {
        var bytes = EntryBatch.Encode(EntryWorld.Session, orders, EntryWorld.Key);
        for (var index = 0; index < bytes.Length; index++)
        {
            foreach (var flip in new byte[] { 1, 0x80, 0xff })
            {
                bytes[index] ^= flip;
                var isTaken = EntryBatch.Read(bytes, out var batch) == EntryRefusal.None
                    && batch.IsAuthentic(EntryWorld.Key);
                isTaken.Should().BeFalse($"byte {index} was changed by {flip}");
                bytes[index] ^= flip;
            }
        }
    }, iter: 10);

    [Fact]
    public void Records_of_one_session_are_not_another_sessions()
    {
        var bytes = EntryBatch.Encode(10, [new OutgoingOrder(EntryWorld.Bid(1))], EntryWorld.Key);
        var moved = EntryBatch.Encode(EntryWorld.Session, [new OutgoingOrder(EntryWorld.Bid(1))], EntryWorld.Key);

        bytes.AsSpan(^EntryKey.MacBytes..).SequenceEqual(moved.AsSpan(^EntryKey.MacBytes..)).Should().BeFalse();
    }
}
