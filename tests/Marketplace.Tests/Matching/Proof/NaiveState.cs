using System.Security.Cryptography;
using Marketplace.Kernel;
using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>The pockets of an account (RULES.md, section 2).</summary>
internal sealed class NaiveAccount
{
    public required uint OwnerGroup { get; init; }

    public required uint Domain { get; init; }

    public long Free { get; set; }

    public AccountView View => new(OwnerGroup, Domain, Free, held, inEscrow, paid, fees);

    public long InEscrow => inEscrow;

    public Int128 Funded => (Int128)Free + held + inEscrow + paid + fees;

    private long held;
    private long inEscrow;
    private long paid;
    private long fees;

    public void MoveToHeld(long amount) => (Free, held) = (Free - amount, held + amount);

    public void MoveToEscrow(long escrowed, long released) =>
        (held, inEscrow, Free) = (held - escrowed - released, inEscrow + escrowed, Free + released);

    public void EndEscrow(long escrowed, long toProviders, long fee)
    {
        (inEscrow, paid, fees) = (inEscrow - escrowed, paid + toProviders, fees + fee);
        Free += escrowed - toProviders - fee;
    }
}

/// <summary>An order as it was placed or moved, and how much of it is left.</summary>
internal sealed class NaiveOrder(MatchCommand place)
{
    public long No { get; } = place.Seq;

    public ushort Market { get; } = place.Market;

    public Side Side { get; } = place.Side;

    public uint Account { get; } = place.Account;

    public ushort Signature { get; } = place.Signature;

    public int Tick { get; } = place.Tick;

    public uint Expiry { get; } = place.ExpirySeconds;

    public byte Replicas { get; } = place.Replicas;

    public long Open { get; set; } = place.Quantity;

    public long Filled { get; set; }

    public uint Minimum { get; set; } = place.Minimum;

    public bool IsGone { get; set; }

    public OrderHandle Handle => new(Market, 0, (uint)No);

    public bool IsInLegs => Replicas > 0;

    public bool IsPostOnly => place.IsPostOnly;

    public bool EscrowsLimit => place.EscrowsLimit;

    public SelfTradeRule SelfTrade => place.SelfTrade;

    public bool IsImmediate => place.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;

    /// <summary>The minimum; of a fill-or-kill the quantity.</summary>
    public long Wanted => place.TimeInForce == TimeInForce.FillOrKill && !IsInLegs ? Open : Minimum;

    public bool HasMinimum => Wanted > 1;

    public long Least => Math.Min(Wanted, Open);

    public OrderView View => new(
        Handle, No, Side, Account, Signature, Tick, Open, Filled, Minimum, Replicas, Expiry, place.Terms);

    public NaiveOrder Moved(in MatchCommand amend)
    {
        var moved = place;
        (moved.Seq, moved.Tick, moved.Quantity) = (amend.Seq, amend.Tick, amend.Quantity);
        moved.Minimum = (uint)Math.Min(Minimum, amend.Quantity);
        return new NaiveOrder(moved);
    }
}

/// <summary>A market: its terms, signatures, and orders in their priority (RULES.md, sections 2 to 4).</summary>
internal sealed class NaiveMarket(MatchCommand open)
{
    public static readonly Comparer<NaiveOrder> Priority = Comparer<NaiveOrder>.Create((a, b) =>
        a.Tick != b.Tick ? (a.Side == Side.Bid ? b.Tick.CompareTo(a.Tick) : a.Tick.CompareTo(b.Tick))
        : a.No.CompareTo(b.No));

    private static readonly AttributeMask Nothing = new(0, 0);

    public ushort Number => open.Market;

    public MarketMode Mode => open.Mode;

    public int LastClearTick { get; set; }

    public Dictionary<Side, List<SignatureView>> Signatures { get; } = new()
    {
        [Side.Bid] = [new SignatureView(Nothing, Nothing)],
        [Side.Ask] = [new SignatureView(Nothing, Nothing)],
    };

    public Dictionary<Side, SortedSet<NaiveOrder>> Orders { get; } = new()
    {
        [Side.Bid] = new SortedSet<NaiveOrder>(Priority),
        [Side.Ask] = new SortedSet<NaiveOrder>(Priority),
    };

    public SortedSet<NaiveOrder> Opposite(NaiveOrder order) => Orders[order.Side == Side.Bid ? Side.Ask : Side.Bid];

    public SignatureView SignatureOf(NaiveOrder order) => Signatures[order.Side][order.Signature];

    public Int128 Cost(int tick, long quantity) => DivideUp((Int128)tick * open.TickSize * quantity, 1_000_000);

    public Int128 Fee(Int128 cost, bool bidIsTaker) =>
        DivideUp(cost * (bidIsTaker ? open.TakerFeeBps : open.MakerFeeBps), 10_000);

    public Int128 LimitCost(NaiveOrder order) => LimitCost(order, order.Open);

    public Int128 LimitCost(NaiveOrder order, long quantity)
    {
        var cost = Cost(order.Tick, quantity) * Math.Max(1, (int)order.Replicas);
        return order.Side == Side.Ask ? 0 : cost + Int128.Max(Fee(cost, true), Fee(cost, false));
    }

    public MarketView View => new(
        open.TickSize, Mode, open.TakerFeeBps, open.MakerFeeBps, LastClearTick, Signatures[Side.Bid].Count,
        Signatures[Side.Ask].Count, Orders[Side.Bid].Count + Orders[Side.Ask].Count);

    private static Int128 DivideUp(Int128 dividend, long divisor) => (dividend + divisor - 1) / divisor;
}

/// <summary>The state's hash (RULES.md, section 11).</summary>
internal sealed partial class NaiveBook
{
    public Hash32 StateHash()
    {
        using var words = new MemoryStream();
        using var writer = new BinaryWriter(words);
        Write(accounts.Count);
        foreach (var a in accounts.Select(account => account.View))
        {
            Write(a.OwnerGroup, a.Domain, a.Free, a.Held, a.InEscrow, a.Paid, a.Fees);
        }

        foreach (var market in markets.Values)
        {
            var m = market.View;
            Write(market.Number, m.TickSize, (long)m.Mode, m.TakerFeeBps, m.MakerFeeBps, m.LastClearTick);
            foreach (var side in new[] { Side.Bid, Side.Ask })
            {
                Write(market.Signatures[side].Count);
                market.Signatures[side].ForEach(s => Write([.. Words(s.Required), .. Words(s.Capability)]));
                Write(market.Orders[side].Count);
                foreach (var o in market.Orders[side].Select(order => order.View))
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
