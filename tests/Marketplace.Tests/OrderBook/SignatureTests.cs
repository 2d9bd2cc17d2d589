using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>What orders require and offer, from the book's commands down to the engine's signatures.</summary>
public sealed class SignatureTests
{
    private static readonly SignatureView NeedsEu = MarketAttributes.OfBid([new("region", ["eu"])]).Value;
    private static readonly SignatureView HasEu = MarketAttributes.OfAsk([new("region", ["eu"])]).Value;
    private static readonly SignatureView HasUs = MarketAttributes.OfAsk([new("region", ["us"])]).Value;

    private readonly BookWorld world = BookWorld.WithBudget();

    [Fact]
    public void A_bid_passes_over_the_cheaper_ask_that_lacks_what_it_requires()
    {
        world.Do(Ask(1, HasUs) with { Price = new UnitPrice(500_000) });
        world.Do(Ask(2, HasEu));

        var matched = world.EventsOf(Bid("b1", NeedsEu)).OfType<BidMatched>().Single();

        matched.Legs.Single().Provider.Should().Be(new ProviderId(2));
        world.Engine.BestAsk(BookWorld.Market).Should().Be(new UnitPrice(500_000));
        world.Engine.BestAsk(BookWorld.Market, NeedsEu).Should().Be(new UnitPrice(900_000));
        world.Engine.Depth(BookWorld.Market, NeedsEu).Asks.Single().Price.Should().Be(new UnitPrice(900_000));
    }

    [Fact]
    public void A_bid_that_nobody_suits_rests_until_somebody_does()
    {
        world.Do(Ask(1, HasUs));
        var placed = world.Do(Bid("b1", NeedsEu));

        var matched = world.EventsOf(Ask(2, HasEu)).OfType<BidMatched>().Single();

        placed.State.Should().Be(BidState.Resting);
        matched.Legs.Single().Provider.Should().Be(new ProviderId(2));
        world.Engine.QuestionOf(Bid("b1", NeedsEu))!.Signature.Should().Be(NeedsEu);
    }

    [Fact]
    public void The_first_order_with_a_signature_defines_it_for_all()
    {
        world.Do(Ask(1, HasEu));
        var first = world.Engine.Sent.Select(command => command.Kind).ToList();
        world.Do(Ask(2, HasEu));
        var second = world.Engine.Sent.Select(command => (command.Kind, command.Signature)).ToList();

        first.Should().Equal(CommandKind.OpenAccount, CommandKind.DefineSignature, CommandKind.Place);
        second.Should().Equal((CommandKind.OpenAccount, 0), (CommandKind.Place, 1));
        world.Engine.Signatures(BookWorld.Market, Side.Ask).Should().Equal(default, HasEu);
        world.Engine.Signatures(BookWorld.Market, Side.Bid).Should().Equal(default(SignatureView));
    }

    [Fact]
    public void A_bid_that_its_budget_cannot_pay_defines_nothing()
    {
        var before = world.Engine.Digest();

        var refused = world.Apply(Bid("b1", NeedsEu) with { Replicas = 16 });

        refused.Rejection.Should().Be(BookRefusal.InsufficientBudget);
        world.Engine.Sent.Should().BeEmpty();
        world.Engine.Digest().Should().Be(before);
    }

