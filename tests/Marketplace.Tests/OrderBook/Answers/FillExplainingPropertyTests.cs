using CsCheck;
using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Answers;
using Marketplace.Tests.OrderBook.Feeds;
using Xunit;

namespace Marketplace.Tests.OrderBook.Answers;

/// <summary>Whatever an explanation promises, the real engine keeps: for bids and asks, over random books.</summary>
public sealed class FillExplainingPropertyTests
{
    [Fact]
    public void It_says_that_an_order_would_fill_exactly_when_it_does() => Questions.Cases.Sample(sample =>
    {
        var (world, order) = (Questions.After(sample.Stream), sample.Order);
        var question = Questions.Of(world, order);
        var before = world.Engine.StateHash();

        var why = FillExplaining.Of(world.Engine, question).Value;

        world.Engine.StateHash().Should().Be(before);
        var isRefused = world.Do(order) == MatchRefusal.InsufficientFunds;
        var traded = isRefused ? 0 : Traded(world, order.Side);
        why.WouldTrade.Should().Be(traded);
        (why.State == FillState.WouldFill).Should().Be(traded == question.Total);
        if (why.State == FillState.WouldFill)
        {
            (why.Constraints.Count, why.FillsAtTick, why.Together).Should().Be((0, null, null));
        }
    }, iter: 300);

    [Fact]
    public void At_the_limit_that_it_names_the_order_fills_whole_and_a_bid_one_tick_below_does_not() =>
        Questions.Cases.Sample(sample =>
        {
            var (world, order) = (Questions.After(sample.Stream), sample.Order);
            var question = Questions.Of(world, order);
            if (FillExplaining.Of(world.Engine, question).Value.FillsAtTick is not { } tick)
            {
                return;
            }

            if (order.Side == Side.Bid)
            {
                FillExplaining.Of(world.Engine, question with { Tick = tick - 1 }).Value
                    .State.Should().Be(FillState.WouldNotFill);
            }

            Filled(world, order, question with { Tick = tick }).Should().Be(question.Total);
        }, iter: 300);

    [Fact]
    public void Relaxing_together_what_it_names_fills_the_order_whole_and_leaving_one_of_it_out_does_not() =>
        Questions.Cases.Sample(sample =>
        {
            var (world, order) = (Questions.After(sample.Stream), sample.Order);
            var question = Questions.Of(world, order);
            if (FillExplaining.Of(world.Engine, question).Value.Together is not { } together)
            {
                return;
            }

            foreach (var part in Parts(together).Where(part => part != together))
            {
                var less = FillExplaining.Of(world.Engine, part.Apply(question));
                (less.IsOk && less.Value.State == FillState.WouldFill).Should().BeFalse();
            }

            var relaxed = together.Apply(question);
            Filled(world, order, relaxed).Should().Be(relaxed.Total);
        }, iter: 300);

    [Fact]
    public void An_offer_that_it_calls_near_enough_trades_once_that_alone_is_relaxed_and_others_do_not() =>
        Gen.Select(Questions.Cases, Gen.Int[0, 10]).Sample((sample, pick) =>
        {
            var (world, order) = (Questions.After(sample.Stream), sample.Order);
            var question = Questions.Of(world, order);
            var reports = FillExplaining.Of(world.Engine, question).Value.Constraints;
            if (reports.Count == 0)
            {
                return;
            }

            var report = reports[pick % reports.Count];
            if (Relaxed(world, question, report) is not { } relaxed)
            {
                report.Nearest.IsEnough.Should().BeFalse();
                return;
            }

            var refusal = relaxed.Check(world.Engine);
            if (refusal != MatchRefusal.None || IsShort(world, order, relaxed))
            {
                report.Nearest.IsEnough.Should().BeFalse();
                return;
            }

            var events = Questions.Place(world, order, relaxed);
            Questions.Trades(events, order.Side)
                .Any(trade => (order.Side == Side.Bid ? trade.Other : trade.Order) == report.Nearest.Offer)
                .Should().Be(report.Nearest.IsEnough);
        }, iter: 500);

