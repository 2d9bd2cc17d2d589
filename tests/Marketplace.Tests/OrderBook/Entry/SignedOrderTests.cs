using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class SignedOrderTests
{
    public static readonly SignedOrder Order = new(
        EntryRole.Buyer, 7, EntryWorld.Market, 2, TimeInForce.GoodTillTime, SelfTradeRule.CancelBoth, true, true, 3,
        new UnitPrice(250_000), new Quantity(1_000), 5, 1_800_000_600, Keccak256.Hash([]), 8,
        EntryWorld.Now / 1_000 + 60);

    [Fact]
    public void An_order_is_the_command_that_was_signed()
    {
        var command = Order.ToCommand([], 10_000, 10, EntryWorld.Account).Value;

        command.Should().Be(new MatchCommand
        {
            Kind = CommandKind.Place,
            TimeInForce = TimeInForce.GoodTillTime,
            SelfTrade = SelfTradeRule.CancelBoth,
            IsPostOnly = true,
            EscrowsLimit = true,
            Replicas = 3,
            Market = EntryWorld.Market,
            Signature = 2,
            Account = EntryWorld.Account,
            Session = 10,
            ClientSeq = 8,
            Tick = 25,
            ExpirySeconds = 1_800_000_600,
            Quantity = 1_000,
            Minimum = 5,
        });
        EntryRecord.Check(command, 10, EntryWorld.Account).Should().Be(EntryRefusal.None);
        (Order with { Role = EntryRole.Provider }).ToCommand([], 10_000, 10, 1).Value.Side.Should().Be(Side.Ask);
    }

    [Fact]
    public void A_price_between_two_ticks_or_beyond_the_last_is_refused()
    {
        Order.ToCommand([], 10_001, 10, 1).Rejection.Should().Be(EntryRefusal.PriceOffTick);
        (Order with { Price = new UnitPrice(1L << 31) }).ToCommand([], 1, 10, 1)
            .Rejection.Should().Be(EntryRefusal.PriceOffTick);
        (Order with { Price = new UnitPrice((1L << 31) - 1) }).ToCommand([], 1, 10, 1).IsOk.Should().BeTrue();
    }

    [Fact]
    public void Only_the_payload_that_was_signed_goes_with_the_order()
    {
        var payload = new byte[2 * EntryRecord.Bytes];
        var order = Order with { PayloadHash = Keccak256.Hash(payload) };

        order.ToCommand(payload, 10_000, 10, 1).Value.PayloadRecords.Should().Be(2);
        order.ToCommand([], 10_000, 10, 1).Rejection.Should().Be(EntryRefusal.WrongPayload);
        Order.ToCommand(payload, 10_000, 10, 1).Rejection.Should().Be(EntryRefusal.WrongPayload);
    }

    [Theory]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(9 * 64)]
    public void Payload_comes_in_whole_records_and_eight_at_most(int length)
    {
        var payload = new byte[length];

        (Order with { PayloadHash = Keccak256.Hash(payload) }).ToCommand(payload, 10_000, 10, 1)
            .Rejection.Should().Be(EntryRefusal.WrongPayload);
    }

    [Fact]
    public void An_order_outside_its_ranges_is_not_well_formed()
    {
        SignedOrder[] wrong =
        [
            Order with { Role = 0 },
            Order with { Number = 0 },
            Order with { Market = 4_096 },
            Order with { TimeInForce = (TimeInForce)4 },
            Order with { SelfTrade = (SelfTradeRule)4 },
            Order with { Quantity = new Quantity(0) },
            Order with { Quantity = new Quantity(1_000_000_000_001) },
            Order with { Nonce = 0 },
            Order with { SignedUntilSeconds = 1UL << 40 },
        ];

        wrong.Should().AllSatisfy(each => each.IsWellFormed.Should().BeFalse());
        Order.IsWellFormed.Should().BeTrue();
    }

    [Fact]
    public void Every_field_of_an_order_is_signed()
    {
        SignedOrder[] others =
        [
            Order,
            Order with { Role = EntryRole.Provider },
            Order with { Number = 8 },
            Order with { Market = 4 },
            Order with { AttributeSignature = 3 },
            Order with { TimeInForce = TimeInForce.FillOrKill },
            Order with { SelfTrade = SelfTradeRule.Decrement },
            Order with { IsPostOnly = false },
            Order with { EscrowsLimit = false },
            Order with { Replicas = 4 },
            Order with { Price = new UnitPrice(250_001) },
            Order with { Quantity = new Quantity(1_001) },
            Order with { MinimumUnits = 6 },
            Order with { OrderExpirySeconds = 1_800_000_601 },
            Order with { PayloadHash = Keccak256.Hash([1]) },
            Order with { Nonce = 9 },
            Order with { SignedUntilSeconds = Order.SignedUntilSeconds + 1 },
        ];

        others.Select(each => each.Digest(EntryWorld.Domain)).Should().OnlyHaveUniqueItems();
        typeof(SignedOrder).GetProperties().Count(property => property.CanWrite).Should().Be(others.Length - 1);
    }
}
