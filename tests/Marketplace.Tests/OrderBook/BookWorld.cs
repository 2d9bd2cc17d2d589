using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Tests.OrderBook;

/// <summary>
/// An engine with its writer's habits: only what changed something gets a number. Two markets are open, at a fee of
/// 10 %.
/// </summary>
internal sealed class BookWorld
{
    public static readonly MarketId Market = new(1);
    public static readonly BudgetNo Budget = new(7);
    public static readonly BasisPoints Fee = new(1_000);
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    /// <summary>
    /// The markets are opened before the first numbered command, so that the numbers in the tests begin with what the
    /// tests are about.
    /// </summary>
    public BookWorld()
        : this(markets: 2)
    {
    }

    private BookWorld(uint markets)
    {
        for (var market = 1u; market <= markets; market++)
        {
            Engine.Apply(new OpenMarket(new MarketId(market), Fee), 0, Start).IsOk.Should().BeTrue();
        }
    }

    /// <summary>Nothing is open yet: for streams that open everything themselves.</summary>
    public static BookWorld Empty() => new(markets: 0);

    public BookEngine Engine { get; private set; } = new();

    public DateTimeOffset Now { get; set; } = Start;

    public long Seq { get; private set; }

    public BudgetView Account => Engine.Budget(Budget)!;

    /// <summary>A budget of 10 tokens, its fee limit 10 %.</summary>
    public static OpenBudget Opening { get; } = new(
        Budget,
        Address(1),
        Address(2),
        new TokenAmount(10_000_000),
        TokenAmount.Zero,
        new BasisPoints(1_000),
        Start.AddHours(24));

    /// <summary>1,000,000 units at up to 1 token, and a fee of 10 %: it holds 1.1 tokens a leg.</summary>
    public static PlaceBid Bid(string clientOrderId, int replicas = 1) => new(
        Market,
        Budget,
        clientOrderId,
        new UnitPrice(1_000_000),
        new Quantity(1_000_000),
        replicas,
        IsWhole: true,
        TimeInForce.GoodTillCancelled,
        ExpiresAt: null,
        Fee,
        Keccak256.Hash(clientOrderId));

    /// <summary>Room for two such legs at 0.9 tokens; each provider is an owner of its own.</summary>
    public static PlaceAsk Ask(uint provider, string clientOrderId = "a1") => new(
        Market,
        new ProviderId(provider),
        Address((byte)(100 + provider)),
        new UnitPrice(900_000),
        new Quantity(2_000_000),
        clientOrderId);

    public static EthAddress Address(byte last) => new([.. new byte[19], last]);

    public static BookWorld WithBudget()
    {
        var world = new BookWorld();
        world.Do(Opening);
        return world;
    }

    /// <summary>A running job of one leg at 0.9 tokens, its pot 1.1 tokens.</summary>
    public static (BookWorld World, JobId Job) WithJob()
    {
        var world = WithBudget();
        world.Do(Ask(1));
        return (world, world.Do(Bid("b1")).Job!.Value);
    }

    /// <summary>Goes on with what was saved of the engine.</summary>
    public void SaveAndLoad()
    {
        using var saved = new MemoryStream();
        Engine.Capture().WriteTo(saved);
        saved.Position = 0;
        Engine = BookEngine.Load(saved);
    }

    public Result<BookOutcome, BookRefusal> Apply(BookCommand command)
    {
        var result = Engine.Apply(command, Seq + 1, Now);
        Seq += result.TryGet(out var outcome) && outcome.HasChanged ? 1 : 0;
        return result;
    }

    /// <summary>Decides a bare order of a session.</summary>
    public OrderOutcome Take(MatchCommand order) => Take(new OutgoingOrder(order));

    /// <inheritdoc cref="Take(MatchCommand)"/>
    public OrderOutcome Take(OutgoingOrder order)
    {
        var outcome = Engine.Apply(order.Command, order.Payload.Span, Seq + 1, Now);
        Seq += outcome.HasChanged ? 1 : 0;
        return outcome;
    }

    public TAnswer Do<TAnswer>(BookCommand<TAnswer> command)
        where TAnswer : class => (TAnswer)Apply(command).Value.Answer;

    public IReadOnlyList<BookEvent> EventsOf(BookCommand command) => Apply(command).Value.Events;
}
