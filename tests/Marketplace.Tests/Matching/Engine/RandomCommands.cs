using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Engine;

/// <summary>A reproducible stream of commands that keeps the book small and full of conflict.</summary>
internal sealed class RandomCommands
{
    private readonly Random random;
    private readonly Exchange exchange;
    private readonly List<(OrderHandle Handle, uint Account)> placed = [];
    private readonly bool isBatch;

    public RandomCommands(int seed, Exchange exchange)
    {
        random = new Random(seed);
        this.exchange = exchange;
        isBatch = exchange.Engine.Market(Exchange.MarketNo).Mode == MarketMode.Batch;
        for (ushort signature = 1; signature < 4; signature++)
        {
            Define(Side.Bid, signature, required: signature, capability: 0);
            Define(Side.Ask, signature, required: 0, capability: signature);
        }

        for (uint i = 0; i < 4; i++)
        {
            exchange.OpenAccount(ownerGroup: i % 2, domain: i);
        }
    }

    public void SendOne()
    {
        exchange.TimeMilliseconds += random.Next(300);
        if (exchange.Engine.NeedsTick(exchange.TimeMilliseconds))
        {
            exchange.Send(new MatchCommand { Kind = CommandKind.Tick });
            return;
        }

        switch (random.Next(10))
        {
            case < 6:
                Place();
                break;
            case < 7:
                Target(CommandKind.Cancel);
                break;
            case < 9:
                Target(CommandKind.Amend);
                break;
            default:
                Other();
                break;
        }
    }

    private void Define(Side side, ushort signature, ulong required, ulong capability) => exchange.Send(new MatchCommand
    {
        Kind = CommandKind.DefineSignature,
        Market = Exchange.MarketNo,
        Side = side,
        Signature = signature,
        Required = new AttributeMask(required, 0),
        Capability = new AttributeMask(capability, 0),
    });

    private void Place()
    {
        var side = (Side)random.Next(2);
        var inLegs = side == Side.Bid && random.Next(4) == 0;
        var quantity = random.Next(1, 40);
        var order = new MatchCommand
        {
            Side = side,
            TimeInForce = (TimeInForce)random.Next(4),
            SelfTrade = (SelfTradeRule)random.Next(4),
            IsPostOnly = random.Next(6) == 0,
            EscrowsLimit = inLegs && random.Next(2) == 0,
            Replicas = (byte)(inLegs ? random.Next(1, 5) : 0),
            Account = (uint)random.Next(14),
            Signature = (ushort)(isBatch ? 0 : random.Next(4)),
            Tick = 8_000 + random.Next(20) * (random.Next(8) == 0 ? 300 : 1),
            Quantity = quantity,
            Minimum = inLegs || random.Next(3) != 0 ? 0 : (uint)random.Next(quantity),
        };
        order.ExpirySeconds = order.TimeInForce == TimeInForce.GoodTillTime
            ? (uint)(exchange.TimeMilliseconds / 1000) + (uint)random.Next(1, 60) : 0;
        var handle = exchange.Place(order);
        if (handle != default)
        {
            placed.Add((handle, order.Account));
        }
    }

    private void Target(CommandKind kind)
    {
        if (placed.Count == 0)
        {
            return;
        }

        // Mostly young orders, for old ones are gone; now and then the handle is of one that is gone.
        var index = Math.Max(0, placed.Count - 1 - random.Next(40));
        var (handle, account) = placed[index];
        exchange.Send(new MatchCommand
        {
            Kind = kind,
            Account = account,
            Target = handle,
            Tick = exchange.Find(handle) is { } order && random.Next(2) == 0 ? order.Tick : 8_000 + random.Next(20),
            Quantity = kind == CommandKind.Amend ? random.Next(1, 40) : 0,
        });
        if (exchange.Events.FirstOrDefault(each => each.Kind == MatchEventKind.Moved) is { Seq: > 0 } moved)
        {
            placed[index] = (moved.Order, account);
        }
    }

    private void Other()
    {
        var account = (uint)random.Next(14);
        if (isBatch && random.Next(2) == 0)
        {
            exchange.Send(new MatchCommand
            {
                Kind = CommandKind.Clear,
                Market = Exchange.MarketNo,
                SeedLow = (ulong)random.NextInt64(),
                SeedHigh = (ulong)random.NextInt64(),
            });
            return;
        }

        var inEscrow = exchange.Engine.Account(account).InEscrow;
        exchange.Send(new MatchCommand
        {
            Kind = CommandKind.EndEscrow,
            Account = account,
            Amount = inEscrow,
            Paid = inEscrow / 2,
            Fee = inEscrow / 9,
        });
    }
}
