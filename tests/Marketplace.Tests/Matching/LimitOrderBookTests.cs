using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching;

public sealed class LimitOrderBookTests
{
    [Theory]
    [InlineData("""
        ask #1 ann 10 @ 90 -> rests 10
        ask #2 bob 5 @ 90 -> rests 5
        ask #3 cat 5 @ 80 -> rests 5
        bid #4 dan 12 @ 95 -> #3 5 @ 80, #1 7 @ 90
        depth -> | 8 @ 90 in 2
        bid #5 dan 4 @ 90 -> #1 3 @ 90, #2 1 @ 90
        depth -> | 4 @ 90
        """)]
    [InlineData("""
        bid #1 ann 10 @ 90 -> rests 10
        bid #2 bob 5 @ 90 -> rests 5
        bid #3 cat 5 @ 95 -> rests 5
        ask #4 dan 12 @ 85 -> #3 5 @ 95, #1 7 @ 90
        depth -> 8 @ 90 in 2 |
        ask #5 dan 4 @ 90 -> #1 3 @ 90, #2 1 @ 90
        """)]
    public void Best_price_fills_first_then_the_oldest_order_at_that_price(string script) => Same(script);

    [Theory]
    [InlineData("""
        ask #1 ann 10 @ 90 -> rests 10
        bid #2 bob 4 @ 99 -> #1 4 @ 90
        bid #3 bob 4 @ 90 -> #1 4 @ 90
        bid #4 bob 4 @ 89 -> rests 4
        ask #5 ann 9 @ 50 -> #4 4 @ 89, rests 5
        depth -> | 5 @ 50, 2 @ 90
        """)]
    public void Orders_fill_in_parts_at_the_price_of_the_older_and_what_is_left_rests(string script) => Same(script);

    [Theory]
    [InlineData("""
        ask #1 ann 4 @ 90 -> rests 4
        ask #2 bob 4 @ 91 -> rests 4
        ask #3 cat 9 @ 92 -> rests 9
        bid #4 dan 5 @ 95 whole -> #3 5 @ 92
        bid #5 dan 5 @ 95 whole -> rests 5
        depth -> 5 @ 95 (5 whole) | 4 @ 90, 4 @ 91, 4 @ 92
        """)]
    [InlineData("""
        bid #1 dan 5 @ 95 whole -> rests 5
        bid #2 eve 3 @ 90 -> rests 3
        ask #3 ann 4 @ 80 -> #2 3 @ 90, rests 1
        ask #4 bob 4 @ 80 -> rests 4
        ask #5 cat 5 @ 80 -> #1 5 @ 95
        """)]
    public void A_whole_bid_takes_one_ask_and_is_passed_over_while_none_is_large_enough(string script) => Same(script);

    [Theory]
    [InlineData("""
        bid #1 ann 5 @ 90 whole -> rests 5
        bid #2 bob 5 @ 90 whole -> rests 5
        bid #3 cat 2 @ 90 whole -> rests 2
        ask #4 dan 3 @ 90 -> #3 2 @ 90, rests 1
        ask #5 dan 5 @ 90 -> #1 5 @ 90
        ask #6 dan 5 @ 90 -> #2 5 @ 90
        """)]
    public void A_bid_that_was_passed_over_keeps_its_place(string script) => Same(script);

    [Theory]
    [InlineData("""
        ask #1 ann 9 @ 80 -> rests 9
        ask #2 ann 9 @ 81 -> rests 9
        ask #3 bob 4 @ 82 -> rests 4
        ask #4 bob 9 @ 83 -> rests 9
        ask #5 cat 9 @ 84 -> rests 9
        bid #6 dan 5 @ 99 x3 -> #1 5 @ 80, #4 5 @ 83, #5 5 @ 84
        depth -> | 4 @ 80, 9 @ 81, 4 @ 82, 4 @ 83, 4 @ 84
        """)]
    [InlineData("""
        ask #1 ann 9 @ 80 -> rests 9
        ask #2 ann 9 @ 81 -> rests 9
        ask #3 bob 9 @ 99 -> rests 9
        bid #4 dan 5 @ 98 x2 -> rests 10
        depth -> 10 @ 98 (10 whole) | 9 @ 80, 9 @ 81, 9 @ 99
        ask #5 ann 9 @ 70 -> rests 9
        ask #6 cat 4 @ 70 -> rests 4
        ask #7 cat 6 @ 75 -> #4 from #5 5 @ 98, #4 5 @ 98, rests 1
        """)]
    public void Legs_come_from_as_many_distinct_owners_or_none_is_taken(string script) => Same(script);

    [Theory]
    [InlineData("""
        ask #1 ann 3 @ 90 -> rests 3
        bid #2 bob 5 @ 90 ioc -> #1 3 @ 90, drops 2
        bid #3 bob 5 @ 90 ioc -> drops 5
        ask #4 ann 5 @ 90 ioc -> drops 5
        depth -> |
        """)]
    [InlineData("""
        ask #1 ann 3 @ 90 -> rests 3
        bid #2 bob 5 @ 90 whole ioc -> drops 5
        bid #3 bob 3 @ 90 x2 ioc -> drops 6
        depth -> | 3 @ 90
        """)]
    public void An_immediate_order_trades_at_once_and_never_rests(string script) => Same(script);