    [Fact]
    public void A_side_takes_256_signatures_and_goes_on_with_them()
    {
        for (ulong number = 1; number < BookEngine.MaxSignatures; number++)
        {
            world.Do(Ask(1, new(default, new(number, 0))) with { ClientOrderId = $"a{number}" });
            world.Do(Bid($"b{number}", new(new(number, 1), default)) with { PerLeg = new Quantity(1) });
        }

        var digest = world.Engine.Digest();

        world.Apply(Ask(2, new(default, new(1, 1)))).Rejection.Should().Be(BookRefusal.TooManySignatures);
        world.Apply(Bid("more", new(new(2, 2), default))).Rejection.Should().Be(BookRefusal.TooManySignatures);
        world.Engine.Digest().Should().Be(digest);
        world.Do(Ask(2, new(default, new(255, 0))));
        world.Do(Bid("known", new(new(255, 1), default)) with { PerLeg = new Quantity(1) });
        world.Do(BookWorld.Ask(3) with { Market = new MarketId(2), Signature = HasEu });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_further_leg_has_what_the_bid_required_also_in_a_market_with_another_fee(bool hasNewFee)
    {
        world.Do(Ask(1, HasEu));
        var job = world.Do(Bid("b1", NeedsEu)).Job!.Value;
        if (hasNewFee)
        {
            world.Do(new OpenMarket(BookWorld.Market, new BasisPoints(50)));
        }

        world.Do(Ask(2, HasUs) with { Price = new UnitPrice(100_000) });
        var missing = world.Apply(new AddLeg(job, 2, []));
        world.Do(Ask(3, HasEu));
        var added = world.Do(new AddLeg(job, 2, []));

        missing.Rejection.Should().Be(BookRefusal.NoAsk);
        added.Leg.Provider.Should().Be(new ProviderId(3));
    }

    [Fact]
    public void A_saved_book_knows_its_signatures_and_its_orders_theirs()
    {
        world.Do(Ask(1, HasUs));
        world.Do(Bid("b1", NeedsEu));
        var digest = world.Engine.Digest();

        world.SaveAndLoad();

        world.Engine.Digest().Should().Be(digest);
        world.Apply(Bid("b1", NeedsEu)).Value.HasChanged.Should().BeFalse();
        world.Apply(BookWorld.Bid("b1")).Rejection.Should().Be(BookRefusal.DuplicateOrderId);
        world.EventsOf(Ask(2, HasEu)).OfType<BidMatched>().Should().ContainSingle();
    }

    [Fact]
    public void A_sessions_orders_name_their_signatures_by_number()
    {
        world.Do(Bid("first", NeedsEu));
        world.Do(Ask(1, HasEu) with { Quantity = new Quantity(1_000_000) });
        var buyer = Buyer();
        var seller = SessionOrders.Of(world.Do(SessionOrders.Opening(2)));
        world.Take(seller.Ask(1));

        var bid = world.Take(With(buyer.Bid(1, "b1"), command => command with { Signature = 1 }));
        var ask = world.Take(seller.Ask(2) with { Signature = 1 });

        (bid.Answer.Traded, bid.Answer.Open).Should().Be((0, 1_000_000));
        ask.Answer.Traded.Should().Be(1_000_000);
        ask.Events.OfType<BidMatched>().Single().Legs.Single().Ask.Value.Should().Be(ask.Answer.Seq);
    }

    [Fact]
    public void A_sessions_order_cannot_name_a_signature_that_nobody_defined()
    {
        var buyer = Buyer();
        var seller = SessionOrders.Of(world.Do(SessionOrders.Opening(2)));

        var bid = world.Take(With(buyer.Bid(1, "b1"), command => command with { Signature = 1 }));
        var ask = world.Take(seller.Ask(1) with { Signature = 1 });

        bid.Answer.BookRefusal.Should().Be(MatchRefusal.UnknownSignature);
        ask.Answer.BookRefusal.Should().Be(MatchRefusal.UnknownSignature);
    }

    private SessionOrders Buyer()
    {
        var opening = SessionOrders.BuyersOpening();
        return SessionOrders.Of(world.Do(opening with
        {
            Grant = opening.Grant with { PriceLimit = new UnitPrice(1_000_000) },
        }));
    }

    private static PlaceBid Bid(string clientOrderId, SignatureView signature) =>
        BookWorld.Bid(clientOrderId) with { Signature = signature };

    private static PlaceAsk Ask(uint provider, SignatureView signature) =>
        BookWorld.Ask(provider) with { Signature = signature };

    private static OutgoingOrder With(OutgoingOrder order, Func<MatchCommand, MatchCommand> change) =>
        order with { Command = change(order.Command) };
}
