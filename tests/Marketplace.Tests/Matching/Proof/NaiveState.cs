using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>The pockets of an account, in micro-tokens (RULES.md, section 2).</summary>
internal sealed class NaiveAccount(uint ownerGroup, uint domain)
{
    public long Free, Held, InEscrow, Paid, Fees;

    public uint OwnerGroup => ownerGroup;
    public uint Domain => domain;
    public Int128 Funded => (Int128)Free + Held + InEscrow + Paid + Fees;

    public void MoveToHeld(long amount) => (Free, Held) = (Free - amount, Held + amount);

    public void MoveToEscrow(long escrowed, long released) =>
        (Held, InEscrow, Free) = (Held - escrowed - released, InEscrow + escrowed, Free + released);

    public void EndEscrow(long escrowed, long paid, long fee) => (InEscrow, Paid, Fees, Free) =
        (InEscrow - escrowed, Paid + paid, Fees + fee, Free + escrowed - paid - fee);
}

/// <summary>A market: its terms, its signatures, and its orders in their priority (sections 2 to 4).</summary>
internal sealed class NaiveMarket(MatchCommand open)
{
    /// <summary>Section 4: by price, then by order number.</summary>
    public static readonly Comparer<NaiveOrder> Priority = Comparer<NaiveOrder>.Create((a, b) =>
        a.Tick == b.Tick ? a.No.CompareTo(b.No) : a.IsBid ? b.Tick.CompareTo(a.Tick) : a.Tick.CompareTo(b.Tick));

    public readonly SortedSet<NaiveOrder> Bids = new(Priority), Asks = new(Priority);
    public readonly List<SignatureView> BidSignatures = [default], AskSignatures = [default];
    public int LastClearTick;

    public MatchCommand Terms => open;
    public bool IsBatch => open.Mode == MarketMode.Batch;

    public SortedSet<NaiveOrder> Orders(Side side) => side == Side.Bid ? Bids : Asks;

    public List<SignatureView> Signatures(Side side) => side == Side.Bid ? BidSignatures : AskSignatures;

    /// <summary>Section 1.</summary>
    public Int128 Cost(int tick, long quantity) => DivideUp((Int128)tick * open.TickSize * quantity, 1_000_000);

    public Int128 Fee(Int128 cost, bool bidIsTaker) =>
        DivideUp(cost * (bidIsTaker ? open.TakerFeeBps : open.MakerFeeBps), 10_000);

    private static Int128 DivideUp(Int128 dividend, long divisor) => (dividend + divisor - 1) / divisor;
}

/// <summary>An order as it was placed or moved, and how much of it is left: once that is nothing, it is gone.</summary>
internal sealed class NaiveOrder(MatchCommand place, NaiveMarket market, NaiveAccount owner)
{
    /// <summary>Open units; of them those that the auction under way has given away so far (section 8).</summary>
    public long Open = place.Quantity, Filled, Served;
    public uint Minimum = place.Minimum;

    public MatchCommand Place => place;
    public NaiveMarket Market => market;
    public NaiveAccount Owner => owner;
    public SignatureView Signature { get; } = market.Signatures(place.Side)[place.Signature];
    public OrderHandle Handle => new(place.Market, 0, (uint)place.Seq);
    public long No => place.Seq;
    public int Tick => place.Tick;
    public bool IsBid => place.Side == Side.Bid;
    public bool IsInLegs => place.Replicas > 0;
    public bool IsImmediate => place.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;

    /// <summary>Section 5: fill-or-kill is immediate with minimum = quantity; a bid in legs has no minimum.</summary>
    public long Wanted => place.TimeInForce == TimeInForce.FillOrKill && !IsInLegs ? Open : Minimum;
    public bool IsPlain => !IsInLegs && Wanted <= 1;
    public long Left => Open - Served;
    public long Least => Math.Min(Wanted, Left);

    /// <summary>Section 2: what is held for so many units; an ask needs no money.</summary>
    public Int128 LimitCost(long quantity)
    {
        var cost = market.Cost(Tick, quantity) * Math.Max(1, (int)place.Replicas);
        return IsBid ? cost + Int128.Max(market.Fee(cost, true), market.Fee(cost, false)) : 0;
    }

    /// <summary>Section 6: cancel and new, the minimum no more than the new quantity.</summary>
    public NaiveOrder Moved(MatchCommand amend)
    {
        var moved = place;
        (moved.Seq, moved.Tick, moved.Quantity) = (amend.Seq, amend.Tick, amend.Quantity);
        moved.Minimum = (uint)Math.Min(Minimum, amend.Quantity);
        return new NaiveOrder(moved, market, owner);
    }
}
