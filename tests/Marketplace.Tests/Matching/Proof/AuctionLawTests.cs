using FluentAssertions;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching.Proof;

/// <summary>Laws of an auction of plain orders, each of another account and group.</summary>
public sealed class AuctionLawTests
{
    private const int Auctions = 400;
    private const ulong FirstSeed = 9_000_000;

    public static TheoryData<string> Books => ["rules", "engine"];

    [Theory]
    [MemberData(nameof(Books))]
    public void The_price_is_one_and_the_volume_is_the_most_that_any_price_trades(string which)
    {
        for (ulong seed = FirstSeed; seed < FirstSeed + Auctions; seed++)
        {
            var orders = Orders(seed);

            var trades = Cleared(which, orders, seed);

            trades.Select(trade => trade.Tick).Distinct().Count().Should().BeLessThanOrEqualTo(1);
            trades.Sum(trade => trade.Quantity).Should().Be(MostOf(orders));
            trades.Where(trade => trade.Tick > LimitOf(orders, trade.Account)
                || trade.Tick < LimitOf(orders, trade.OtherAccount)).Should().BeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(Books))]
    public void The_order_of_arrival_decides_nothing(string which)
    {
        for (ulong seed = FirstSeed; seed < FirstSeed + Auctions; seed++)
        {
            var orders = Orders(seed);
            var random = new SplitMix64(seed);
            var shuffled = orders.OrderBy(_ => random.Next()).ToList();

            var trades = Cleared(which, orders, seed);

            Cleared(which, shuffled, seed).Should().Equal(trades);
        }
    }

    [Theory]
    [MemberData(nameof(Books))]
    public void The_seed_decides_at_the_margin(string which)
    {
        MatchCommand[] orders = [Order(0, Side.Ask, 100, 5), Order(1, Side.Bid, 100, 5), Order(2, Side.Bid, 100, 5)];

        var winners = Enumerable.Range(0, 64).SelectMany(seed => Cleared(which, orders, (ulong)seed));

        winners.Select(trade => trade.Account).Distinct().Should().BeEquivalentTo([1u, 2u]);
    }

    private static List<MatchCommand> Orders(ulong seed)
    {
        var random = new SplitMix64(seed);
        return [.. Enumerable.Range(0, 2 + random.Below(20)).Select(account => Order(
            (uint)account, (Side)random.Below(2), 10 + random.Below(8), 1 + random.Below(9)))];
    }

    private static MatchCommand Order(uint account, Side side, int tick, long quantity)
    {
        var order = new MatchCommand
        {
            Kind = CommandKind.Place,
            Market = 1,
            Account = account,
            Tick = tick,
            Quantity = quantity,
        };
        order.Side = side;
        return order;
    }

    /// <summary>The trades by bidder, seller, price and quantity, in the order in which they were made.</summary>
    private static List<(uint Account, uint OtherAccount, int Tick, long Quantity)> Cleared(
        string which, IReadOnlyList<MatchCommand> orders, ulong seed)
    {
        var (book, events, seq) = (LawTests.Open(which), new MatchEvents(), 0L);
        Apply(new MatchCommand
        {
            Kind = CommandKind.OpenMarket,
            Market = 1,
            TickSize = 1_000_000,
            Mode = MarketMode.Batch,
        });
        for (uint account = 0; account < orders.Count; account++)
        {
            Apply(new MatchCommand { Kind = CommandKind.OpenAccount, Account = account, OwnerGroup = account });
            Apply(new MatchCommand { Kind = CommandKind.Fund, Account = account, Amount = 1_000_000 });
        }

        foreach (var order in orders)
        {
            Apply(order);
        }

        events.Clear();
        Apply(new MatchCommand { Kind = CommandKind.Clear, Market = 1, SeedLow = seed, SeedHigh = 7 });
        return [.. events.All.ToArray().Where(e => e.Kind == MatchEventKind.Traded)
            .Select(e => (e.Account, e.OtherAccount, e.Tick, e.Quantity))];

        void Apply(MatchCommand command)
        {
            command.Seq = ++seq;
            book.Apply(command, events).Should().Be(MatchRefusal.None);
        }
    }

    private static int LimitOf(List<MatchCommand> orders, uint account) =>
        orders.Single(order => order.Account == account).Tick;

    private static long MostOf(List<MatchCommand> orders) => Enumerable.Range(0, 32).Max(price => Math.Min(
        orders.Where(order => order.Side == Side.Bid && order.Tick >= price).Sum(order => order.Quantity),
        orders.Where(order => order.Side == Side.Ask && order.Tick <= price).Sum(order => order.Quantity)));
}
