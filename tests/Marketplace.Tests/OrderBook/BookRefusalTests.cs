using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>Every refusal of the engine, once, against one state in which each of them can be reached.</summary>
public sealed class BookRefusalTests
{
    private static readonly BudgetNo Closed = new(8);
    private static readonly BudgetNo Expired = new(9);

    // In this order of numbers: 1 to 5 budgets, 6 the sold ask, 7 the job (ended by 8), 9 the running job's ask, 10 the
    // running job, 11 a resting bid, 12 a resting ask.
    private static readonly (BookRefusal Refusal, BookCommand Command)[] Cases =
    [
        (BookRefusal.UnknownBudget, Bid with { Budget = new BudgetNo(99), ClientOrderId = "" }),
        (BookRefusal.UnknownBudget, new CloseBudget(new BudgetNo(99))),
        (BookRefusal.UnknownBudget, new SettledOnChain(new BudgetNo(99), TokenAmount.Zero, "f")),
        (BookRefusal.BudgetDiffers, BookWorld.Opening with { Cap = new TokenAmount(1), Spent = new TokenAmount(2) }),
        (BookRefusal.BudgetDiffers, BookWorld.Opening with { Session = BookWorld.Address(77) }),
        (BookRefusal.SpentAboveCap, BookWorld.Opening with { Budget = new BudgetNo(99), Spent = new(10_000_001) }),
        (BookRefusal.InvalidClientOrderId, Bid with { ClientOrderId = "", Budget = Closed }),
        (BookRefusal.InvalidClientOrderId, Bid with { ClientOrderId = null! }),
        (BookRefusal.InvalidClientOrderId, Bid with { ClientOrderId = "two words" }),
        (BookRefusal.InvalidClientOrderId, Bid with { ClientOrderId = "line\n" }),
        (BookRefusal.InvalidClientOrderId, Bid with { ClientOrderId = "é" }),
        (BookRefusal.InvalidClientOrderId, Bid with { ClientOrderId = new string('x', 65) }),
        (BookRefusal.InvalidClientOrderId, BookWorld.Ask(4, "") with { Quantity = Quantity.Zero }),
        (BookRefusal.DuplicateOrderId, BookWorld.Bid("job") with { PerLeg = Quantity.Zero }),
        (BookRefusal.DuplicateOrderId, BookWorld.Bid("resting") with { InputHash = Keccak256.Hash("other") }),
        (BookRefusal.DuplicateOrderId, BookWorld.Ask(3) with { Price = default }),
        (BookRefusal.UnknownMarket, Bid with { Market = new MarketId(99), Budget = Closed }),
        (BookRefusal.UnknownMarket, BookWorld.Ask(4) with { Market = new MarketId(99), Quantity = Quantity.Zero }),
        (BookRefusal.BudgetClosed, Bid with { Budget = Closed, PerLeg = Quantity.Zero }),
        (BookRefusal.BudgetExpired, Bid with { Budget = Expired, PerLeg = Quantity.Zero }),
        (BookRefusal.ZeroQuantity, Bid with { PerLeg = Quantity.Zero, Limit = default }),
        (BookRefusal.ZeroQuantity, BookWorld.Ask(4) with { Quantity = Quantity.Zero, Price = default }),
        (BookRefusal.QuantityTooLarge, Bid with { PerLeg = new Quantity(1_000_000_000_001), Limit = default }),
        (BookRefusal.QuantityTooLarge, BookWorld.Ask(4) with { Quantity = new Quantity(1_000_000_000_001) }),
        (BookRefusal.ZeroPrice, Bid with { Limit = default, Replicas = 0 }),
        (BookRefusal.ZeroPrice, Bid with { Limit = new UnitPrice(9) }),
        (BookRefusal.ZeroPrice, BookWorld.Ask(4) with { Price = default }),
        (BookRefusal.PriceTooHigh, Bid with { Limit = new UnitPrice((1 << 24) * 10L), Replicas = 0 }),
        (BookRefusal.PriceTooHigh, BookWorld.Ask(4) with { Price = new UnitPrice((1 << 24) * 10L) }),
        (BookRefusal.InvalidReplicas, Bid with { Replicas = 0, IsWhole = false }),
        (BookRefusal.InvalidReplicas, Bid with { Replicas = 17 }),
        (BookRefusal.BidsBuyWholeJobs, Bid with { IsWhole = false, ExpiresAt = Later(1) }),
        (BookRefusal.InvalidExpiry, Bid with { ExpiresAt = Later(1), FeeBps = new BasisPoints(1_001) }),
        (BookRefusal.InvalidExpiry, Bid with { TimeInForce = TimeInForce.ImmediateOrCancel, ExpiresAt = Later(1) }),
        (BookRefusal.InvalidExpiry, Bid with { TimeInForce = TimeInForce.GoodTillTime }),
        (BookRefusal.InvalidExpiry, Bid with { TimeInForce = TimeInForce.GoodTillTime, ExpiresAt = Later(0) }),
        (BookRefusal.FeeAboveLimit, Bid with { FeeBps = new BasisPoints(1_001), Limit = BookEngine.MaxPrice }),
        (BookRefusal.FeeDiffers, Bid with { FeeBps = new BasisPoints(999), Replicas = 16 }),
        (BookRefusal.InsufficientBudget, Bid with { Replicas = 16 }),
        (BookRefusal.InsufficientBudget, Bid with { Limit = BookEngine.MaxPrice }),
        (BookRefusal.InsufficientBudget, Bid with
        {
            Limit = BookEngine.MaxPrice, PerLeg = BookEngine.MaxQuantity, Replicas = 16,
        }),
        (BookRefusal.UnknownOrder, new CancelBid(new OrderId(99), BookWorld.Budget)),
        (BookRefusal.UnknownOrder, new CancelAsk(new OrderId(99), new ProviderId(3))),
        (BookRefusal.UnknownOrder, new CancelAsk(new OrderId(6), new ProviderId(4))),
        (BookRefusal.NotOwner, new CancelBid(new OrderId(11), Closed)),
        (BookRefusal.NotOwner, new CancelBid(new OrderId(7), Closed)),
        (BookRefusal.NotOwner, new CancelAsk(new OrderId(12), new ProviderId(1))),
        (BookRefusal.OrderNotResting, new CancelBid(new OrderId(7), BookWorld.Budget)),
        (BookRefusal.OrderNotResting, new CancelAsk(new OrderId(6), new ProviderId(1))),
        (BookRefusal.UnknownJob, new AddLeg(new JobId(11), 1, [])),
        (BookRefusal.UnknownJob, new CompleteJob(new JobId(99), new TokenAmount(long.MaxValue), TokenAmount.Zero)),
        (BookRefusal.UnknownJob, new ReleaseJob(new JobId(6))),
        (BookRefusal.JobEnded, new AddLeg(new JobId(7), 9, [])),
        (BookRefusal.JobEnded, new CompleteJob(new JobId(7), new TokenAmount(long.MaxValue), TokenAmount.Zero)),
        (BookRefusal.JobEnded, new CompleteJob(new JobId(7), new TokenAmount(900_000), new TokenAmount(1))),
        (BookRefusal.JobEnded, new ReleaseJob(new JobId(7))),
        (BookRefusal.LegOutOfOrder, new AddLeg(new JobId(10), 0, [])),
        (BookRefusal.LegOutOfOrder, new AddLeg(new JobId(10), 3, [])),
        (BookRefusal.NoAsk, new AddLeg(new JobId(10), 2, [new ProviderId(3)])),
        (BookRefusal.ExceedsPot, new CompleteJob(new JobId(10), new TokenAmount(1_100_001), TokenAmount.Zero)),
        (BookRefusal.ExceedsPot, new CompleteJob(new JobId(10), new TokenAmount(900_000), new TokenAmount(200_001))),
        (BookRefusal.ExceedsPot, new CompleteJob(new JobId(10), new(long.MaxValue), new(long.MaxValue))),
        (BookRefusal.ExceedsOwed, new SettledOnChain(BookWorld.Budget, new TokenAmount(990_001), "other")),
        (BookRefusal.InvalidGrant, new OpenSession(SessionOrders.Grant(1) with { MaxReplicas = 1 }, default)),
        (BookRefusal.GrantNonceUsed, new OpenSession(SessionOrders.Grant(1), BookWorld.Address(9))),
        (BookRefusal.UnknownSession, new EndSession(2)),
    ];

