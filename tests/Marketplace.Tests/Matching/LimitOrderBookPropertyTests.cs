using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching;

/// <summary>Laws over random streams of few prices, owners and sizes, so that most orders meet another.</summary>
public sealed class LimitOrderBookPropertyTests
{
    private static readonly EthAddress[] Owners =
        new[] { "ann", "bob", "cat", "dan" }.Select(BookScript.OwnerOf).ToArray();

    private static readonly Gen<LimitOrder> Orders = Gen.Select(
        Gen.Bool, Gen.Int[0, 3], Gen.Long[1, 8], Gen.Long[1, 12],
        Gen.Int[0, 9], Gen.Int[1, 40], Gen.Int[-3, 3], Gen.Bool)
        .Select((isBid, owner, price, units, force, second, replicas, isWhole) => new LimitOrder(
            default,
            isBid ? Side.Bid : Side.Ask,
            Owners[owner],
            new UnitPrice(price),
            new Quantity(units),
            force switch { < 2 => TimeInForce.ImmediateOrCancel, < 5 => TimeInForce.GoodTillTime, _ => default },
            force is >= 2 and < 5 ? BookScript.Second(second) : null,
            isBid ? Math.Max(1, replicas) : 1,
            isBid && isWhole));

    // Kind 0 cancels, 1 expires, 2 takes a leg, anything else places the order.
    private static readonly Gen<(int Kind, int Number, LimitOrder Order)[]> Streams =
        Gen.Select(Gen.Int[0, 11], Gen.Int[1, 60], Orders).Array[0, 60];

    [Fact]
    public void Any_stream_trades_exactly_as_the_naive_book_does() => Streams.Sample(stream =>
    {
        var book = new LimitOrderBook();
        var naive = new NaiveBook();
        foreach (var (step, index) in stream.Select((step, index) => (step, index)))
        {
            Run(step, index, book).Should().Be(Run(step, index, naive));
            Left(book).Should().Equal(naive.Resting());
        }
    }, iter: 500);

    [Fact]
    public void No_trade_is_outside_either_limit_and_no_unit_is_made_or_lost() => Streams.Sample(stream =>
    {
        var book = new LimitOrderBook();
        var placed = new Dictionary<OrderId, LimitOrder>();
        var tally = new Tally();
        foreach (var (step, index) in stream.Select((step, index) => (step, index)))
        {
            switch (step.Kind)
            {
                case 0:
                    tally.Ended += book.Cancel(new OrderId(step.Number))?.Units ?? 0;
                    break;
                case 1:
                    var before = Left(book).ToDictionary(order => order.Id, order => order.Left);
                    tally.Ended += book.Expire(BookScript.Second(step.Number)).Sum(id => before[id]);
                    break;
                default:
                    var order = Numbered(step.Order, index);
                    placed.Add(order.Id, order);
                    tally.Enter(order, book.Place(order), placed);
                    break;
            }

            tally.Entered.Should().Be(Left(book).Sum(rest => rest.Left) + tally.Ended + (2 * tally.Traded));
        }
    }, iter: 500);

    [Fact]
    public void Two_orders_that_could_trade_in_parts_never_rest_across_each_other() => Streams.Sample(stream =>
    {
        var book = new LimitOrderBook();
        foreach (var (step, index) in stream.Select((step, index) => (step, index)))
        {
            Run(step, index, book);

            var depth = book.Depth();
            var bids = depth.Bids.Where(level => level.Quantity > level.Whole).Select(level => level.Price);
            var asks = depth.Asks.Select(level => level.Price);
            bids.Where(bid => asks.Any(ask => ask <= bid)).Should().BeEmpty();
        }
    });

    [Fact]
    public void Depth_adds_up_to_what_rests_best_price_first() => Streams.Sample(stream =>
    {
        var book = new LimitOrderBook();
        for (var index = 0; index < stream.Length; index++)
        {
            Run(stream[index], index, book);
        }

        var depth = book.Depth();
        var bids = book.Resting().Where(view => view.Order.Side == Side.Bid).ToList();
        var asks = book.Resting().Where(view => view.Order.Side == Side.Ask).ToList();
        depth.Bids.Sum(level => level.Quantity.Units).Should().Be(bids.Sum(view => view.Remaining.Units));
        depth.Asks.Sum(level => level.Quantity.Units).Should().Be(asks.Sum(view => view.Remaining.Units));
        depth.Bids.Sum(level => level.Orders).Should().Be(bids.Count);
        depth.Bids.Select(level => level.Price).Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
        depth.Asks.Select(level => level.Price).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        book.Resting().Select(view => book.RemainingOf(view.Order.Id))
            .Should().Equal(book.Resting().Select(view => view.Remaining));
    });

    private static string Run((int Kind, int Number, LimitOrder Order) step, int index, LimitOrderBook book) =>
        step.Kind switch
        {
            0 => $"{book.Cancel(new OrderId(step.Number))}",
            1 => string.Join(' ', book.Expire(BookScript.Second(step.Number))),
            2 => $"{book.TakeLeg(default, step.Order.Limit, step.Order.Quantity, (_, o) => o != step.Order.Owner)}",
            _ => Told(book.Place(Numbered(step.Order, index))),
        };

    private static string Run((int Kind, int Number, LimitOrder Order) step, int index, NaiveBook book) =>
        step.Kind switch
        {
            0 => $"{book.Cancel(new OrderId(step.Number))}",
            1 => string.Join(' ', book.Expire(BookScript.Second(step.Number))),
            2 => $"{book.TakeLeg(default, step.Order.Limit, step.Order.Quantity, step.Order.Owner)}",
            _ => Told(book.Place(Numbered(step.Order, index))),
        };

    private static LimitOrder Numbered(LimitOrder order, int index) => order with { Id = new OrderId(index + 1) };

    private static string Told(Placement placement) =>
        $"{string.Join(' ', placement.Trades)} {placement.Remaining} {placement.Rests}";

    private static IReadOnlyList<(OrderId Id, long Left)> Left(LimitOrderBook book) =>
        book.Resting().Select(view => (view.Order.Id, view.Remaining.Units)).ToList();

    private sealed class Tally
    {
        public long Entered { get; private set; }

        public long Traded { get; private set; }

        public long Ended { get; set; }

        public void Enter(LimitOrder order, Placement placement, Dictionary<OrderId, LimitOrder> placed)
        {
            Entered += order.Total.Units;
            Traded += placement.Trades.Sum(trade => trade.Quantity.Units);
            Ended += placement.Rests ? 0 : placement.Remaining.Units;
            foreach (var trade in placement.Trades)
            {
                trade.Price.Should().BeLessThanOrEqualTo(placed[trade.Bid].Limit);
                trade.Price.Should().BeGreaterThanOrEqualTo(placed[trade.Ask].Limit);
            }

            foreach (var legs in placement.Trades.GroupBy(trade => trade.Bid).Where(g => placed[g.Key].Replicas > 1))
            {
                legs.Should().HaveCount(placed[legs.Key].Replicas);
                legs.Select(leg => leg.Seller).Should().OnlyHaveUniqueItems();
                legs.Should().OnlyContain(leg => leg.Quantity == placed[legs.Key].Quantity);
            }
        }
    }
}
