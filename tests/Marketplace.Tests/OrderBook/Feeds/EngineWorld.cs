using CsCheck;
using Marketplace.Matching;

namespace Marketplace.Tests.OrderBook.Feeds;

/// <summary>What a random stream asks for; numbers are cut to what the world has.</summary>
internal sealed record EngineStep(int Kind, int Pick, MatchCommand Order);

/// <summary>
/// An engine with a continuous market 1 and a batch market 2, few prices, accounts that share owners and domains, and
/// signatures that partly exclude each other.
/// </summary>
internal sealed class EngineWorld
{
    public const ushort Continuous = 1;
    public const ushort Batch = 2;
    public const int Accounts = 7;
    public const int Signatures = 4;

    private readonly Action<MatchCommand, MatchEvents> follow;
    private readonly MatchEvents events = new();
    private long seq;
    private long time = 1_000_000;

    public EngineWorld(Action<MatchCommand, MatchEvents>? follow = null)
    {
        this.follow = follow ?? ((_, _) => { });
        Open(Continuous, MarketMode.Continuous);
        Open(Batch, MarketMode.Batch);
        foreach (var side in new[] { Side.Bid, Side.Ask })
        {
            for (ushort number = 1; number < Signatures; number++)
            {
                Define(side, number, new AttributeMask((ulong)number, 0), new AttributeMask((ulong)(number ^ 2), 0));
            }
        }

        for (uint account = 0; account < Accounts; account++)
        {
            Do(new MatchCommand
            {
                Kind = CommandKind.OpenAccount,
                Account = account,
                OwnerGroup = account / 2,
                Domain = account / 2 + 1,
            });
            var amount = account == 0 ? 15 : 1_000_000;
            Do(new MatchCommand { Kind = CommandKind.Fund, Account = account, Amount = amount });
        }
    }

    public static Gen<MatchCommand> Orders { get; } =
        from side in Gen.Int[0, 1]
        from account in Gen.Int[0, Accounts - 1]
        from signature in Gen.Int[0, Signatures - 1]
        from tick in Gen.Int[1, 8]
        from quantity in Gen.Long[1, 12]
        from minimum in Gen.Int[-8, 6]
        from replicas in Gen.Int[-6, 3]
        from force in Gen.Int[0, 9]
        from selfTrade in Gen.Int[0, 3]
        from isPostOnly in Gen.Int[0, 7]
        from seconds in Gen.Int[1, 30]
        select Order(
            side, account, signature, tick, quantity, minimum, replicas, force, selfTrade, isPostOnly, seconds);

    /// <summary>Kinds: 0 cancel, 1 amend, 2 tick, 3 clear, 4 place in the batch market; above: place.</summary>
    public static Gen<EngineStep[]> Streams { get; } =
        Gen.Select(Gen.Int[0, 14], Gen.Int[0, 1000], Orders)
            .Select((kind, pick, order) => new EngineStep(kind, pick, order)).Array[0, 60];

    public MatchingEngine Engine { get; } = new(new EngineOptions());

    public ReadOnlySpan<MatchEvent> Events => events.All;

    public long Seq => seq;

    public long Now => time;

    public static List<OrderView> Resting(MatchingEngine engine, ushort market, Side side)
    {
        var orders = new List<OrderView>();
        foreach (var order in engine.Resting(market, side))
        {
            orders.Add(order);
        }

        return orders;
    }

    public MatchRefusal Take(EngineStep step)
    {
        var place = step.Order;
        time += step.Kind == 2 ? step.Pick * 20 : 1;
        if (Engine.NeedsTick(time))
        {
            Do(new MatchCommand { Kind = CommandKind.Tick });
        }

        var open = Resting(Engine, Continuous, place.Side).Concat(Resting(Engine, Batch, place.Side)).ToList();
        place.ExpirySeconds = place.TimeInForce == TimeInForce.GoodTillTime
            ? (uint)(time / 1000) + place.ExpirySeconds : 0;
        if (step.Kind < 2 && open.Count > 0)
        {
            return Do(Change(step, open[step.Pick % open.Count]));
        }

        return step.Kind switch
        {
            < 3 => MatchRefusal.None,
            3 => Do(new MatchCommand { Kind = CommandKind.Clear, Market = Batch, SeedLow = (ulong)step.Pick }),
            4 => Do(InBatch(place)),
            _ => Do(place),
        };
    }

    public MatchRefusal Do(MatchCommand command)
    {
        command.Seq = ++seq;
        command.TimeMilliseconds = time;
        events.Clear();
        var refusal = Engine.Apply(command, events);
        if (refusal == MatchRefusal.None)
        {
            follow(command, events);
        }

        return refusal;
    }

    private static MatchCommand Change(EngineStep step, OrderView order) => new()
    {
        Kind = step.Kind == 0 ? CommandKind.Cancel : CommandKind.Amend,
        Account = order.Account,
        Target = order.Handle,
        Tick = step.Order.Quantity % 2 == 0 ? order.Tick : step.Order.Tick,
        Quantity = step.Order.Quantity,
    };

    private static MatchCommand InBatch(MatchCommand place)
    {
        (place.Market, place.Signature, place.IsPostOnly) = (Batch, 0, false);
        return place;
    }

    private static MatchCommand Order(
        int side, int account, int signature, int tick, long quantity, int minimum, int replicas,
        int force, int selfTrade, int isPostOnly, int seconds)
    {
        var isLegs = side == 0 && replicas > 0;
        var order = new MatchCommand
        {
            Kind = CommandKind.Place,
            Market = Continuous,
            Side = (Side)side,
            Account = (uint)account,
            Signature = (ushort)signature,
            Tick = tick,
            Quantity = quantity,
            Minimum = isLegs ? 0 : (uint)Math.Clamp(minimum, 0, quantity),
            Replicas = (byte)(isLegs ? replicas : 0),
            TimeInForce = force switch
            {
                0 => TimeInForce.ImmediateOrCancel,
                1 => TimeInForce.FillOrKill,
                2 or 3 => TimeInForce.GoodTillTime,
                _ => TimeInForce.GoodTillCancelled,
            },
            SelfTrade = (SelfTradeRule)selfTrade,
            ExpirySeconds = (uint)seconds,
        };
        order.IsPostOnly = isPostOnly == 0 && force > 1;
        return order;
    }

    private void Open(ushort market, MarketMode mode) => Do(new MatchCommand
    {
        Kind = CommandKind.OpenMarket,
        Market = market,
        Mode = mode,
        TickSize = 300_000,
        TakerFeeBps = 500,
        MakerFeeBps = 200,
    });

    private void Define(Side side, ushort number, AttributeMask required, AttributeMask capability) => Do(
        new MatchCommand
        {
            Kind = CommandKind.DefineSignature,
            Market = Continuous,
            Side = side,
            Signature = number,
            Required = required,
            Capability = capability,
        });
}
