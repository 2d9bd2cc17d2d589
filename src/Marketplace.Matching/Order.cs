using System.Runtime.InteropServices;

namespace Marketplace.Matching;

/// <summary>
/// One order in its market's slab: 64 bytes, a cache line. Slot 0 is no order, so a link of 0 means none. A free slot
/// has nothing open; its <see cref="Next"/> is the next free one.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct Order
{
    /// <summary>The number of the command that gave it its place.</summary>
    public long OrderNo;

    public long Open;
    public long Filled;

    public int Tick;

    /// <summary>The younger and the older order of its level.</summary>
    public int Next;
    public int Prev;

    /// <summary>The leaf of the price tree that has its level; 0 while it does not rest.</summary>
    public int Leaf;

    public uint Generation;
    public uint Account;
    public uint Minimum;
    public uint ExpirySeconds;

    /// <summary>Its place in the expiry queue, 1 and up; 0 when it is not in it.</summary>
    public int QueuePlace;

    public ushort Signature;
    public byte Replicas;

    /// <summary>As in <see cref="MatchCommand.Terms"/>.</summary>
    public byte Terms;

    public readonly Side Side => (Side)(Terms & 1);

    public readonly TimeInForce TimeInForce => (TimeInForce)(Terms >> 1 & 3);

    public readonly SelfTradeRule SelfTrade => (SelfTradeRule)(Terms >> 3 & 3);

    public readonly bool IsPostOnly => (Terms & 1 << 5) != 0;

    public readonly bool EscrowsLimit => (Terms & 1 << 6) != 0;

    /// <summary>What is left of it ends once it has met the other side.</summary>
    public readonly bool IsImmediate => TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;

    public readonly bool IsInLegs => Replicas != 0;

    /// <summary>How many times its quantity it may trade.</summary>
    public readonly int Legs => Replicas == 0 ? 1 : Replicas;

    /// <summary>Fill-or-kill has its whole quantity as minimum.</summary>
    public readonly long LeastFill => TimeInForce == TimeInForce.FillOrKill ? Open : Minimum;

    public readonly bool HasMinimum => LeastFill > 1;

    /// <summary>Whether one counterparty may take <paramref name="quantity"/> of it.</summary>
    public readonly bool Allows(long quantity) => quantity >= Math.Min(Minimum, Open);
}
