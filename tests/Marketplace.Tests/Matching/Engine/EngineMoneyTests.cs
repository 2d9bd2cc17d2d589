using FluentAssertions;
using Marketplace.Matching;
using Xunit;

namespace Marketplace.Tests.Matching.Engine;

/// <summary>Holds, escrow and what refuses: RULES.md, sections 1, 2 and 10. One unit at tick t costs t here.</summary>
public sealed class EngineMoneyTests
{
    [Fact]
    public void A_resting_bid_holds_its_limit_with_the_higher_fee()
    {
        var exchange = new Exchange(takerFeeBps: 100, makerFeeBps: 50);

        var bid = exchange.Bid(0, 10, 100);
        exchange.Engine.Account(0).Held.Should().Be(1010);

        exchange.Amend(0, bid, 10, 50);
        exchange.Events.Single().Released.Should().Be(505);
        exchange.Cancel(0, bid);
        exchange.Events.Single().Released.Should().Be(505);
        exchange.Engine.Account(0).Free.Should().Be(Exchange.Deposit);
    }

    [Fact]
    public void A_better_price_and_the_lower_fee_go_back_to_the_buyer()
    {
        var exchange = new Exchange(takerFeeBps: 100, makerFeeBps: 50);
        exchange.Ask(1, 8, 40);

        exchange.Bid(0, 10, 100);
        var taken = exchange.Trades.Single();
        (taken.Amount, taken.Released).Should().Be((324L, 80L));

        exchange.Ask(1, 10, 60);
        var made = exchange.Trades.Single();
        (made.Amount, made.Released).Should().Be((603L, 3L));
        exchange.Engine.Account(0).InEscrow.Should().Be(927);
    }

    [Fact]
    public void Many_small_fills_never_escrow_more_than_the_hold()
    {
        var exchange = new Exchange(takerFeeBps: 1, makerFeeBps: 1, tickSize: 1);
        exchange.Bid(0, 10, 100);
        var held = exchange.Engine.Account(0).Held;

        for (uint i = 0; i < 100; i++)
        {
            exchange.Ask(1, 10, 1);
        }

        exchange.Engine.Account(0).InEscrow.Should().Be(held).And.Be(2);
        exchange.Engine.Account(0).Held.Should().Be(0);
    }

    [Theory]
    [InlineData(false, 18, 20, 2)]
    [InlineData(true, 20, 20, 0)]
    public void Legs_move_at_once_with_the_fee_on_the_first(bool escrowsLimit, int first, int second, int released)
    {
        var exchange = new Exchange();
        exchange.Ask(1, 9, 2);
        exchange.Ask(2, 10, 2);

        exchange.Place(new MatchCommand
        {
            Side = Side.Bid,
            Account = 0,
            Tick = 10,
            Quantity = 2,
            Replicas = 2,
            EscrowsLimit = escrowsLimit,
        });

        exchange.Trades.Select(each => each.Amount).Should().Equal(first, second);
        exchange.Trades.Select(each => each.Released).Should().Equal(0, released);
    }

    [Fact]
    public void Ended_escrow_is_split_and_the_rest_is_free_again()
    {
        var exchange = new Exchange();
        exchange.Ask(1, 10, 10);
        exchange.Bid(0, 10, 10);

        End(exchange, 101, 1, 1).Should().Be(MatchRefusal.ExceedsEscrow);
        End(exchange, 60, 60, 1).Should().Be(MatchRefusal.ExceedsEscrow);
        End(exchange, 60, 50, 3).Should().Be(MatchRefusal.None);

        exchange.Engine.Account(0).Should().Be(new AccountView(0, 0, Exchange.Deposit - 93, 0, 40, 50, 3));
    }

    [Fact]
    public void What_does_not_fit_63_bits_is_refused_and_what_just_fits_is_exact()
    {
        var exchange = new Exchange(takerFeeBps: 10_000, tickSize: 1_000_000_000_000);
        var rich = exchange.OpenAccount(99, 99, funds: long.MaxValue);
        Fund(exchange, rich, 1).Should().Be(MatchRefusal.AmountTooLarge);

        exchange.Bid(rich, (1 << 24) - 1, 1_000_000_000_000);
        exchange.Refusal.Should().Be(MatchRefusal.AmountTooLarge);

        // 4 x 10^12 ticks of size 10^12 are 4 x 10^18, and as much of fee.
        exchange.Bid(rich, 4, 1_000_000_000_000);
        exchange.Engine.Account(rich).Held.Should().Be(8_000_000_000_000_000_000);
        exchange.Ask(1, 4, 1_000_000_000_000);
        exchange.Trades.Single().Amount.Should().Be(4_000_000_000_000_000_000);
    }

    [Theory]
    [InlineData(0, 1, MatchRefusal.InvalidTick)]
    [InlineData(1 << 24, 1, MatchRefusal.InvalidTick)]
    [InlineData(0, 0, MatchRefusal.InvalidTick)]
    [InlineData(1, 0, MatchRefusal.InvalidQuantity)]
    [InlineData(1, 1_000_000_000_001, MatchRefusal.InvalidQuantity)]
    [InlineData(2, 600_000_000, MatchRefusal.InsufficientFunds)]
    [InlineData(2, 500_000_000, MatchRefusal.None)]
    public void The_first_reason_is_given_and_nothing_changes(int tick, long quantity, MatchRefusal refusal)
    {
        var exchange = new Exchange();
        var before = exchange.Engine.StateHash();

        exchange.Bid(0, tick, quantity);

        exchange.Refusal.Should().Be(refusal);
        (exchange.Engine.StateHash() == before).Should().Be(refusal != MatchRefusal.None);
    }

    private static MatchRefusal End(Exchange exchange, long amount, long paid, long fee) => exchange.Send(
        new MatchCommand { Kind = CommandKind.EndEscrow, Account = 0, Amount = amount, Paid = paid, Fee = fee });

    private static MatchRefusal Fund(Exchange exchange, uint account, long amount) =>
        exchange.Send(new MatchCommand { Kind = CommandKind.Fund, Account = account, Amount = amount });
}
