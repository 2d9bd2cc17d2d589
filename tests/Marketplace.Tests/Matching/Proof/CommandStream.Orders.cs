using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Proof;

/// <content>Orders: new ones, and what is done with those before.</content>
internal sealed partial class CommandStream
{
    private void Place()
    {
        var order = AnyOrder();
        if (random.Chance(3))
        {
            order = Spoilt(order);
        }

        placed.Add((NextNo, order.Market, order.Account));
        Add(order);
    }

    private MatchCommand AnyOrder()
    {
        var order = new MatchCommand { Kind = CommandKind.Place, Side = (Side)random.Below(2) };
        order.Market = random.Pick<ushort>(1, 1, 1, 1, 1, 1, 2, 2, 2, 3);
        order.Signature = order.Market == 1 ? (ushort)random.Below(signatures) : (ushort)0;
        order.Account = (uint)random.Below(accounts);
        order.Tick = AnyTick(order.Side);
        order.Quantity = random.Chance(3) ? 100 + random.Below(900) : 1 + random.Below(12);
        order.SelfTrade = random.Pick<SelfTradeRule>(0, 0, SelfTradeRule.CancelIncoming, SelfTradeRule.CancelBoth,
            SelfTradeRule.Decrement, SelfTradeRule.Decrement);
        order.IsPostOnly = order.Market != 2 && random.Chance(8);
        order.TimeInForce = order.IsPostOnly
            ? random.Pick(TimeInForce.GoodTillCancelled, TimeInForce.GoodTillTime)
            : random.Pick<TimeInForce>(0, 0, 0, TimeInForce.GoodTillTime, TimeInForce.GoodTillTime,
                TimeInForce.ImmediateOrCancel, TimeInForce.FillOrKill);
        order.ExpirySeconds = order.TimeInForce == TimeInForce.GoodTillTime
            ? (uint)(time / 1000 + 1 + random.Below(random.Pick(3, 30))) : 0;
        return WithCondition(order);
    }

    private MatchCommand WithCondition(MatchCommand order)
    {
        if (order.Side == Side.Bid && random.Chance(legsPercent))
        {
            order.Replicas = (byte)random.Pick(1, 2, 2, 3, 3, 4, 5);
            order.Quantity = 1 + random.Below(6);
            order.EscrowsLimit = random.Chance(30);
        }
        else if (random.Chance(minimumPercent))
        {
            order.Minimum = (uint)(random.Chance(25) ? order.Quantity : random.Below((int)order.Quantity + 1));
        }

        return order;
    }

    private MatchCommand Spoilt(MatchCommand order)
    {
        switch (random.Below(12))
        {
            case 0: order.Market = random.Pick<ushort>(0, 77, 5_000); break;
            case 1: order.Signature = random.Pick<ushort>(17, 255, 256, 65_535); break;
            case 2: order.Account = random.Pick(99u, uint.MaxValue); break;
            case 3: order.Signature = 1; break;
            case 4: order.Tick = random.Pick(0, -1, 1 << 24, (1 << 24) - 1, int.MinValue); break;
            case 5: order.Quantity = random.Pick(0L, -1, 1_000_000_000_000, 1_000_000_000_001, long.MinValue); break;
            case 6: order.Minimum = random.Pick((uint)order.Quantity + 1, uint.MaxValue); break;
            case 7: order.Replicas = random.Pick<byte>(1, 16, 17, 255); break;
            case 8: order.IsPostOnly = true; break;
            case 9: order.EscrowsLimit = true; break;
            case 10: order.Terms |= 128; break;
            default: order.ExpirySeconds = random.Pick(1u, (uint)(time / 1000), uint.MaxValue); break;
        }

        return order;
    }

    private void Cancel()
    {
        var (no, market, account) = AnyPlaced();
        Add(new MatchCommand { Kind = CommandKind.Cancel, Market = market, Account = account }, no);
    }

    private void Amend()
    {
        var (no, market, account) = AnyPlaced();
        placed.Add((NextNo, market, account));
        var amend = new MatchCommand { Kind = CommandKind.Amend, Market = market, Account = account };
        amend.Tick = random.Chance(3) ? 0 : AnyTick((Side)random.Below(2));
        amend.Quantity = random.Chance(3) ? random.Pick(0L, 1_000_000_000_000, -1) : 1 + random.Below(12);
        Add(amend, no);
    }

    private void TakeLeg()
    {
        var (no, market, account) = AnyPlaced();
        var leg = new MatchCommand { Kind = CommandKind.TakeLeg, Market = market, Account = account };
        leg.Account = random.Chance(80) ? AnyAccount() : account;
        leg.Signature = (ushort)random.Below(random.Chance(3) ? 300 : signatures);
        leg.Tick = AnyTick(Side.Bid);
        leg.Quantity = random.Chance(3) ? random.Pick(0L, -1, 1_000_000_000_001) : 1 + random.Below(4);
        Add(leg, no);
    }

    /// <summary>One of the last orders most of the time; what is long gone or never was now and then.</summary>
    private (long No, ushort Market, uint Account) AnyPlaced()
    {
        if (placed.Count == 0 || random.Chance(1))
        {
            return (NextNo + 1_000_000, 1, AnyAccount());
        }

        var back = 1 + random.Below(Math.Min(placed.Count, random.Pick(5, 40, 40, 5_000)));
        var found = placed[^back];
        return random.Chance(4) ? found with { Account = AnyAccount() }
            : random.Chance(1) ? found with { Market = 77 }
            : found;
    }
}
