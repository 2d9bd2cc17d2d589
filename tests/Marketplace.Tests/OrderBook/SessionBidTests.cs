using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>Bids of sessions in the book's state machine.</summary>
public sealed class SessionBidTests
{
    /// <summary>What the bid of <see cref="BookWorld.Bid"/> holds: a token and the fee.</summary>
    private static readonly TokenAmount Hold = new(1_100_000);

    private readonly BookWorld world = BookWorld.WithBudget();
    private readonly SessionOrders buyer;

    public SessionBidTests() =>
        buyer = SessionOrders.Of(world.Do(SessionOrders.BuyersOpening() with
        {
            Grant = SessionOrders.BuyersOpening().Grant with { PriceLimit = new UnitPrice(1_000_000) },
        }));

    [Fact]
    public void A_bid_buys_its_job_at_once_and_says_how_much()
    {
        world.Do(BookWorld.Ask(1));
        world.Do(BookWorld.Ask(2));

        var placed = world.Take(With(buyer.Bid(1, "b1"), bid => bid with { Replicas = 2 }));

        var matched = placed.Events.OfType<BidMatched>().Single();
        placed.Answer.Should().Be(new EntryAnswer(placed.Answer.Seq, placed.Answer.Order, Traded: 2_000_000));
        (matched.Job.Value, matched.Budget, matched.ClientOrderId, matched.InputHash, matched.FeeBps).Should().Be(
            (placed.Answer.Seq, BookWorld.Budget, "b1", Keccak256.Hash("b1"), BookWorld.Fee));
        matched.Legs.Select(leg => leg.Provider.Value).Should().Equal(1, 2);
        world.Account.InJobs.Should().Be(Hold * 2);
    }

    [Fact]
    public void A_bid_rests_is_cancelled_by_its_handle_and_gives_its_hold_back()
    {
        var placed = world.Take(buyer.Bid(1, "b1"));
        var held = world.Account.HeldByOrders;

        var cancelled = world.Take(buyer.Cancel(2, placed.Answer.Order));

        (placed.Answer.Open, placed.Answer.Traded, held).Should().Be((1_000_000, 0, Hold));
        cancelled.Events.OfType<BidEnded>().Single().ClientOrderId.Should().Be("b1");
        world.Account.HeldByOrders.Should().Be(TokenAmount.Zero);
    }

    [Fact]
    public void The_same_bid_again_has_the_same_answer_and_holds_nothing_more()
    {
        var first = world.Take(buyer.Bid(1, "b1"));
        var digest = world.Engine.Digest();

        world.Take(buyer.Bid(1, "b1")).Should().BeEquivalentTo(new OrderOutcome(first.Answer, false, []));
        world.Take(buyer.Bid(1, "b2")).Answer.Refusal.Should().Be(EntryRefusal.SequenceReused);
        world.Engine.Digest().Should().Be(digest);
        world.Take(buyer.Bid(2, "b1")).Answer.Refusal.Should().Be(EntryRefusal.DuplicateOrderId);
        world.Account.HeldByOrders.Should().Be(Hold);
    }

    [Fact]
    public void A_bid_that_is_immediate_or_has_a_time_ends_as_it_says()
    {
        var until = (uint)world.Now.AddMinutes(1).ToUnixTimeSeconds();

        var immediate = Take(1, bid => bid with { TimeInForce = TimeInForce.ImmediateOrCancel });
        var fillOrKill = Take(2, bid => bid with { TimeInForce = TimeInForce.FillOrKill });
        var timed = Take(3, bid => bid with { TimeInForce = TimeInForce.GoodTillTime, ExpirySeconds = until });
        world.Now = world.Now.AddMinutes(1);
        var expired = world.EventsOf(new Expire(world.Now));

        immediate.Events.OfType<BidEnded>().Single().Reason.Should().Be(BidState.Unfilled);
        fillOrKill.Events.OfType<BidEnded>().Single().Reason.Should().Be(BidState.Unfilled);
        timed.Answer.Open.Should().Be(1_000_000);
        expired.OfType<BidEnded>().Single().Reason.Should().Be(BidState.Expired);
        world.Account.Free.Should().Be(BookWorld.Opening.Cap);
    }

    [Fact]
    public void What_breaks_the_grant_is_refused_and_holds_nothing()
    {
        Refused(1, bid => bid with { Tick = 100_001 }).Should().Be(EntryRefusal.PriceOutsideGrant);
        Refused(2, bid => bid with { Replicas = 4 }).Should().Be(EntryRefusal.ReplicasOutsideGrant);
        Refused(3, bid => bid with { Side = Side.Ask }).Should().Be(EntryRefusal.SideOutsideGrant);
        Refused(4, bid => bid with { Quantity = 4_545_455 }).Should().Be(
            EntryRefusal.BudgetUsedUp, "4,545,455 units and their fee are one micro-token above the five tokens");
        Refused(5, bid => bid with { Quantity = 1_000_000_000_000_000 }).Should().Be(EntryRefusal.BudgetUsedUp);

        world.Account.Free.Should().Be(BookWorld.Opening.Cap);
    }

