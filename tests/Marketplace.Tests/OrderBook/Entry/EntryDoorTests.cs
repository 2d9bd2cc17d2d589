using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class EntryDoorTests
{
    // So small that one full batch empties a bucket for a quarter of a second.
    private static readonly EntryRates Tight = new(new(1_000, 256), new(1_000, 256), new(10, 10));
    private static readonly EntryRates Wide = new(new(1_000_000, 1_000_000), new(1_000_000, 1_000_000), new(10, 10));

    [Fact]
    public void An_authentic_batch_comes_in_whole()
    {
        var bytes = EntryWorld.BatchOf(EntryWorld.Bid(1), EntryWorld.Cancel(2), EntryWorld.Amend(3));

        var verdict = new EntryWorld().Door.Admit(bytes, EntryWorld.Home, EntryWorld.Now, out var batch);

        verdict.Should().Be(new EntryVerdict(EntryRefusal.None));
        batch.Count.Should().Be(3);
    }

    [Fact]
    public void A_batch_without_a_session_or_with_anothers_secret_stays_out()
    {
        var world = new EntryWorld();
        OutgoingOrder[] orders = [new(EntryWorld.Bid(1))];

        world.Admit(EntryBatch.Encode(8, orders, EntryWorld.Key)).Refusal.Should().Be(EntryRefusal.UnknownSession);
        world.Admit(EntryBatch.Encode(EntryWorld.Session, orders, EntryWorld.OtherKey))
            .Refusal.Should().Be(EntryRefusal.BadMac);
    }

    [Fact]
    public void One_bad_order_keeps_the_batch_out_and_is_named()
    {
        var bytes = EntryWorld.BatchOf(
            EntryWorld.Bid(1), EntryWorld.Bid(2) with { Kind = CommandKind.Fund }, EntryWorld.Bid(0));

        var verdict = new EntryWorld().Door.Admit(bytes, EntryWorld.Home, EntryWorld.Now, out var batch);

        verdict.Should().Be(new EntryVerdict(EntryRefusal.KindNotAllowed, Index: 1));
        batch.Load.Should().Be(default(EntryLoad), "nothing of a refused batch is handed on");
    }

    [Fact]
    public void A_session_that_has_run_out_still_cancels()
    {
        var world = new EntryWorld();
        var late = (long)EntryWorld.Grant.ExpirySeconds * 1_000;

        world.Admit(EntryWorld.BatchOf(EntryWorld.Bid(1)), late - 1).IsAdmitted.Should().BeTrue();
        world.Admit(EntryWorld.BatchOf(EntryWorld.Bid(2)), late).Refusal.Should().Be(EntryRefusal.SessionExpired);
        world.Admit(EntryWorld.BatchOf(EntryWorld.Cancel(3), EntryWorld.Amend(4)), late)
            .Refusal.Should().Be(EntryRefusal.SessionExpired);
        world.Admit(EntryWorld.BatchOf(EntryWorld.Cancel(3)), late).IsAdmitted.Should().BeTrue();
    }

    [Fact]
    public void A_source_or_session_that_is_too_fast_learns_when_to_come_again()
    {
        var full = EntryWorld.BatchOf([.. Enumerable.Range(1, 256).Select(number => EntryWorld.Bid((ulong)number))]);

        foreach (var (world, refusal) in new[]
        {
            (new EntryWorld(Tight, Wide), EntryRefusal.SourceTooFast),
            (new EntryWorld(Wide, Tight), EntryRefusal.SessionTooFast),
        })
        {
            world.Admit(full).IsAdmitted.Should().BeTrue();
            world.Admit(full).Should().Be(new EntryVerdict(refusal, RetryAfterMilliseconds: 256));
            world.Admit(full, EntryWorld.Now + 255).Should().Be(new EntryVerdict(refusal, RetryAfterMilliseconds: 1));
            world.Admit(full, EntryWorld.Now + 256).IsAdmitted.Should().BeTrue();
        }
    }

    [Fact]
    public void Forged_batches_use_up_their_own_source_and_not_the_session()
    {
        var world = new EntryWorld(Tight, Tight);
        OutgoingOrder[] orders = [.. Enumerable.Range(1, 256).Select(number => new OutgoingOrder(
            number % 2 == 0 ? EntryWorld.Cancel((ulong)number) : EntryWorld.Bid((ulong)number)))];
        var forged = EntryBatch.Encode(EntryWorld.Session, orders, EntryWorld.OtherKey);
        var stranger = new EntrySource(2);

        world.Door.Admit(forged, stranger, EntryWorld.Now, out _).Refusal.Should().Be(EntryRefusal.BadMac);
        world.Door.Admit(forged, stranger, EntryWorld.Now, out _).Refusal.Should().Be(EntryRefusal.BadMac);
        world.Door.Admit(forged, stranger, EntryWorld.Now, out _).Refusal.Should().Be(EntryRefusal.SourceTooFast);

        world.Admit(EntryBatch.Encode(EntryWorld.Session, orders, EntryWorld.Key)).IsAdmitted.Should().BeTrue();
    }

    [Fact]
    public void Cancels_come_in_when_the_orders_rate_is_used_up()
    {
        var world = new EntryWorld(Tight, Tight);
        world.Admit(EntryWorld.BatchOf([.. Enumerable.Range(1, 256).Select(at => EntryWorld.Bid((ulong)at))]));

        world.Admit(EntryWorld.BatchOf(EntryWorld.Bid(300))).IsAdmitted.Should().BeFalse();
        world.Admit(EntryWorld.BatchOf(EntryWorld.Cancel(301))).IsAdmitted.Should().BeTrue();
    }

    [Fact]
    public void Admitting_a_batch_allocates_nothing()
    {
        var world = new EntryWorld(Wide, Wide);
        var bytes = EntryWorld.BatchOf([.. Enumerable.Range(1, 256).Select(at => EntryWorld.Bid((ulong)at))]);
        Repeat(world, bytes, 100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(world, bytes, 100);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.Should().BeLessThan(100 * 256, "that is less than a byte for each order");
    }

    private static void Repeat(EntryWorld world, byte[] bytes, int times)
    {
        for (var round = 0; round < times; round++)
        {
            world.Door.Admit(bytes, EntryWorld.Home, EntryWorld.Now, out _);
        }
    }
}
