using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Marketplace.Kernel;

namespace Marketplace.OrderBook.Entry;

/// <summary>
/// Where requests come from: an IPv4 address, or the first 64 bits of an IPv6 one, which one host has.
/// </summary>
public readonly record struct EntrySource(ulong Prefix)
{
    private const int Ipv6Bytes = 16;

    // ::ffff:0:0/96 is never the prefix of a host's own network, so no IPv6 source is taken for an IPv4 one.
    private const ulong Ipv4 = 0xffff_0000_0000;

    public static EntrySource Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Ipv6Bytes];
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Invariant.Holds(plain.TryWriteBytes(bytes, out _), "An address has 4 or 16 bytes.");
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? new EntrySource(Ipv4 | BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new EntrySource(BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }
}

/// <summary>
/// The rate limits of the latest sources, before any cryptography. Room is bounded: a new source takes the place of the
/// one that asked longest ago, so that a flood from one address stays known however many others come by.
/// </summary>
/// <remarks>
/// A source that was forgotten starts full: the limits hold for as many sources at once as there is room.
/// </remarks>
public sealed class SourceLimits(EntryRates rates, int capacity)
{
    private readonly Dictionary<EntrySource, LinkedListNode<Known>> bySource = [];
    private readonly LinkedList<Known> latestFirst = new();

    public int Count => bySource.Count;

    /// <summary>
    /// Takes <paramref name="load"/> from the source's buckets, or nothing if one of them has too little.
    /// </summary>
    /// <returns>Milliseconds until it may be tried again; 0 when it was taken.</returns>
    public long Take(EntrySource source, EntryLoad load, long nowMilliseconds)
    {
        var node = Find(source, nowMilliseconds);
        ref var known = ref node.ValueRef;
        var wait = known.Buckets.Wait(rates, load, nowMilliseconds);
        if (wait == 0)
        {
            known.Buckets.Take(rates, load, nowMilliseconds);
        }

        return wait;
    }

    private LinkedListNode<Known> Find(EntrySource source, long nowMilliseconds)
    {
        if (bySource.TryGetValue(source, out var node))
        {
            latestFirst.Remove(node);
        }
        else
        {
            node = bySource.Count < capacity ? new LinkedListNode<Known>(default) : Forgotten();
            node.Value = new Known(source, EntryBuckets.Full(rates, nowMilliseconds));
            bySource.Add(source, node);
        }

        latestFirst.AddFirst(node);
        return node;
    }

    /// <summary>The node of the source that asked longest ago, free for another.</summary>
    private LinkedListNode<Known> Forgotten()
    {
        var oldest = latestFirst.Last;
        Invariant.Holds(oldest is not null, "There is room for one source at least.");
        latestFirst.RemoveLast();
        bySource.Remove(oldest.Value.Source);
        return oldest;
    }

    private struct Known(EntrySource source, EntryBuckets buckets)
    {
        public readonly EntrySource Source = source;
        public EntryBuckets Buckets = buckets;
    }
}
