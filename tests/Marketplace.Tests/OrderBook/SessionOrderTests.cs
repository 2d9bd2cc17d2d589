using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>Bare orders of sessions in the book's state machine.</summary>
public sealed class SessionOrderTests
{
    private readonly BookWorld world = BookWorld.WithBudget();
    private readonly SessionOrders session;

    public SessionOrderTests() => session = Opened(SessionOrders.Opening(1));

    [Fact]
    public void An_ask_of_a_session_sells_a_gateways_bid_its_job_as_any_other_ask()
    {
        var placed = Take(session.Ask(1));

        var matched = world.EventsOf(BookWorld.Bid("b1")).OfType<BidMatched>().Single();
        var sold = world.EventsOf(BookWorld.Bid("b2"));

        placed.Answer.Should().Be(new EntryAnswer(placed.Answer.Seq, placed.Answer.Order, Open: 2_000_000));
        matched.Legs.Should().Equal(
            new Leg(1, new ProviderId(1), new OrderId(placed.Answer.Seq), new UnitPrice(900_000)));
        sold.OfType<AskEnded>().Single().Reason.Should().Be(AskEndReason.Sold);
    }

    [Fact]
    public void An_ask_of_a_session_meets_the_bid_that_waited_for_it()
    {
        world.Do(BookWorld.Bid("b1"));

        var placed = Take(session.Ask(1, units: 2_500_000));

        (placed.Answer.Traded, placed.Answer.Open).Should().Be((1_000_000, 1_500_000));
        placed.Events.Should().ContainSingle().Which.Should().BeOfType<BidMatched>()
            .Which.ClientOrderId.Should().Be("b1");
    }

    [Fact]
    public void A_cancel_frees_what_is_unsold_and_an_amended_ask_keeps_its_name_under_another_handle()
    {
        var placed = Take(session.Ask(1)).Answer;
        var moved = Take(session.Amend(2, placed.Order, tick: 80_000, units: 3_000_000)).Answer;

        var leg = world.Do(BookWorld.Bid("b1")).Legs.Single();
        var cancelled = Take(session.Cancel(3, moved.Order));

        moved.Order.Should().NotBe(placed.Order);
        leg.Should().Be(new Leg(1, new ProviderId(1), new OrderId(placed.Seq), new UnitPrice(800_000)));
        cancelled.Events.Should().Equal(new AskEnded(
            cancelled.Answer.Seq,
            new OrderId(placed.Seq),
            BookWorld.Market,
            new ProviderId(1),
            AskEndReason.Cancelled));
        world.Engine.Depth(BookWorld.Market).Asks.Should().BeEmpty();
    }

    [Fact]
    public void A_repeated_order_gets_its_first_answer_and_a_reused_or_forgotten_number_none()
    {
        var first = Take(session.Ask(1));
        world.Do(BookWorld.Bid("b1"));
        var refused = Take(session.Ask(2, tick: 0));
        var digest = world.Engine.Digest();

        Take(session.Ask(1)).Should().BeEquivalentTo(new OrderOutcome(first.Answer, false, []));
        Take(session.Ask(2, tick: 0)).Answer.Should().Be(refused.Answer);
        Take(session.Ask(1, units: 7)).Answer.Refusal.Should().Be(EntryRefusal.SequenceReused);
        world.Engine.Digest().Should().Be(digest);

        Take(session.Ask(1_025));
        Take(session.Ask(1)).Answer.Refusal.Should().Be(EntryRefusal.SequenceTooOld);
    }

    [Fact]
    public void What_the_grant_or_the_book_refuses_uses_its_number_up()
    {
        var belowGrant = Take(session.Ask(1, tick: 9_999));
        var ofNothing = Take(session.Ask(2, units: 0));

        (belowGrant.HasChanged, belowGrant.Answer.Refusal).Should().Be((true, EntryRefusal.PriceOutsideGrant));
        (ofNothing.HasChanged, ofNothing.Answer.BookRefusal).Should().Be((true, MatchRefusal.InvalidQuantity));
        Take(session.Ask(1)).Answer.Refusal.Should().Be(EntryRefusal.SequenceReused);
    }

