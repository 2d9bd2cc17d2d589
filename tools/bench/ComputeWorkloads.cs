using Marketplace.Matching;

namespace Marketplace.Bench;

/// <summary>
/// Work of many kinds of machine: 64 signatures of asks, of twelve properties (a quarter of the machines have each) and
/// eight regions; buyers ask for some of them, and often for several machines at once.
/// </summary>
internal static class ComputeWorkloads
{
    private const int Mid = 100_000;
    private const int Ticks = 4096;
    private const int Signatures = 64;
    private const int Properties = 12;
    private const int Regions = 8;
    private const int Providers = 1000;

    /// <summary>Bids of one, three or five legs; 40 % of the asks expire; 30 % cancels, 10 % amends.</summary>
    public static Workload Mix(int messages)
    {
        var made = Market(seed: 4);
        Fill(made, 20_000);
        made.EndSetUp();
        while (made.Messages < messages)
        {
            made.TimeMilliseconds += made.Next(4);
            var draw = made.Next(100);
            if (draw < 30 && made.Live.Count > 1000)
            {
                made.Cancel(made.Live[made.Next(made.Live.Count)]);
            }
            else if (draw < 40 && made.Live.Count > 0)
            {
                Amend(made);
            }
            else if (draw < 85)
            {
                Ask(made, mayExpire: true);
            }
            else
            {
                Bid(made, replicas: made.Next(3) switch { 0 => 0, 1 => 3, _ => 5 }, TimeInForce.GoodTillCancelled);
            }
        }

        return made.Finish("W4");
    }

    /// <summary>
    /// Asks of all signatures, 20,000 or so of them good until the same second: one tick ends all that are left, again
    /// and again. One command in ten is a bid of one or three legs that buys among them.
    /// </summary>
    public static Workload ExpiryStorm(int messages)
    {
        const int calmMilliseconds = 60_000;
        var made = Market(seed: 7);
        made.EndSetUp();
        while (made.Messages < messages)
        {
            var storm = made.TimeMilliseconds / 1000 * 1000 + calmMilliseconds;
            while (made.TimeMilliseconds < storm)
            {
                if (made.Next(10) == 0)
                {
                    Bid(made, replicas: made.Next(2) == 0 ? 0 : 3, TimeInForce.ImmediateOrCancel);
                }
                else
                {
                    var ask = Order(made, Side.Ask, Mid + made.Next(Ticks));
                    made.Send(Until(ask, (uint)(storm / 1000)));
                }

                made.TimeMilliseconds += made.Next(6);
            }

            made.Send(new MatchCommand { Kind = CommandKind.Tick });
        }

        return made.Finish("W6");
    }

    /// <summary>100,000 asks; each bid buys three legs, and as many asks as it filled come anew.</summary>
    public static Workload Triples(int messages)
    {
        const int depth = 100_000;
        var made = Market(seed: 6);
        Fill(made, depth);
        made.EndSetUp();
        while (made.Messages < messages)
        {
            Bid(made, replicas: 3, TimeInForce.ImmediateOrCancel);
            while (made.Live.Count < depth)
            {
                Ask(made, mayExpire: false);
            }
        }

        return made.Finish("K3");
    }

    private static Generator Market(ulong seed)
    {
        var made = new Generator(seed, Providers);
        for (ushort signature = 1; signature < Signatures; signature++)
        {
            Define(made, Side.Ask, signature, default, Capability(made));
            Define(made, Side.Bid, signature, Requirement(made), default);
        }

        return made;
    }

    private static void Define(
        Generator made, Side side, ushort signature, AttributeMask required, AttributeMask capability) =>
        made.Send(new MatchCommand
        {
            Kind = CommandKind.DefineSignature,
            Market = Generator.Market,
            Side = side,
            Signature = signature,
            Required = required,
            Capability = capability,
        });

    private static AttributeMask Capability(Generator made)
    {
        var bits = 1UL << Properties + made.Next(Regions);
        for (var i = 0; i < Properties; i++)
        {
            bits |= made.Next(4) == 0 ? 1UL << i : 0;
        }

        return new AttributeMask(bits, 0);
    }

    // One property in half of the cases, a region in a quarter.
    private static AttributeMask Requirement(Generator made)
    {
        var property = made.Next(2) == 0 ? 1UL << made.Next(Properties) : 0;
        var region = made.Next(4) == 0 ? 1UL << Properties + made.Next(Regions) : 0;
        return new AttributeMask(property | region, 0);
    }

    private static void Fill(Generator made, int depth)
    {
        while (made.Live.Count < depth)
        {
            Ask(made, mayExpire: false);
        }
    }

    private static void Ask(Generator made, bool mayExpire)
    {
        var expires = mayExpire && made.Next(100) < 40;
        var order = Order(made, Side.Ask, Mid + made.Next(Ticks));
        var now = (uint)(made.TimeMilliseconds / 1000);
        made.Send(expires ? Until(order, now + 1 + (uint)made.Next(600)) : order);
    }

    private static MatchCommand Until(MatchCommand order, uint expirySeconds)
    {
        (order.TimeInForce, order.ExpirySeconds) = (TimeInForce.GoodTillTime, expirySeconds);
        return order;
    }

    private static void Bid(Generator made, int replicas, TimeInForce term)
    {
        var order = Order(made, Side.Bid, Mid + Ticks / 4 + made.Next(Ticks));
        order.Replicas = (byte)replicas;
        order.TimeInForce = term;
        made.Send(order);
    }

    private static MatchCommand Order(Generator made, Side side, int tick) => new()
    {
        Kind = CommandKind.Place,
        Market = Generator.Market,
        Side = side,
        Account = made.AnyAccount(),
        Signature = (ushort)made.Next(Signatures),
        Tick = tick,
        Quantity = 1000,
    };

    private static void Amend(Generator made)
    {
        var order = made.Live[made.Next(made.Live.Count)];
        var view = made.View(order);
        var tick = Math.Max(1, view.Tick + made.Next(101) - 50);
        made.Amend(order, tick == view.Tick ? tick + 1 : tick, view.Open);
    }
}