    [Theory]
    [InlineData("""
        bid #1 ann 5 @ 90 until 60 -> rests 5
        bid #2 ann 5 @ 91 until 30 -> rests 5
        bid #3 ann 5 @ 92 until 60 -> rests 5
        bid #4 ann 5 @ 93 -> rests 5
        expire 29 ->
        expire 30 -> #2
        ask #5 bob 1 @ 92 -> #4 1 @ 93
        expire 59 ->
        expire 61 -> #1, #3
        expire 61 ->
        depth -> 4 @ 93 |
        """)]
    [InlineData("""
        ask #1 ann 5 @ 90 until 60 -> rests 5
        bid #2 bob 2 @ 90 -> #1 2 @ 90
        expire 60 -> #1
        bid #3 bob 2 @ 90 -> rests 2
        """)]
    [InlineData("""
        bid #1 ann 5 @ 90 until 60 -> rests 5
        ask #2 bob 5 @ 90 -> #1 5 @ 90
        bid #3 ann 5 @ 90 until 60 -> rests 5
        cancel #3 -> 5 back
        expire 60 ->
        """)]
    public void Good_till_time_ends_at_its_moment_in_the_order_of_time_and_age(string script) => Same(script);

    [Theory]
    [InlineData("""
        ask #1 ann 10 @ 90 -> rests 10
        bid #2 bob 4 @ 90 -> #1 4 @ 90
        cancel #1 -> 6 back
        cancel #1 -> not here
        cancel #2 -> not here
        cancel #9 -> not here
        bid #3 bob 4 @ 90 -> rests 4
        depth -> 4 @ 90 |
        """)]
    public void A_cancel_returns_what_still_rests_and_is_final(string script) => Same(script);

    [Theory]
    [InlineData("""
        ask #1 ann 3 @ 80 -> rests 3
        ask #2 bob 9 @ 85 -> rests 9
        ask #3 ann 9 @ 82 -> rests 9
        leg #1 5 @ 90 -> #3 5 @ 82
        leg #1 5 @ 90 without ann -> #2 5 @ 85
        leg #1 5 @ 84 -> NoAsk
        leg #1 4 @ 84 without bob -> #3 4 @ 82
        depth -> | 3 @ 80, 4 @ 85
        """)]
    public void A_further_leg_is_the_best_ask_that_has_it_in_one_piece(string script) => Same(script);

    [Fact]
    public void A_script_with_a_wrong_outcome_is_seen() =>
        BookScript.Run("ask #1 ann 10 @ 90 -> rests 9").Should().Be("ask #1 ann 10 @ 90 -> rests 10");

    [Fact]
    public void Expiry_is_told_before_it_is_carried_out()
    {
        var book = new LimitOrderBook();
        book.Place(Bid(1) with { TimeInForce = TimeInForce.GoodTillTime, ExpiresAt = BookScript.Second(60) });

        book.HasExpired(BookScript.Second(60).AddTicks(-1)).Should().BeFalse();
        book.HasExpired(BookScript.Second(60)).Should().BeTrue();
        book.Expire(BookScript.Second(60)).Should().Equal(new OrderId(1));
        book.HasExpired(BookScript.Second(60)).Should().BeFalse();
    }

    [Fact]
    public void A_malformed_order_is_a_bug_and_leaves_no_trace()
    {
        var book = new LimitOrderBook();
        book.Place(Bid(5));
        var before = book.Depth();
        LimitOrder[] malformed =
        [
            Bid(5),
            Bid(4),
            Bid(6) with { Quantity = Quantity.Zero },
            Bid(6) with { Replicas = 0 },
            Bid(6) with { Side = Side.Ask, IsWhole = true },
            Bid(6) with { Side = Side.Ask, Replicas = 2 },
            Bid(6) with { TimeInForce = TimeInForce.GoodTillTime },
            Bid(6) with { ExpiresAt = BookScript.Second(1) },
        ];

        malformed.Should().AllSatisfy(order =>
            book.Invoking(it => it.Place(order)).Should().Throw<InvariantViolationException>());
        book.Invoking(it => it.Place(Bid(6) with { Quantity = new Quantity(long.MaxValue), Replicas = 2 }))
            .Should().Throw<OverflowException>();
        book.Depth().Should().BeEquivalentTo(before);
        book.Place(Bid(6)).Rests.Should().BeTrue("its number was not used up");
    }

    private static LimitOrder Bid(long id) =>
        new(new OrderId(id), Side.Bid, BookScript.OwnerOf("ann"), new UnitPrice(90), new Quantity(10));

    private static void Same(string script) => BookScript.Run(script).Should().Be(script);
}
