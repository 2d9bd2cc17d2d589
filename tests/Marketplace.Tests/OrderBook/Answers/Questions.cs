using CsCheck;
using Marketplace.Matching;
using Marketplace.OrderBook.Answers;
using Marketplace.Tests.OrderBook.Feeds;

namespace Marketplace.Tests.OrderBook.Answers;

/// <summary>Questions about the orders of a random world, and the commands that place what was asked about.</summary>
internal static class Questions
{
    /// <summary>A random stream and then an order to ask about.</summary>
    public static Gen<(EngineStep[] Stream, MatchCommand Order)> Cases { get; } =
        Gen.Select(EngineWorld.Streams, EngineWorld.Orders).Select((stream, order) => (stream, Plain(order)));

    public static EngineWorld After(EngineStep[] stream)
    {
        var world = new EngineWorld();
        foreach (var step in stream)
        {
            world.Take(step);
        }

        return world;
    }

    public static OrderQuestion Of(EngineWorld world, MatchCommand order)
    {
        var account = world.Engine.Account(order.Account);
        var isWhole = order.TimeInForce == TimeInForce.FillOrKill;
        return new OrderQuestion(
            order.Market,
            order.Side,
            world.Engine.Signature(order.Market, order.Side, order.Signature),
            order.Tick,
            order.Quantity)
        {
            Replicas = order.Replicas,
            Minimum = isWhole && order.Replicas == 0 ? (uint)order.Quantity : order.Minimum,
            OwnerGroup = account.OwnerGroup,
            Domain = account.Domain,
            SelfTrade = order.SelfTrade,
            IsImmediate = isWhole || order.TimeInForce == TimeInForce.ImmediateOrCancel,
            EscrowsLimit = order.EscrowsLimit,
            FreeMoney = order.Side == Side.Bid ? account.Free : null,
            NowMilliseconds = world.Now,
        };
    }

    /// <summary>Places exactly what was asked about, with a new signature, owner and money if it takes them.</summary>
    public static List<MatchEvent> Place(EngineWorld world, MatchCommand original, OrderQuestion asked)
    {
        var order = original;
        (order.Tick, order.Quantity, order.Minimum, order.Replicas) =
            (asked.Tick!.Value, asked.Quantity, asked.Minimum, asked.Replicas);
        order.EscrowsLimit = asked.EscrowsLimit;
        order.TimeInForce = asked.IsImmediate ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancelled;
        order.Signature = Signature(world, asked);
        order.Account = asked.OwnerGroup is null ? NewAccount(world, original.Account) : original.Account;
        if (asked.FreeMoney is { } needed && needed > world.Engine.Account(order.Account).Free)
        {
            world.Do(new MatchCommand
            {
                Kind = CommandKind.Fund,
                Account = order.Account,
                Amount = needed - world.Engine.Account(order.Account).Free,
            });
        }

        var refusal = world.Do(order);
        return refusal == MatchRefusal.None
            ? [.. world.Events.ToArray()]
            : throw new InvalidOperationException($"Refused: {refusal}.");
    }

    /// <summary>The trades of the order that was placed last.</summary>
    public static List<MatchEvent> Trades(List<MatchEvent> events, Side side)
    {
        var placed = events[0].Order;
        return [.. events.Where(happened => happened.Kind == MatchEventKind.Traded
            && (side == Side.Bid ? happened.Order : happened.Other) == placed)];
    }

    private static MatchCommand Plain(MatchCommand order)
    {
        order.IsPostOnly = false;
        order.ExpirySeconds = 0;
        order.EscrowsLimit = order.Replicas > 0 && order.Tick % 2 == 0;
        order.TimeInForce = order.TimeInForce == TimeInForce.GoodTillTime
            ? TimeInForce.GoodTillCancelled : order.TimeInForce;
        return order;
    }

    private static ushort Signature(EngineWorld world, OrderQuestion asked)
    {
        var market = world.Engine.Market(asked.Market);
        var count = (ushort)(asked.Side == Side.Bid ? market.BidSignatures : market.AskSignatures);
        for (ushort number = 0; number < count; number++)
        {
            if (world.Engine.Signature(asked.Market, asked.Side, number) == asked.Signature)
            {
                return number;
            }
        }

        world.Do(new MatchCommand
        {
            Kind = CommandKind.DefineSignature,
            Market = asked.Market,
            Side = asked.Side,
            Signature = count,
            Required = asked.Signature.Required,
            Capability = asked.Signature.Capability,
        });
        return count;
    }

    private static uint NewAccount(EngineWorld world, uint original)
    {
        var account = (uint)world.Engine.AccountCount;
        world.Do(new MatchCommand
        {
            Kind = CommandKind.OpenAccount,
            Account = account,
            OwnerGroup = 1000 + original,
            Domain = 1000 + original,
        });
        world.Do(new MatchCommand { Kind = CommandKind.Fund, Account = account, Amount = 1_000_000 });
        return account;
    }
}