    [Fact]
    public void A_grant_for_one_market_is_for_no_other()
    {
        var narrow = SessionOrders.BuyersOpening(nonce: 2);
        var session = SessionOrders.Of(world.Do(narrow with
        {
            Grant = narrow.Grant with { IsEveryMarket = false, Markets = [1], PriceLimit = new UnitPrice(1_000_000) },
        }));

        world.Take(session.Bid(1, "b1")).Answer.Refusal.Should().Be(EntryRefusal.MarketOutsideGrant);
        world.Take(With(session.Bid(2, "b2"), bid => bid with { Market = 1 })).Answer.Refusal
            .Should().Be(EntryRefusal.None);
    }

    [Fact]
    public void The_grants_budget_counts_what_bids_hold_and_what_their_jobs_cost()
    {
        var resting = Enumerable.Range(1, 4).Select(at => world.Take(buyer.Bid((ulong)at, $"b{at}"))).ToList();
        var fifth = world.Take(buyer.Bid(5, "b5")).Answer.Refusal;

        world.Take(buyer.Cancel(6, resting[0].Answer.Order));
        var afterCancel = world.Take(buyer.Bid(7, "b7")).Answer.Refusal;
        world.Do(BookWorld.Ask(1));
        var whileRunning = world.Take(buyer.Bid(8, "b8")).Answer.Refusal;
        world.Do(new CompleteJob(
            new JobId(resting[1].Answer.Seq), new TokenAmount(500_000), new TokenAmount(50_000)));
        var halfFree = world.Take(buyer.Bid(9, "b9")).Answer.Refusal;
        world.Do(new ReleaseJob(new JobId(resting[2].Answer.Seq)));
        var afterRelease = world.Take(buyer.Bid(10, "b10")).Answer.Refusal;

        fifth.Should().Be(EntryRefusal.BudgetUsedUp);
        afterCancel.Should().Be(EntryRefusal.None);
        whileRunning.Should().Be(EntryRefusal.BudgetUsedUp);
        halfFree.Should().Be(EntryRefusal.None, "0.6 and the 0.55 that the job left over are enough");
        afterRelease.Should().Be(EntryRefusal.None);
        world.Take(buyer.Bid(11, "b11")).Answer.Refusal.Should().Be(EntryRefusal.BudgetUsedUp);
    }

    [Fact]
    public void What_the_book_does_not_take_of_a_gateway_it_does_not_take_of_a_session()
    {
        var past = (uint)world.Now.ToUnixTimeSeconds();

        BookRefused(1, bid => bid with { Market = 9 }).Should().Be(MatchRefusal.UnknownMarket);
        BookRefused(2, bid => bid with { Tick = 0 }).Should().Be(MatchRefusal.InvalidTick);
        BookRefused(3, bid => bid with { Quantity = 0 }).Should().Be(MatchRefusal.InvalidQuantity);
        BookRefused(4, bid => bid with { Quantity = -1 }).Should().Be(MatchRefusal.InvalidQuantity);
        BookRefused(5, bid => bid with { Replicas = 0 }).Should().Be(MatchRefusal.InvalidReplicas);
        BookRefused(6, bid => bid with { ExpirySeconds = past + 60 }).Should().Be(MatchRefusal.InvalidExpiry);
        BookRefused(7, bid => bid with { TimeInForce = TimeInForce.GoodTillTime }).Should()
            .Be(MatchRefusal.InvalidExpiry);
        BookRefused(8, bid => bid with { TimeInForce = TimeInForce.GoodTillTime, ExpirySeconds = past })
            .Should().Be(MatchRefusal.InvalidExpiry);
        world.Account.Free.Should().Be(BookWorld.Opening.Cap);
    }

    [Fact]
    public void A_bid_has_one_form_in_bytes()
    {
        Refused(1, bid => bid with { EscrowsLimit = false }).Should().Be(EntryRefusal.InvalidBid);
        Refused(2, bid => bid with { IsPostOnly = true }).Should().Be(EntryRefusal.InvalidBid);
        Refused(3, bid => bid with { SelfTrade = SelfTradeRule.Decrement }).Should().Be(EntryRefusal.InvalidBid);
        Refused(4, bid => bid with { Minimum = 1 }).Should().Be(EntryRefusal.InvalidBid);
        RefusedPayload(6, payload => payload[..64]).Should().Be(EntryRefusal.InvalidBid);
        RefusedPayload(7, payload => [.. payload[..127], 1]).Should().Be(EntryRefusal.InvalidBid);
        RefusedPayload(8, payload => [.. payload[..32], .. new byte[96]]).Should().Be(EntryRefusal.InvalidBid);
        RefusedPayload(9, payload => [.. payload[..32], 0, .. payload[33..]]).Should().Be(EntryRefusal.InvalidBid);
        RefusedPayload(10, payload => [.. payload[..32], (byte)' ', .. payload[33..]])
            .Should().Be(EntryRefusal.InvalidBid);
    }