    private static PlaceBid Bid => BookWorld.Bid("new");

    public static TheoryData<int> Numbers => new(Enumerable.Range(0, Cases.Length));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_refused_command_names_its_reason_and_changes_nothing(int number)
    {
        var world = Prepared();
        var (refusal, command) = Cases[number];
        var before = world.Engine.Digest();

        var result = world.Apply(command);

        result.ToString().Should().Be($"Refused({refusal})", $"of {command}");
        world.Engine.Digest().Should().Be(before);
    }

    [Fact]
    public void Every_refusal_is_reached_here_but_that_of_the_loop_and_that_of_a_side_full_of_signatures() =>
        Cases.Select(one => one.Refusal).Distinct().Append(BookRefusal.Busy).Append(BookRefusal.TooManySignatures)
            .Should().BeEquivalentTo(Enum.GetValues<BookRefusal>());

    private static DateTimeOffset Later(int seconds) => BookWorld.Start.AddSeconds(seconds);

    private static BookWorld Prepared()
    {
        var world = BookWorld.WithBudget();
        world.Do(BookWorld.Opening with { Budget = Closed });
        world.Do(new CloseBudget(Closed));
        world.Do(BookWorld.Opening with { Budget = Expired, Expiry = BookWorld.Start });
        world.Do(BookWorld.Opening with { Budget = new BudgetNo(10) });
        world.Do(BookWorld.Ask(1) with { Quantity = new Quantity(1_000_000) });
        world.Do(BookWorld.Bid("job"));
        world.Do(new CompleteJob(new JobId(7), new TokenAmount(900_000), new TokenAmount(90_000)));
        world.Do(BookWorld.Ask(2));
        world.Do(BookWorld.Bid("running"));
        world.Do(BookWorld.Bid("resting") with { Limit = new UnitPrice(800_000) });
        world.Do(BookWorld.Ask(3));
        world.Do(SessionOrders.Opening(1));
        world.Seq.Should().Be(13, "the cases name orders by their numbers");
        return world;
    }
}
