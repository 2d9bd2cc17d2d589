using System.Buffers.Binary;
using System.Security.Cryptography;
using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <content>The hash of the state in the notation of RULES.md, section 11.</content>
public sealed partial class MatchingEngine
{
    /// <summary>SHA-256 of the state in the notation of RULES.md, section 11: handles do not count.</summary>
    public Hash32 StateHash()
    {
        using var words = new HashedWords();
        words.Add(purseCount);
        foreach (ref readonly var purse in purses.AsSpan(0, purseCount))
        {
            words.Add(purse.OwnerGroup);
            words.Add(purse.Domain);
            words.Add(purse.Free);
            words.Add(purse.Held);
            words.Add(purse.InEscrow);
            words.Add(purse.Paid);
            words.Add(purse.Fees);
        }

        foreach (var book in markets)
        {
            if (book is not null)
            {
                AddMarket(words, book);
            }
        }

        return words.Finish();
    }

    private static void AddMarket(HashedWords words, MarketBook book)
    {
        words.Add(book.Number);
        words.Add(book.TickSize);
        words.Add((long)book.Mode);
        words.Add(book.TakerFeeBps);
        words.Add(book.MakerFeeBps);
        words.Add(book.LastClearTick);
        AddSide(words, book, book.Bids);
        AddSide(words, book, book.Asks);
    }

    private static void AddSide(HashedWords words, MarketBook book, BookSide side)
    {
        words.Add(side.SignatureCount);
        for (var i = 0; i < side.SignatureCount; i++)
        {
            var signature = side.Signature(i);
            words.Add(signature.Required.Low);
            words.Add(signature.Required.High);
            words.Add(signature.Capability.Low);
            words.Add(signature.Capability.High);
        }

        words.Add(side.Orders);
        var resting = new RestingOrders(book, side.Side);
        while (resting.MoveNext())
        {
            AddOrder(words, book.Orders[resting.CurrentSlot]);
        }
    }

    private static void AddOrder(HashedWords words, in Order order)
    {
        words.Add(order.OrderNo);
        words.Add(order.Account);
        words.Add(order.Signature);
        words.Add(order.Tick);
        words.Add(order.Open);
        words.Add(order.Filled);
        words.Add(order.Minimum);
        words.Add(order.Replicas);
        words.Add(order.ExpirySeconds);
        words.Add(order.Terms);
    }

    private sealed class HashedWords : IDisposable
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] buffer = new byte[8192];
        private int used;

        public void Add(ulong word)
        {
            if (used == buffer.Length)
            {
                hash.AppendData(buffer);
                used = 0;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(used), word);
            used += sizeof(ulong);
        }

        public void Add(long word) => Add(unchecked((ulong)word)); // the same 64 bits

        public Hash32 Finish()
        {
            hash.AppendData(buffer.AsSpan(0, used));
            return new Hash32(hash.GetHashAndReset());
        }

        public void Dispose() => hash.Dispose();
    }
}
