using Marketplace.Kernel;

namespace Marketplace.Matching;

/// <summary>
/// All markets and all holds as one state machine; RULES.md says what it does. Pure: the same commands give the same
/// state and the same events. After warm-up it allocates nothing. Not thread-safe: it has one writer.
/// </summary>
public sealed partial class MatchingEngine
{
    private const int MaxMarkets = 4096;
    private const int MaxTick = BookSide.TickLimit - 1;
    private const long MaxQuantity = 1_000_000_000_000;

    private readonly MarketBook?[] markets = new MarketBook?[MaxMarkets];
    private readonly ExpiryQueue expiries;
    private readonly PriorityWalk walk = new();
    private readonly PriorityWalk planWalk = new();
    private readonly int ordersPerMarket;

    private Purse[] purses;
    private int purseCount;
    private long lastSeq = long.MinValue;
    private long lastTimeMilliseconds;

    // The command under way.
    private long seq;
    private MatchEvents output = new(1);

    public MatchingEngine(EngineOptions options)
    {
        ordersPerMarket = options.OrdersPerMarket;
        purses = new Purse[Math.Max(1, options.Accounts)];
        expiries = new ExpiryQueue(markets);
    }

    public int AccountCount => purseCount;

    /// <summary>The number of the last command; of none before the first.</summary>
    public long LastSeq => lastSeq;

    /// <summary>The time of the last command.</summary>
    public long LastTimeMilliseconds => lastTimeMilliseconds;

    /// <summary>Decides a command and, unless it is refused, carries it out; its events are added.</summary>
    /// <exception cref="InvariantViolationException">
    /// Its number is not above that of the last one, its time is before that, or a tick is due and it is none.
    /// </exception>
    public MatchRefusal Apply(in MatchCommand command, MatchEvents events)
    {
        Invariant.Holds(command.Seq > lastSeq, "Commands are numbered upwards.");
        Invariant.Holds(command.TimeMilliseconds >= lastTimeMilliseconds, "Time does not go back.");
        Invariant.Holds(
            command.Kind == CommandKind.Tick || !NeedsTick(command.TimeMilliseconds),
            "What has expired ends before anything else happens.");
        Begin(command.Seq, events);
        lastSeq = command.Seq;
        lastTimeMilliseconds = command.TimeMilliseconds;
        return command.Kind switch
        {
            CommandKind.Amend => Amend(command),
            CommandKind.Place => Place(command),
            CommandKind.Cancel => Cancel(command),
            CommandKind.Tick => Expire(command.TimeMilliseconds),
            CommandKind.Clear => Clear(command),
            CommandKind.OpenMarket => OpenMarket(command),
            CommandKind.DefineSignature => DefineSignature(command),
            CommandKind.OpenAccount => OpenAccount(command),
            CommandKind.Fund => Fund(command),
            CommandKind.Withdraw => Withdraw(command),
            CommandKind.EndEscrow => EndEscrow(command),
            _ => MatchRefusal.UnknownCommand,
        };
    }

    /// <summary>Whether an order has expired since the last tick: then a tick comes before anything else.</summary>
    public bool NeedsTick(long timeMilliseconds) => expiries.EarliestSeconds * 1000 <= timeMilliseconds;

    public AccountView Account(uint account)
    {
        Invariant.Holds(account < (uint)purseCount, "The account is open.");
        ref var purse = ref purses[account];
        return new AccountView(
            purse.OwnerGroup, purse.Domain, purse.Free, purse.Held, purse.InEscrow, purse.Paid, purse.Fees);
    }

    public bool HasMarket(ushort market) => market < MaxMarkets && markets[market] is not null;

    public MarketView Market(ushort market)
    {
        var book = Book(market);
        return new MarketView(
            book.TickSize,
            book.Mode,
            book.TakerFeeBps,
            book.MakerFeeBps,
            book.LastClearTick,
            book.Bids.SignatureCount,
            book.Asks.SignatureCount,
            book.Bids.Orders + book.Asks.Orders);
    }

    public SignatureView Signature(ushort market, Side side, ushort signature)
    {
        var defined = Book(market).Sides(side);
        Invariant.Holds(signature < defined.SignatureCount, "The signature is defined.");
        return defined.Signature(signature);
    }

    public bool TryFind(OrderHandle handle, out OrderView order)
    {
        var slot = 0;
        var isFound = HasMarket(handle.Market)
            && markets[handle.Market]!.TryFind(handle.Slot, handle.Generation, out slot);
        order = isFound ? View(markets[handle.Market]!, slot) : default;
        return isFound;
    }

    /// <summary>A side's orders in their priority, whatever their signatures; allocates nothing.</summary>
    /// <remarks>No command may be applied meanwhile.</remarks>
    public RestingOrders Resting(ushort market, Side side) => new(Book(market), side);

    internal static OrderView View(MarketBook book, int slot)
    {
        ref var order = ref book.Orders[slot];
        return new OrderView(
            book.Handle(slot),
            order.OrderNo,
            order.Side,
            order.Account,
            order.Signature,
            order.Tick,
            order.Open,
            order.Filled,
            order.Minimum,
            order.Replicas,
            order.ExpirySeconds,
            order.Terms);
    }

    private MarketBook Book(ushort market)
    {
        Invariant.Holds(HasMarket(market), "The market is open.");
        return markets[market]!;
    }

    private bool TryBook(ushort market, out MarketBook book)
    {
        book = market < MaxMarkets ? markets[market]! : null!;
        return book is not null;
    }

    private void Begin(long number, MatchEvents events)
    {
        seq = number;
        if (!ReferenceEquals(output, events))
        {
            output = events;
        }
    }
}