    [Fact]
    public void Counts_are_those_of_offers_held_one_by_one_against_the_order() => Questions.Cases.Sample(sample =>
    {
        var (world, order) = (Questions.After(sample.Stream), sample.Order);
        var question = Questions.Of(world, order);

        var why = FillExplaining.Of(world.Engine, question).Value;

        var others = EngineWorld.Resting(world.Engine, order.Market, 1 - order.Side);
        why.Offers.Should().Be(others.Count);
        if (why.State == FillState.WouldNotFill)
        {
            Count(why, FillConstraint.Price).Should().Be(others.Count(other =>
                order.Side == Side.Bid ? other.Tick > order.Tick : other.Tick < order.Tick));
            Count(why, FillConstraint.OwnerGroup).Should().Be(others.Count(other =>
                other.Account / 2 == order.Account / 2));
            var own = question.Signature;
            Count(why, FillConstraint.Requirements).Should().Be(others.Count(other =>
                (own.Required.Low & ~Signature(world, other).Capability.Low) != 0));
            Count(why, FillConstraint.Capabilities).Should().Be(others.Count(other =>
                (~own.Capability.Low & Signature(world, other).Required.Low) != 0));
            Count(why, FillConstraint.OnePiece).Should().Be(order.Replicas == 0 ? 0
                : others.Count(other => other.Open < order.Quantity));
            why.Constraints.Sum(report => report.FailsOnlyThis).Should().BeLessThanOrEqualTo(others.Count);
        }
    }, iter: 200);

    private static IEnumerable<Relaxation> Parts(Relaxation all) =>
    [
        all with { Tick = null },
        all with { WithoutRequirements = default },
        all with { WithCapabilities = default },
        all with { IsByOtherOwner = false },
        all with { Quantity = null, Minimum = null },
        all with { Replicas = null },
        all with { FreeMoney = null },
    ];

    private static SignatureView Signature(EngineWorld world, OrderView order) =>
        world.Engine.Signature(EngineWorld.Continuous, order.Side, order.Signature);

    private static int Count(FillExplanation why, FillConstraint constraint) =>
        why.Constraints.SingleOrDefault(report => report.Constraint == constraint)?.Fails ?? 0;

    private static bool IsShort(EngineWorld world, MatchCommand order, OrderQuestion relaxed) =>
        order.Side == Side.Bid && Quoting.Of(world.Engine, relaxed).Value.Hold > relaxed.FreeMoney;

    // Reads the numbers of the report alone, as its reader would.
    private static OrderQuestion? Relaxed(EngineWorld world, OrderQuestion question, ConstraintReport report)
    {
        var (amount, bits) = (report.Nearest.Amount, report.Nearest.Attributes);
        var signature = question.Signature;
        return report.Constraint switch
        {
            FillConstraint.Price => question with
            {
                Tick = (int)(question.Tick!.Value + (question.Side == Side.Bid ? amount : -amount)),
            },
            FillConstraint.Requirements => question with
            {
                Signature = signature with { Required = new(signature.Required.Low & ~bits.Low, 0) },
            },
            FillConstraint.Capabilities => question with
            {
                Signature = signature with { Capability = new(signature.Capability.Low | bits.Low, 0) },
            },
            FillConstraint.OnePiece => question with { Quantity = question.Quantity - amount },
            FillConstraint.Minimum => question with { Minimum = (uint)(question.Minimum - amount) },
            FillConstraint.OfferMinimum => question with { Quantity = question.Quantity + amount },
            FillConstraint.OwnerGroup => question with { OwnerGroup = null, Domain = null },
            FillConstraint.Money => question with { FreeMoney = question.FreeMoney + amount },
            _ => null,
        };
    }

    private static long Traded(EngineWorld world, Side side) =>
        Questions.Trades([.. world.Events.ToArray()], side).Sum(trade => trade.Quantity);

    private static long Filled(EngineWorld world, MatchCommand order, OrderQuestion relaxed) =>
        Questions.Trades(Questions.Place(world, order, relaxed), order.Side).Sum(trade => trade.Quantity);
}
