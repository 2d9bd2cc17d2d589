using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>Laws that hold after every command of any stream.</summary>
public sealed class BookEnginePropertyTests
{
    [Fact]
    public void A_budgets_pockets_add_up_to_its_cap_and_to_its_orders_and_jobs() => BookStreams.All.Sample(stream =>
    {
        var world = new BookWorld();
        foreach (var step in stream)
        {
            BookStreams.Take(world, step);

            var bids = AllBids(world);
            foreach (var account in world.Engine.Budgets())
            {
                var mine = bids.Where(bid => bid.Terms.Budget == account.Budget).ToList();
                (account.Free.Micro + account.HeldByOrders.Micro + account.InJobs.Micro + account.Owed.Micro
                    + account.Spent.Micro).Should().Be(account.Cap.Micro);
                account.HeldByOrders.Micro.Should().Be(
                    mine.Where(bid => bid.State == BidState.Resting).Sum(bid => bid.Hold.Micro));
                account.InJobs.Micro.Should().BeLessThanOrEqualTo(
                    mine.Where(bid => bid.State == BidState.Matched).Sum(bid => bid.Hold.Micro));
            }
        }
    }, iter: 100);

    [Fact]
    public void A_bid_never_costs_more_than_its_hold_and_its_legs_are_of_distinct_owners() =>
        BookStreams.All.Sample(stream =>
        {
            var world = new BookWorld();
            foreach (var step in stream)
            {
                var outcome = BookStreams.Take(world, step);
                foreach (var match in outcome.IsOk ? outcome.Value.Events.OfType<BidMatched>() : [])
                {
                    var bid = world.Engine.Bid(new OrderId(match.Job.Value))!;
                    var paid = TokenAmount.Sum(match.Legs.Select(leg => leg.Price.CostDown(match.PerLeg)));

                    (paid + match.FeeBps.FeeDown(paid)).Should().BeLessThanOrEqualTo(bid.Hold);
                    match.Legs.Should().HaveCount(bid.Terms.Replicas);
                    match.Legs.Should().OnlyContain(leg => leg.Price <= match.Limit);

                    // Providers 2 and 3 have one owner.
                    match.Legs.Select(leg => Math.Min(2, leg.Provider.Value)).Should().OnlyHaveUniqueItems();
                }
            }
        }, iter: 100);

    [Fact]
    public void A_bid_never_meets_an_ask_that_lacks_what_it_requires() => BookStreams.All.Sample(stream =>
    {
        var world = new BookWorld();
        var offered = new Dictionary<OrderId, SignatureView>();
        foreach (var step in stream)
        {
            var outcome = BookStreams.Take(world, step);
            if (outcome.TryGet(out var done) && done.Answer is AskAnswer ask)
            {
                offered[ask.Order] = ((PlaceAsk)step.Command).Signature;
            }

            foreach (var bid in AllBids(world))
            {
                bid.Legs.Where(leg => !bid.Terms.Signature.IsCompatible(offered[leg.Ask])).Should().BeEmpty();
            }
        }
    }, iter: 100);

    [Fact]
    public void A_refused_or_repeated_command_changes_nothing() => BookStreams.All.Sample(stream =>
    {
        var world = new BookWorld();
        foreach (var step in stream)
        {
            var before = Ticked(world, step.Seconds);

            var outcome = world.Apply(step.Command);

            var hasChanged = outcome.TryGet(out var done) && done.HasChanged;
            (world.Engine.Digest() != before).Should().Be(hasChanged);
        }
    }, iter: 60);

    [Fact]
    public void Every_command_taken_twice_acts_once() => BookStreams.All.Sample(stream =>
    {
        var world = new BookWorld();
        foreach (var step in stream)
        {
            BookStreams.Take(world, step);
            var after = world.Engine.Digest();

            var again = world.Apply(step.Command);

            (again.TryGet(out var done) && done.HasChanged).Should().BeFalse();
            world.Engine.Digest().Should().Be(after);
        }
    }, iter: 60);

    [Fact]
    public void The_same_commands_through_the_journals_notation_give_the_same_state_and_events() =>
        BookStreams.All.Sample(stream =>
        {
            var lived = new BookWorld();
            var replayed = new BookWorld();
            foreach (var step in stream)
            {
                var first = BookStreams.Take(lived, step);
                var read = BookCommandCodec.Decode(BookCommandCodec.Encode(step.Command));
                var second = BookStreams.Take(replayed, (step.Seconds, read));

                Told(second).Should().Be(Told(first));
            }

            replayed.Engine.Digest().Should().Be(lived.Engine.Digest());
        }, iter: 100);

    [Fact]
    public void Nothing_rests_at_or_after_its_time() => BookStreams.All.Sample(stream =>
    {
        var world = new BookWorld();
        foreach (var step in stream)
        {
            BookStreams.Take(world, step);

            AllBids(world).Where(bid => bid.State == BidState.Resting)
                .Where(bid => bid.Terms.ExpiresAt <= world.Now || Budget(world, bid).Expiry <= world.Now)
                .Should().BeEmpty();
        }
    }, iter: 60);

    private static BudgetView Budget(BookWorld world, BidView bid) => world.Engine.Budget(bid.Terms.Budget)!;

    private static Hash32 Ticked(BookWorld world, int seconds)
    {
        world.Now = world.Now.AddSeconds(seconds);
        world.Apply(new Expire(world.Now));
        return world.Engine.Digest();
    }

    private static string Told(Result<BookOutcome, BookRefusal> result) => result.Match(
        ok => $"{ok.Answer} {string.Join(' ', ok.Events)}", refusal => $"{refusal}");

    private static List<BidView> AllBids(BookWorld world) => Enumerable.Range(1, (int)world.Seq)
        .Select(number => world.Engine.Bid(new OrderId(number)))
        .OfType<BidView>()
        .ToList();
}