    [Fact]
    public void A_budget_that_is_over_or_signed_a_lower_fee_takes_no_bid()
    {
        world.Now = BookWorld.Opening.Expiry;
        var longer = SessionOrders.BuyersOpening(nonce: 2);
        var session = SessionOrders.Of(world.Do(longer with
        {
            Grant = longer.Grant with { PriceLimit = new UnitPrice(1_000_000), ExpirySeconds = 2_000_000_000 },
        }));

        world.Take(session.Bid(1, "b1")).Answer.Refusal.Should().Be(EntryRefusal.BudgetOver);
        world.Take(buyer.Bid(1, "b1")).Answer.Refusal.Should().Be(EntryRefusal.UnknownSession);
        world.Now = BookWorld.Start;
        world.Do(new OpenMarket(BookWorld.Market, new BasisPoints(1_001)));
        world.Take(With(session.Bid(2, "b2"), bid => bid with { Market = 2 })).Answer.Refusal
            .Should().Be(EntryRefusal.FeeAboveLimit);
        world.Do(new CloseBudget(BookWorld.Budget));
        world.Take(With(session.Bid(3, "b3"), bid => bid with { Market = 2 })).Answer.Refusal
            .Should().Be(EntryRefusal.BudgetOver);
    }

    [Fact]
    public void The_end_of_a_session_ends_its_orders_and_no_others_of_the_account()
    {
        world.Do(BookWorld.Bid("gateway"));
        world.Take(buyer.Bid(1, "early"));
        var later = SessionOrders.BuyersOpening(nonce: 2);
        var session = SessionOrders.Of(world.Do(later with
        {
            Grant = later.Grant with { PriceLimit = new UnitPrice(1_000_000) },
        }));
        world.Take(session.Bid(1, "late"));
        var signed = SessionOrders.Of(world.Do(new OpenSession(
            SessionGrant.OfSignedOrders(EntryRole.Buyer, BookWorld.Budget.Value), BookWorld.Opening.Buyer)));
        world.Take(signed.Bid(1, "signed"));

        var ended = world.EventsOf(new EndSession(session.Number));

        ended.OfType<BidEnded>().Select(bid => bid.ClientOrderId).Should().Equal("early", "late");
        world.Account.HeldByOrders.Should().Be(Hold * 2);
        world.Take(session.Bid(2, "after")).Answer.Refusal.Should().Be(EntryRefusal.UnknownSession);
        world.Take(signed.Bid(2, "still")).Answer.Refusal.Should().Be(EntryRefusal.None);
    }

    [Fact]
    public void The_end_of_a_providers_session_leaves_the_asks_of_its_connection()
    {
        world.Do(BookWorld.Ask(1));
        var session = SessionOrders.Of(world.Do(SessionOrders.Opening(1)));
        var placed = world.Take(session.Ask(1)).Answer;

        var ended = world.EventsOf(new EndSession(session.Number));

        ended.Should().Equal(new AskEnded(
            world.Seq, new OrderId(placed.Seq), BookWorld.Market, new ProviderId(1), AskEndReason.Cancelled));
        world.Engine.Depth(BookWorld.Market).Asks.Single().Orders.Should().Be(1);
    }

    [Fact]
    public void A_request_is_named_while_its_bid_rests_or_its_job_runs()
    {
        var placed = world.Take(buyer.Bid(1, "b1"));
        var resting = world.Engine.NamedInputs();
        world.Do(BookWorld.Ask(1));
        var running = world.Engine.NamedInputs();
        world.Do(new ReleaseJob(new JobId(placed.Answer.Seq)));

        resting.Should().Equal((BookWorld.Budget, Keccak256.Hash("b1")));
        running.Should().BeEquivalentTo(resting);
        world.Engine.NamedInputs().Should().BeEmpty();
    }

    [Fact]
    public void Whether_a_number_is_fresh_is_answered_without_a_trace()
    {
        var digest = world.Engine.Digest();

        world.Engine.IsFresh(buyer.Number, 1).Should().BeTrue();
        world.Engine.IsFresh(99, 1).Should().BeFalse();
        world.Engine.Digest().Should().Be(digest);
        world.Take(buyer.Bid(2, "b2"));
        world.Engine.IsFresh(buyer.Number, 1).Should().BeTrue();
        world.Engine.IsFresh(buyer.Number, 2).Should().BeFalse();
    }

    private OrderOutcome Take(ulong clientSeq, Func<MatchCommand, MatchCommand> change) =>
        world.Take(With(buyer.Bid(clientSeq, $"b{clientSeq}"), change));

    private EntryRefusal Refused(ulong clientSeq, Func<MatchCommand, MatchCommand> change) =>
        Take(clientSeq, change).Answer.Refusal;

    private MatchRefusal BookRefused(ulong clientSeq, Func<MatchCommand, MatchCommand> change) =>
        Take(clientSeq, change).Answer.BookRefusal;

    private EntryRefusal RefusedPayload(ulong clientSeq, Func<byte[], byte[]> change)
    {
        var bid = buyer.Bid(clientSeq, $"b{clientSeq}");
        return world.Take(bid with { Payload = change(bid.Payload.ToArray()) }).Answer.Refusal;
    }

    internal static OutgoingOrder With(OutgoingOrder order, Func<MatchCommand, MatchCommand> change) =>
        order with { Command = change(order.Command) };
}
