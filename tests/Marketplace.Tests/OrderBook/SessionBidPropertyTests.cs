using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>
/// A bid is the same whichever way it came: two books live the same days, one gets its bids of the gateway and one of a
/// session.
/// </summary>
public sealed class SessionBidPropertyTests
{
    private static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 5], Gen.Int[0, 6], Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 3])
        .Select((kind, id, price, units, legs, time) => new Step(kind, id, price, units, legs, time));

    [Fact]
    public void The_same_bids_over_a_session_and_over_the_gateway_leave_the_same_book() =>
        Steps.Array[1, 40].Sample(steps =>
        {
            var (ofGateway, ofSession) = (new Life(), new Life());
            foreach (var step in steps)
            {
                var events = ofGateway.Live(step, isBySession: false);

                ofSession.Live(step, isBySession: true).Should().BeEquivalentTo(
                    events, options => options.RespectingRuntimeTypes().WithStrictOrdering());
                ofSession.State.Should().BeEquivalentTo(ofGateway.State);
            }
        }, iter: 300);

    [Fact]
    public void The_grants_budget_is_never_exceeded_and_counts_exactly_what_its_bids_hold_and_cost() =>
        Steps.Array[1, 40].Sample(steps =>
        {
            var life = new Life(budget: 5_000_000);
            foreach (var step in steps)
            {
                life.Live(step, isBySession: true);

                life.Used.Should().Be(life.Counted).And.BeLessThanOrEqualTo(5_000_000);
            }
        }, iter: 200);

    private sealed record Step(int Kind, int Id, int Price, int Units, int Legs, int Time);

    private sealed class Life
    {
        private readonly BookWorld world = BookWorld.WithBudget();
        private readonly SessionOrders buyer;
        private readonly Dictionary<long, long> costs = [];
        private long seq = 10;

        public Life(long budget = long.MaxValue)
        {
            var opening = SessionOrders.BuyersOpening();
            buyer = SessionOrders.Of(world.Do(opening with
            {
                Grant = opening.Grant with
                {
                    PriceLimit = BookEngine.MaxPrice,
                    Budget = new TokenAmount(budget),
                    MaxReplicas = 16,
                },
            }));
        }

        public object State => new
        {
            Matching = world.Engine.MatchingHash(),
            world.Account,
            Bids = Enumerable.Range(0, 6).Select(id => world.Engine.Bid(BookWorld.Budget, $"b{id}")).ToList(),
        };

        public long Used => world.Engine.UsedOf(buyer.Number).Micro;

        /// <summary>The micro-tokens that bids and jobs hold, and that ended jobs cost.</summary>
        public long Counted => Enumerable.Range(0, 6)
            .Select(id => world.Engine.Bid(BookWorld.Budget, $"b{id}"))
            .Sum(bid => bid switch
            {
                { State: BidState.Resting } => bid.Hold.Micro,
                { Job: { } job } => costs.GetValueOrDefault(job.Value, bid.Hold.Micro),
                _ => 0,
            });

        public IReadOnlyList<BookEvent> Live(Step step, bool isBySession)
        {
            seq++;
            world.Now = world.Now.AddSeconds(step.Time);
            return step.Kind switch
            {
                <= 3 => isBySession ? BidBySession(step) : Apply(BidOf(step)),
                <= 5 => Apply(AskOf(step)),
                6 => Cancel(step),
                7 => Apply(new Expire(world.Now)),
                8 => End(step, new TokenAmount(step.Units * 100_000), new TokenAmount(step.Legs)),
                _ => End(step, null, default),
            };
        }

        private PlaceBid BidOf(Step step) => BookWorld.Bid($"b{step.Id}", step.Legs + 1) with
        {
            Limit = new UnitPrice(step.Price * 250_000),
            PerLeg = new Quantity(step.Units * 700_001),
            TimeInForce = TimeOf(step),
            ExpiresAt = TimeOf(step) == TimeInForce.GoodTillTime ? BookWorld.Start.AddSeconds(step.Units * 20) : null,
        };

        private IReadOnlyList<BookEvent> BidBySession(Step step)
        {
            var bid = BidOf(step);
            var order = SessionBidTests.With(buyer.Bid((ulong)seq, bid.ClientOrderId), command => command with
            {
                Tick = (int)(bid.Limit.MicroPerMillionUnits / 10),
                Quantity = bid.PerLeg.Units,
                Replicas = (byte)bid.Replicas,
                TimeInForce = bid.TimeInForce,
                ExpirySeconds = (uint)(bid.ExpiresAt?.ToUnixTimeSeconds() ?? 0),
            });
            return world.Engine.Apply(order.Command, order.Payload.Span, seq, world.Now).Events;
        }

        private static TimeInForce TimeOf(Step step) => step.Time switch
        {
            0 => TimeInForce.ImmediateOrCancel,
            1 => TimeInForce.GoodTillTime,
            _ => TimeInForce.GoodTillCancelled,
        };

        private static PlaceAsk AskOf(Step step) => BookWorld.Ask((uint)step.Legs + 1, $"a{step.Id}") with
        {
            Price = new UnitPrice(step.Price * 250_000),
            Quantity = new Quantity(step.Units * 900_001),
        };

        private IReadOnlyList<BookEvent> Cancel(Step step) =>
            world.Engine.Bid(BookWorld.Budget, $"b{step.Id}") is { } bid
                ? Apply(new CancelBid(bid.Order, BookWorld.Budget))
                : [];

        private IReadOnlyList<BookEvent> End(Step step, TokenAmount? paid, TokenAmount fee)
        {
            if (world.Engine.Bid(BookWorld.Budget, $"b{step.Id}")?.Job is not { } job)
            {
                return [];
            }

            var ended = Apply(paid is { } amount ? new CompleteJob(job, amount, fee) : new ReleaseJob(job));
            if (ended.Count > 0)
            {
                costs[job.Value] = paid is { } spent ? (spent + fee).Micro : 0;
            }

            return ended;
        }

        private IReadOnlyList<BookEvent> Apply(BookCommand command) =>
            world.Engine.Apply(command, seq, world.Now).Match(done => done.Events, _ => []);
    }
}
