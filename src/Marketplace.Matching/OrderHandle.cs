using System.Globalization;

namespace Marketplace.Matching;

/// <summary>
/// The engine's own name for an order: market (12 bits), generation (20 bits), slot (32 bits). A slot's generation
/// rises whenever its order ends or moves, so an old handle never finds a later order.
/// </summary>
public readonly record struct OrderHandle(ulong Raw)
{
    internal const int GenerationBits = 20;

    public OrderHandle(ushort market, uint generation, uint slot)
        : this((ulong)market << 52 | (ulong)(generation & ((1u << GenerationBits) - 1)) << 32 | slot)
    {
    }

    public ushort Market => (ushort)(Raw >> 52);

    public uint Generation => (uint)(Raw >> 32) & ((1u << GenerationBits) - 1);

    public uint Slot => (uint)(Raw & uint.MaxValue);

    public override string ToString() => Raw.ToString("x16", CultureInfo.InvariantCulture);
}
