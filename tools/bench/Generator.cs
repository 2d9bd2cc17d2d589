using Marketplace.Matching;

namespace Marketplace.Bench;

/// <summary>
/// Makes a workload by running it once: the engine's own events say which orders live, so cancels and amends name
/// handles that will be the same in every later run.
/// </summary>
internal sealed class Generator
{
    public const ushort Market = 1;
    private const long Deposit = 1L << 55;

    private readonly MatchingEngine engine = new(new EngineOptions());
    private readonly MatchEvents events = new();
    private readonly List<MatchCommand> setUp = [];
    private readonly List<MatchCommand> messages = [];
    private ulong state;
    private long seq;
    private bool isSetUp = true;
    private int peak;

    /// <param name="takerFeeBps">Fees are on in every workload, for they cost time.</param>
    public Generator(ulong seed, int accounts, int takerFeeBps = 30, int makerFeeBps = 10)
    {
        state = seed;
        Send(new MatchCommand
        {
            Kind = CommandKind.OpenMarket,
            Market = Market,
            TickSize = 1000,
            TakerFeeBps = takerFeeBps,
            MakerFeeBps = makerFeeBps,
        });
        for (uint account = 0; account < accounts; account++)
        {
            Send(new MatchCommand
            {
                Kind = CommandKind.OpenAccount,
                Account = account,
                OwnerGroup = account,
                Domain = account,
            });
            Send(new MatchCommand { Kind = CommandKind.Fund, Account = account, Amount = Deposit });
        }

        Accounts = accounts;
    }

    public int Accounts { get; }

    public LiveOrders Live { get; } = new();

    public long TimeMilliseconds { get; set; } = 1_000_000_000;

    public int Messages => messages.Count;

    public void EndSetUp() => isSetUp = false;

    /// <summary>From 0, below the bound: SplitMix64.</summary>
    public int Next(int bound)
    {
        unchecked
        {
            var value = state += 0x9E3779B97F4A7C15;
            value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
            value = (value ^ value >> 27) * 0x94D049BB133111EB;
            return (int)(((value ^ value >> 31) >> 33) % (ulong)bound);
        }
    }

    public uint AnyAccount() => (uint)Next(Accounts);

    public void Send(MatchCommand command)
    {
        if (engine.NeedsTick(TimeMilliseconds) && command.Kind != CommandKind.Tick)
        {
            Send(new MatchCommand { Kind = CommandKind.Tick });
        }

        command.Seq = ++seq;
        command.TimeMilliseconds = TimeMilliseconds;
        events.Clear();
        var refusal = engine.Apply(command, events);
        if (refusal != MatchRefusal.None)
        {
            throw new InvalidOperationException($"A generated {command.Kind} was refused: {refusal}.");
        }

        Live.Follow(events.All);
        peak = Math.Max(peak, Live.Count);
        (isSetUp ? setUp : messages).Add(command);
    }

    public void Place(
        Side side, int tick, long quantity, TimeInForce term = TimeInForce.GoodTillCancelled) => Send(new MatchCommand
        {
            Kind = CommandKind.Place,
            Market = Market,
            Side = side,
            TimeInForce = term,
            Account = AnyAccount(),
            Tick = tick,
            Quantity = quantity,
        });

    public void Cancel(LiveOrder order) => Send(new MatchCommand
    {
        Kind = CommandKind.Cancel,
        Account = order.Account,
        Target = order.Handle,
    });

    public void Amend(LiveOrder order, int tick, long quantity) => Send(new MatchCommand
    {
        Kind = CommandKind.Amend,
        Account = order.Account,
        Target = order.Handle,
        Tick = tick,
        Quantity = quantity,
    });

    public OrderView View(LiveOrder order) =>
        engine.TryFind(order.Handle, out var view) ? view : throw new InvalidOperationException("It lives.");

    public Workload Finish(string name) => new(name, [.. setUp], [.. messages], peak + 1);
}

/// <summary>An order in the generator's book.</summary>
internal readonly record struct LiveOrder(OrderHandle Handle, uint Account, Side Side);

/// <summary>The orders in the book, to draw one of them; kept by the engine's events.</summary>
internal sealed class LiveOrders
{
    private readonly List<LiveOrder> orders = [];
    private readonly List<int> placeOfSlot = [];

    public int Count => orders.Count;

    public LiveOrder this[int index] => orders[index];

    public void Follow(ReadOnlySpan<MatchEvent> events)
    {
        foreach (ref readonly var each in events)
        {
            switch (each.Kind)
            {
                case MatchEventKind.Rested:
                    Add(new LiveOrder(each.Order, each.Account, each.Side));
                    break;
                case MatchEventKind.Moved:
                    Remove(each.Other);
                    break;
                case MatchEventKind.Ended:
                    Remove(each.Order);
                    break;
                case MatchEventKind.Traded:
                    RemoveFilled(each);
                    break;
                default:
                    break;
            }
        }
    }

    private void RemoveFilled(in MatchEvent trade)
    {
        if (trade.Flags.HasFlag(TradeFlags.BidDone))
        {
            Remove(trade.Order);
        }

        if (trade.Flags.HasFlag(TradeFlags.AskDone))
        {
            Remove(trade.Other);
        }
    }

    private void Add(LiveOrder order)
    {
        while (placeOfSlot.Count <= order.Handle.Slot)
        {
            placeOfSlot.Add(-1);
        }

        placeOfSlot[(int)order.Handle.Slot] = orders.Count;
        orders.Add(order);
    }

    // Orders that never rested are not here.
    private void Remove(OrderHandle handle)
    {
        if (handle.Slot >= placeOfSlot.Count || placeOfSlot[(int)handle.Slot] < 0)
        {
            return;
        }

        var place = placeOfSlot[(int)handle.Slot];
        var last = orders[^1];
        orders[place] = last;
        placeOfSlot[(int)last.Handle.Slot] = place;
        placeOfSlot[(int)handle.Slot] = -1;
        orders.RemoveAt(orders.Count - 1);
    }
}
