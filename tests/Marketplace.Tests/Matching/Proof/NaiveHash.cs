using System.Security.Cryptography;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>What can be seen of the book, and the state's hash (RULES.md, section 11).</summary>
internal sealed partial class NaiveBook
{
    public int AccountCount => accounts.Count;

    public bool SellsLegs(ushort number) => markets.TryGetValue(number, out var market) && !market.IsBatch;

    public AccountView Account(uint account) => accounts[(int)account] is var a
        ? new AccountView(a.OwnerGroup, a.Domain, a.Free, a.Held, a.InEscrow, a.Paid, a.Fees) : default;

    public IEnumerable<OrderView> Resting(ushort market, Side side) => markets[market].Orders(side).Select(o =>
        new OrderView(o.Handle, o.No, side, o.Place.Account, o.Place.Signature, o.Tick, o.Open, o.Filled, o.Minimum,
            o.Place.Replicas, o.Place.ExpirySeconds, o.Place.Terms));

    public Hash32 StateHash()
    {
        using var words = new MemoryStream();
        using var writer = new BinaryWriter(words);
        Write(accounts.Count);
        accounts.ForEach(a => Write(a.OwnerGroup, a.Domain, a.Free, a.Held, a.InEscrow, a.Paid, a.Fees));
        foreach (var (number, market) in markets)
        {
            var m = market.Terms;
            Write(number, m.TickSize, (long)m.Mode, m.TakerFeeBps, m.MakerFeeBps, market.LastClearTick);
            foreach (var side in new[] { Side.Bid, Side.Ask })
            {
                Write(market.Signatures(side).Count);
                market.Signatures(side).ForEach(s => Write([.. Words(s.Required), .. Words(s.Capability)]));
                Write(market.Orders(side).Count);
                foreach (var o in Resting(number, side))
                {
                    Write(o.OrderNo, o.Account, o.Signature, o.Tick, o.Open, o.Filled, o.Minimum, o.Replicas);
                    Write(o.ExpirySeconds, o.Terms);
                }
            }
        }

        return new Hash32(SHA256.HashData(words.ToArray()));

        void Write(params ReadOnlySpan<long> values)
        {
            foreach (var value in values)
            {
                writer.Write(value);
            }
        }
    }

    private static long[] Words(AttributeMask mask) => unchecked([(long)mask.Low, (long)mask.High]); // the same bits
}