    [Fact]
    public void A_buyers_session_cancels_its_gateways_bids_and_amends_none()
    {
        var buyer = Opened(SessionOrders.BuyersOpening());
        var bid = world.Do(BookWorld.Bid("b1"));
        var handle = world.Engine.OrdersOf(buyer.Number).Single().Handle;

        var amended = Take(buyer.Amend(2, handle, 50_000, 1_000_000));
        var foreign = Take(session.Cancel(1, handle));
        var cancelled = Take(buyer.Cancel(3, handle));

        amended.Answer.Refusal.Should().Be(EntryRefusal.BidsAreNotAmended);
        foreign.Answer.BookRefusal.Should().Be(MatchRefusal.NotOwner);
        cancelled.Events.OfType<BidEnded>().Single().Order.Should().Be(bid.Order);
        world.Account.HeldByOrders.Should().Be(TokenAmount.Zero);
    }

    [Fact]
    public void A_providers_asks_end_with_its_connection_and_its_session_waits_for_the_next()
    {
        var placed = Take(session.Ask(1)).Answer;
        world.Engine.ConnectedProviders().Should().Equal(new ProviderId(1));

        var ended = world.EventsOf(new CancelAsksOf(new ProviderId(1)));
        var paused = Take(session.Ask(2)).Answer;
        var resumed = world.Do(SessionOrders.Opening(1));

        ended.OfType<AskEnded>().Single().Order.Should().Be(new OrderId(placed.Seq));
        paused.Refusal.Should().Be(EntryRefusal.ProviderNotConnected);
        resumed.Session.Should().Be(session.Number);
        Take(session.Ask(1)).Answer.Should().Be(placed, "the window outlives the connection");
        Take(session.Ask(3)).Answer.Refusal.Should().Be(EntryRefusal.None);
    }

    [Fact]
    public void A_later_grant_ends_the_earlier_session_and_an_ended_one_never_comes_again()
    {
        var later = Opened(SessionOrders.Opening(1, nonce: 2));
        var early = Take(session.Ask(1));
        var again = world.Apply(SessionOrders.Opening(1));
        world.Do(new EndSession(later.Number));

        (early.HasChanged, early.Answer.Refusal).Should().Be((false, EntryRefusal.UnknownSession));
        again.Rejection.Should().Be(BookRefusal.GrantNonceUsed);
        world.Apply(SessionOrders.Opening(1, nonce: 2)).Rejection.Should().Be(BookRefusal.GrantNonceUsed);
        world.Apply(new EndSession(later.Number)).Rejection.Should().Be(BookRefusal.UnknownSession);
        Opened(SessionOrders.Opening(1, nonce: 3)).Number.Should().Be(later.Number + 1);
    }

    [Fact]
    public void An_ask_good_till_a_time_ends_with_the_clock_and_one_that_is_immediate_at_once()
    {
        var until = (uint)world.Now.AddMinutes(1).ToUnixTimeSeconds();
        var timed = session.Ask(1) with { TimeInForce = TimeInForce.GoodTillTime, ExpirySeconds = until };
        Take(timed);

        var immediate = Take(session.Ask(2) with { TimeInForce = TimeInForce.ImmediateOrCancel });
        world.Now = world.Now.AddMinutes(1);
        world.Engine.HasExpired(world.Now).Should().BeTrue();
        var expired = world.EventsOf(new Expire(world.Now));

        immediate.Events.OfType<AskEnded>().Single().Reason.Should().Be(AskEndReason.Unfilled);
        expired.OfType<AskEnded>().Single().Reason.Should().Be(AskEndReason.Expired);
        world.Engine.HasExpired(world.Now).Should().BeFalse();
    }

    [Fact]
    public void An_ask_that_meets_a_bid_of_its_own_owner_ends_that_bid()
    {
        world.Do(BookWorld.Bid("b1"));
        var own = Opened(SessionOrders.Opening(9) with { Owner = BookWorld.Opening.Buyer });

        var placed = Take(own.Ask(1));

        placed.Answer.Open.Should().Be(2_000_000);
        placed.Events.OfType<BidEnded>().Single().ClientOrderId.Should().Be("b1");
        world.Engine.Bid(BookWorld.Budget, "b1")!.State.Should().Be(BidState.Cancelled);
    }

    [Fact]
    public void The_number_of_a_market_before_its_fee_changed_takes_nothing_more()
    {
        world.Do(new OpenMarket(BookWorld.Market, new BasisPoints(500)));

        Take(session.Ask(1)).Answer.BookRefusal.Should().Be(MatchRefusal.UnknownMarket);
        world.Engine.MarketNumbers().Select(market => market.No).Should().Equal(1, 2);
    }

    private SessionOrders Opened(OpenSession open) => SessionOrders.Of(world.Do(open));

    private OrderOutcome Take(MatchCommand order) => world.Take(order);
}
