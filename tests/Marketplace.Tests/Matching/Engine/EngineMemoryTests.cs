using System.Runtime.CompilerServices;
using FluentAssertions;
using Marketplace.Bench;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching.Engine;

/// <summary>What the engine keeps: no garbage, the layout of an order, handles, images.</summary>
public sealed class EngineMemoryTests
{
    [Fact]
    public void An_order_is_one_cache_line() => Unsafe.SizeOf<Order>().Should().Be(64);

    [Theory]
    [InlineData("W2", 1_000_000)]
    [InlineData("W4", 300_000)]
    [InlineData("W5", 300_000)]
    [InlineData("K3", 300_000)]
    public void Nothing_is_allocated_once_the_engine_is_warm(string name, int messages)
    {
        var workload = Workloads.Make(name, messages);
        var engine = workload.Prepare();
        var events = new MatchEvents(200_000);
        var warmUp = workload.Messages.Length / 2;
        Apply(engine, workload.Messages.AsSpan(0, warmUp), events);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Apply(engine, workload.Messages.AsSpan(warmUp), events);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void A_slot_whose_generations_are_used_up_is_never_used_again()
    {
        var book = new MarketBook(1, 1, MarketMode.Continuous, 0, 0, 4);
        var slot = book.Take();
        book.Orders[slot].Open = 1;
        book.Orders[slot].Generation = MarketBook.LastGeneration;
        var last = book.Handle(slot);

        var renewed = book.Renew(slot);

        renewed.Should().NotBe(slot);
        book.Orders[renewed].Open.Should().Be(1);
        book.TryFind(last.Slot, last.Generation, out _).Should().BeFalse();
        Enumerable.Range(0, 5).Select(_ => book.Take()).Should().NotContain(slot);
    }

    [Fact]
    public void The_same_order_has_the_same_handle_after_loading_and_an_old_one_still_names_none()
    {
        var exchange = new Exchange();
        var gone = exchange.Ask(1, 10, 5);
        exchange.Cancel(1, gone);
        var moved = exchange.Ask(2, 11, 5);
        exchange.Amend(2, moved, 12, 5);
        var kept = exchange.Events[0].Order;

        exchange.Engine = Reload(exchange.Engine);

        exchange.Find(kept)!.Value.Tick.Should().Be(12);
        exchange.Find(moved).Should().BeNull();
        exchange.Find(gone).Should().BeNull();
        exchange.Ask(3, 13, 1).Slot.Should().NotBe(kept.Slot);
    }

    [Fact]
    public void An_image_keeps_its_moment_while_the_engine_goes_on_and_its_memory_serves_again()
    {
        var exchange = new Exchange();
        exchange.Ask(1, 10, 5);
        var then = exchange.Engine.StateHash();
        var image = exchange.Engine.Capture(null);

        exchange.Bid(0, 10, 5);
        Load(image).StateHash().Should().Be(then);

        exchange.Engine.Capture(image).Should().BeSameAs(image);
        Load(image).StateHash().Should().Be(exchange.Engine.StateHash()).And.NotBe(then);
    }

    [Fact]
    public void A_saved_engine_with_any_other_byte_or_length_is_refused()
    {
        var exchange = new Exchange();
        exchange.Ask(1, 10, 5);
        using var file = new MemoryStream();
        exchange.Engine.Save(file);
        var saved = file.ToArray();

        for (var i = 0; i < saved.Length; i++)
        {
            var damaged = saved.ToArray();
            damaged[i] ^= 0x41;
            Loading(damaged).Should().Throw<InvalidDataException>($"byte {i} is another");
        }

        Loading(saved[..^1]).Should().Throw<InvalidDataException>();
        Loading(saved).Should().NotThrow();
    }

    private static void Apply(MatchingEngine engine, ReadOnlySpan<MatchCommand> commands, MatchEvents events)
    {
        foreach (ref readonly var command in commands)
        {
            events.Clear();
            engine.Apply(command, events);
        }
    }

    private static Action Loading(byte[] bytes) => () => MatchingEngine.Load(new MemoryStream(bytes));

    private static MatchingEngine Reload(MatchingEngine engine) => Load(engine.Capture(null));

    private static MatchingEngine Load(EngineImage image)
    {
        using var file = new MemoryStream();
        image.WriteTo(file);
        file.Position = 0;
        return MatchingEngine.Load(file);
    }
}
