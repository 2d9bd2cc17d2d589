using FluentAssertions;
using Marketplace.Matching;

namespace Marketplace.Tests.Matching.Engine;

/// <summary>
/// An engine with one market (number 1, tick size 10^6, so that one unit at tick t costs t) and the accounts 0 to 9,
/// each of a group and domain of its own and rich. After every command the structure is checked and no money is lost.
/// </summary>
internal sealed class Exchange
{
    public const ushort MarketNo = 1;
    public const long Deposit = 1_000_000_000;

    private readonly MatchEvents events = new();
    private readonly HashSet<OrderHandle> handles = [];
    private long seq;

    public Exchange(
        MarketMode mode = MarketMode.Continuous, int takerFeeBps = 0, int makerFeeBps = 0, long tickSize = 1_000_000)
    {
        Engine = new MatchingEngine(new EngineOptions(4, 4));
        Send(new MatchCommand
        {
            Kind = CommandKind.OpenMarket,
            Market = MarketNo,
            TickSize = tickSize,
            Mode = mode,
            TakerFeeBps = takerFeeBps,
            MakerFeeBps = makerFeeBps,
        });
        for (uint account = 0; account < 10; account++)
        {
            OpenAccount(ownerGroup: account, domain: account);
        }
    }

    public MatchingEngine Engine { get; set; }

    public long TimeMilliseconds { get; set; } = 1_000_000;

    public MatchRefusal Refusal { get; private set; }

    /// <summary>Of the last command.</summary>
    public MatchEvent[] Events { get; private set; } = [];

    public MatchEvent[] Trades => [.. Events.Where(each => each.Kind == MatchEventKind.Traded)];

    /// <summary>Of the last command as sentences, in the order in which things happened.</summary>
    public IEnumerable<string> Story => Events.Select(Tell);

    public uint OpenAccount(uint ownerGroup, uint domain, long funds = Deposit)
    {
        var account = (uint)Engine.AccountCount;
        Send(new MatchCommand
        {
            Kind = CommandKind.OpenAccount,
            Account = account,
            OwnerGroup = ownerGroup,
            Domain = domain,
        });
        Send(new MatchCommand { Kind = CommandKind.Fund, Account = account, Amount = funds });
        return account;
    }

    public MatchRefusal Send(MatchCommand command)
    {
        var funded = Funded();
        command.Seq = ++seq;
        command.TimeMilliseconds = TimeMilliseconds;
        events.Clear();
        Refusal = Engine.Apply(command, events);
        Events = events.All.ToArray();
        Engine.CheckStructure();
        if (command.Kind is not (CommandKind.Fund or CommandKind.Withdraw) && Funded() != funded)
        {
            throw new InvalidOperationException($"{command.Kind} changed what is funded.");
        }

        foreach (var given in Events.Where(each => each.Kind is MatchEventKind.Placed or MatchEventKind.Moved))
        {
            handles.Add(given.Order).Should().BeTrue("no handle ever names a second order");
        }

        return Refusal;
    }

    public OrderHandle Place(MatchCommand order)
    {
        order.Kind = CommandKind.Place;
        order.Market = MarketNo;
        Send(order);
        return Refusal == MatchRefusal.None && Events.Length > 0 ? Events[0].Order : default;
    }

    public OrderHandle Bid(uint account, int tick, long quantity) =>
        Place(new MatchCommand { Side = Side.Bid, Account = account, Tick = tick, Quantity = quantity });

    public OrderHandle Ask(uint account, int tick, long quantity) =>
        Place(new MatchCommand { Side = Side.Ask, Account = account, Tick = tick, Quantity = quantity });

    public OrderHandle Legs(uint account, int tick, long quantity, byte replicas) => Place(new MatchCommand
    {
        Side = Side.Bid,
        Account = account,
        Tick = tick,
        Quantity = quantity,
        Replicas = replicas,
    });

    public MatchRefusal Cancel(uint account, OrderHandle order) =>
        Send(new MatchCommand { Kind = CommandKind.Cancel, Account = account, Target = order });

    public MatchRefusal Amend(uint account, OrderHandle order, int tick, long quantity) => Send(new MatchCommand
    {
        Kind = CommandKind.Amend,
        Account = account,
        Target = order,
        Tick = tick,
        Quantity = quantity,
    });

    public OrderView? Find(OrderHandle handle) => Engine.TryFind(handle, out var order) ? order : null;

    public List<OrderView> Resting(Side side)
    {
        var orders = new List<OrderView>();
        foreach (var order in Engine.Resting(MarketNo, side))
        {
            orders.Add(order);
        }

        return orders;
    }

    private Int128 Funded()
    {
        Int128 sum = 0;
        for (uint i = 0; i < Engine.AccountCount; i++)
        {
            var account = Engine.Account(i);
            sum += (Int128)account.Free + account.Held + account.InEscrow + account.Paid + account.Fees;
        }

        return sum;
    }

    private static string Tell(MatchEvent told) => told.Kind switch
    {
        MatchEventKind.Traded => $"{told.Account} buys {told.Quantity} at {told.Tick} of {told.OtherAccount}",
        MatchEventKind.Ended => $"{told.Account} ends {told.Reason} with {told.Quantity}",
        _ => $"{told.Account} {told.Kind} {told.Quantity}",
    };
}
