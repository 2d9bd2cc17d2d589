using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Marketplace.Matching;

/// <summary>One market: its terms, the slab of its orders and its two sides.</summary>
internal sealed class MarketBook(
    ushort number, long tickSize, MarketMode mode, int takerFeeBps, int makerFeeBps, int capacity)
{
    /// <summary>A slot whose generations are used up is not used again, so that no handle names two orders.</summary>
    public const uint LastGeneration = (1u << OrderHandle.GenerationBits) - 1;

    private readonly BookSide[] sides = [new(Side.Bid), new(Side.Ask)];
    private Order[] orders = new Order[Math.Max(2, capacity)];

    public ushort Number => number;

    public long TickSize => tickSize;

    public MarketMode Mode => mode;

    public int TakerFeeBps => takerFeeBps;

    public int MakerFeeBps => makerFeeBps;

    public int MaxFeeBps { get; } = Math.Max(takerFeeBps, makerFeeBps);

    public int LastClearTick { get; set; }

    public BookSide Bids => sides[(int)Side.Bid];

    public BookSide Asks => sides[(int)Side.Ask];

    /// <summary>The slab. Slot 0 is no order; it serves to try an order before it has a place.</summary>
    public Order[] Orders => orders;

    /// <summary>Slots that have ever been used, slot 0 among them.</summary>
    public int UsedSlots { get; private set; } = 1;

    /// <summary>The first free slot; 0 without one.</summary>
    public int FreeSlot { get; private set; }

    public BookSide Sides(Side side) => sides[(int)side];

    public BookSide Opposite(Side side) => sides[1 - (int)side];

    public OrderHandle Handle(int slot) => new(number, orders[slot].Generation, (uint)slot);

    /// <summary>The slot of a live order.</summary>
    public bool TryFind(uint slot, uint generation, out int found)
    {
        var isLive = slot < (uint)UsedSlots && orders[slot].Generation == generation && orders[slot].Open != 0;
        found = isLive ? (int)slot : 0;
        return isLive;
    }

    /// <summary>Asks the processor for an order's memory; a slot that does not exist is left alone.</summary>
    public unsafe void Prefetch(uint slot)
    {
        if (Sse.IsSupported && slot < (uint)orders.Length)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref orders[slot]));
        }
    }

    /// <summary>A slot for a new order; the slab may move.</summary>
    public int Take()
    {
        if (FreeSlot != 0)
        {
            var slot = FreeSlot;
            FreeSlot = orders[slot].Next;
            return slot;
        }

        if (UsedSlots == orders.Length)
        {
            Array.Resize(ref orders, orders.Length * 2);
        }

        orders[UsedSlots].Generation = 1;
        return UsedSlots++;
    }

    /// <summary>Frees the slot of an order that has ended.</summary>
    public void Release(int slot)
    {
        ref var order = ref orders[slot];
        order.Open = 0;
        order.Filled = 0;
        if (order.Generation == LastGeneration)
        {
            return;
        }

        order.Generation++;
        order.Next = FreeSlot;
        FreeSlot = slot;
    }

    /// <summary>A new handle for an order that moves; another slot when this one's generations are used up.</summary>
    public int Renew(int slot)
    {
        if (orders[slot].Generation < LastGeneration)
        {
            orders[slot].Generation++;
            return slot;
        }

        var renewed = Take();
        var generation = orders[renewed].Generation;
        orders[renewed] = orders[slot];
        orders[renewed].Generation = generation;
        Release(slot);
        return renewed;
    }

    /// <summary>Takes up a saved slab; the sides are filled from the orders' own links.</summary>
    /// <exception cref="InvalidDataException">The links do not hold every live order once.</exception>
    public void Restore(Order[] saved, int usedSlots, int freeSlot)
    {
        (orders, UsedSlots, FreeSlot) = (saved, usedSlots, freeSlot);
        var live = 0;
        for (var slot = 1; slot < usedSlots; slot++)
        {
            orders[slot].Leaf = 0;
            orders[slot].QueuePlace = 0;
            live += orders[slot].Open != 0 ? 1 : 0;
            CheckPlace(orders[slot]);
        }

        for (var slot = 1; slot < usedSlots; slot++)
        {
            if (orders[slot].Open != 0 && orders[slot].Prev == 0)
            {
                Relink(slot);
            }
        }

        if (Bids.Orders + Asks.Orders != live)
        {
            throw new InvalidDataException($"Market {number} links {Bids.Orders + Asks.Orders} of {live} orders.");
        }
    }

    private void CheckPlace(in Order order)
    {
        var isPlaced = order.Open > 0 && order.Tick is >= 1 and < BookSide.TickLimit
            && order.Signature < Sides(order.Side).SignatureCount;
        if (order.Open != 0 && !isPlaced)
        {
            throw new InvalidDataException($"Market {number} has an order of no price or signature.");
        }
    }

    private void Relink(int head)
    {
        for (var slot = head; slot != 0;)
        {
            var next = orders[slot].Next;
            if (next < 0 || next >= UsedSlots || orders[slot].Open == 0 || orders[slot].Leaf != 0)
            {
                throw new InvalidDataException($"Market {number} has broken links.");
            }

            Sides(orders[slot].Side).Link(orders, slot);
            slot = next;
        }
    }
}
