using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Marketplace.Matching;

/// <summary>Reads what <see cref="EngineImage.WriteTo"/> wrote and believes none of it.</summary>
internal sealed class ImageReader(Stream source) : IDisposable
{
    private const int MaxAccounts = 1 << 26;
    private const int MaxSlots = 1 << 27;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public EngineHead ReadHead()
    {
        EngineHead head = default;
        Fill(MemoryMarshal.AsBytes(new Span<EngineHead>(ref head)));
        Expect(head.Format == EngineImage.Format, "another format");
        Expect(head.Version == EngineImage.Version, $"version {head.Version}");
        Expect(head.Accounts is >= 0 and <= MaxAccounts, "no number of accounts");
        Expect(head.Markets is >= 0 and <= 4096, "no number of markets");
        Expect(head.OrdersPerMarket is >= 0 and <= MaxSlots, "no size of a market");
        return head;
    }

    public Purse[] ReadAccounts(int count) => ReadArray<Purse>(count, least: 1);

    public SavedMarket ReadMarket()
    {
        MarketHead head = default;
        Fill(MemoryMarshal.AsBytes(new Span<MarketHead>(ref head)));
        Expect(head.Number is >= 0 and < 4096, "no market number");
        Expect(head.Mode is (int)MarketMode.Continuous or (int)MarketMode.Batch, "no market mode");
        Expect(head.BidSignatures is >= 1 and <= BookSide.MaxSignatures, "no number of signatures");
        Expect(head.AskSignatures is >= 1 and <= BookSide.MaxSignatures, "no number of signatures");
        Expect(head.UsedSlots is >= 1 and <= MaxSlots, "no number of slots");
        Expect(head.FreeSlot >= 0 && head.FreeSlot < head.UsedSlots, "no free slot");
        var signatures = ReadArray<SignatureView>(head.BidSignatures + head.AskSignatures, least: 2);
        return new SavedMarket(head, signatures, ReadArray<Order>(head.UsedSlots, least: 2));
    }

    /// <summary>The hash stands at the end and agrees.</summary>
    public void ReadEnd()
    {
        var expected = hash.GetHashAndReset();
        var written = new byte[EngineImage.HashBytes];
        Fill(written);
        Expect(written.AsSpan().SequenceEqual(expected), "another hash than that of its content");
    }

    public void Dispose() => hash.Dispose();

    public static void Expect(bool isTrue, string instead)
    {
        if (!isTrue)
        {
            throw new InvalidDataException($"The saved engine has {instead}.");
        }
    }

    /// <summary>Builds the book again; only once the hash has agreed, for it trusts the content.</summary>
    public static MarketBook Restore(SavedMarket saved)
    {
        var (head, signatures, orders) = saved;
        var book = new MarketBook(
            (ushort)head.Number, head.TickSize, (MarketMode)head.Mode, head.TakerFeeBps, head.MakerFeeBps, capacity: 2)
        {
            LastClearTick = head.LastClearTick,
        };
        for (var i = 1; i < head.BidSignatures; i++)
        {
            book.Bids.Define(signatures[i], book.Asks);
        }

        for (var i = 1; i < head.AskSignatures; i++)
        {
            book.Asks.Define(signatures[head.BidSignatures + i], book.Bids);
        }

        book.Restore(orders, head.UsedSlots, head.FreeSlot);
        Expect(book.Bids.Orders + book.Asks.Orders == head.Orders, "another number of orders");
        return book;
    }

    private T[] ReadArray<T>(int count, int least)
        where T : unmanaged
    {
        // A wrong count must not cost memory for what is not there.
        var bytes = (long)count * Unsafe.SizeOf<T>();
        Expect(!source.CanSeek || source.Length - source.Position >= bytes, "an early end");
        var array = new T[Math.Max(least, count)];
        Fill(MemoryMarshal.AsBytes(array.AsSpan(0, count)));
        return array;
    }

    private void Fill(Span<byte> bytes)
    {
        try
        {
            source.ReadExactly(bytes);
        }
        catch (EndOfStreamException end)
        {
            throw new InvalidDataException("The saved engine ends early.", end);
        }

        hash.AppendData(bytes);
    }
}

/// <summary>A market as it was written.</summary>
internal sealed record SavedMarket(MarketHead Head, SignatureView[] Signatures, Order[] Orders);
