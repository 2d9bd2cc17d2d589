using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Marketplace.Matching;

/// <summary>
/// A copy of an engine's whole state, handles included. Taking it is a few block copies; another thread may then write
/// it while the engine goes on.
/// </summary>
/// <remarks>
/// The written form: a head of little-endian words, the accounts, then of each market its head, its signatures and its
/// slab as they are in memory; at the end the SHA-256 of all that.
/// </remarks>
public sealed class EngineImage
{
    internal const ulong Format = 0x3145_4E49_474E_454D;
    internal const int Version = 1;
    internal const int HashBytes = 32;

    private readonly List<MarketImage> markets = [];
    private Purse[] purses = [];
    private EngineHead head;

    internal void Copy(EngineHead copied, ReadOnlySpan<Purse> accounts)
    {
        head = copied;
        purses = Fit(purses, accounts.Length);
        accounts.CopyTo(purses);
    }

    internal void Copy(int index, MarketBook book)
    {
        if (index == markets.Count)
        {
            markets.Add(new MarketImage());
        }

        markets[index].Copy(book);
    }

    /// <summary>Writes what <see cref="MatchingEngine.Load"/> reads.</summary>
    public void WriteTo(Stream target)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Write(target, hash, MemoryMarshal.AsBytes(new ReadOnlySpan<EngineHead>(in head)));
        Write(target, hash, MemoryMarshal.AsBytes(purses.AsSpan(0, head.Accounts)));
        for (var i = 0; i < head.Markets; i++)
        {
            markets[i].Write((bytes) => Write(target, hash, bytes));
        }

        target.Write(hash.GetHashAndReset());
    }

    internal static T[] Fit<T>(T[] array, int count) => array.Length >= count ? array : new T[count + count / 4];

    private static void Write(Stream target, IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        hash.AppendData(bytes);
        target.Write(bytes);
    }

    internal delegate void ByteSink(ReadOnlySpan<byte> bytes);

    private sealed class MarketImage
    {
        private MarketHead head;
        private SignatureView[] signatures = [];
        private Order[] orders = [];

        public void Copy(MarketBook book)
        {
            head = new MarketHead
            {
                TickSize = book.TickSize,
                Number = book.Number,
                Mode = (int)book.Mode,
                TakerFeeBps = book.TakerFeeBps,
                MakerFeeBps = book.MakerFeeBps,
                LastClearTick = book.LastClearTick,
                BidSignatures = book.Bids.SignatureCount,
                AskSignatures = book.Asks.SignatureCount,
                UsedSlots = book.UsedSlots,
                FreeSlot = book.FreeSlot,
                Orders = book.Bids.Orders + book.Asks.Orders,
            };
            signatures = Fit(signatures, head.BidSignatures + head.AskSignatures);
            orders = Fit(orders, head.UsedSlots);
            book.Bids.Signatures.CopyTo(signatures);
            book.Asks.Signatures.CopyTo(signatures.AsSpan(head.BidSignatures));
            book.Orders.AsSpan(0, head.UsedSlots).CopyTo(orders);
        }

        public void Write(ByteSink sink)
        {
            sink(MemoryMarshal.AsBytes(new ReadOnlySpan<MarketHead>(in head)));
            sink(MemoryMarshal.AsBytes(signatures.AsSpan(0, head.BidSignatures + head.AskSignatures)));
            ForgetPlaces();
            sink(MemoryMarshal.AsBytes(orders.AsSpan(0, head.UsedSlots)));
        }

        /// <summary>
        /// A loaded engine builds its trees and queues anew, with other places, and what slot 0 holds means nothing:
        /// without them one state is one text.
        /// </summary>
        private void ForgetPlaces()
        {
            orders[0] = default;
            foreach (ref var order in orders.AsSpan(0, head.UsedSlots))
            {
                (order.Leaf, order.QueuePlace) = (0, 0);
            }
        }
    }
}

/// <summary>How a saved engine begins.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EngineHead
{
    public ulong Format;
    public long LastSeq;
    public long LastOrderNo;
    public long LastTimeMilliseconds;
    public int Version;
    public int Accounts;
    public int Markets;
    public int OrdersPerMarket;
}

/// <summary>How a saved market begins.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MarketHead
{
    public long TickSize;
    public int Number;
    public int Mode;
    public int TakerFeeBps;
    public int MakerFeeBps;
    public int LastClearTick;
    public int BidSignatures;
    public int AskSignatures;
    public int UsedSlots;
    public int FreeSlot;
    public int Orders;
}
