using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Xunit;

namespace Marketplace.Tests.OrderBook;

/// <summary>The digest tells apart what could later be answered differently, to the tick.</summary>
public sealed class BookDigestTests
{
    [Fact]
    public void A_tick_of_an_expiry_is_seen() =>
        DigestAfter(Timed(1)).Should().NotBe(DigestAfter(Timed(2)));

    [Fact]
    public void The_name_of_a_settlement_is_seen() =>
        DigestAfter(Settled("log-1")).Should().NotBe(DigestAfter(Settled("log-2")));

    [Fact]
    public void A_forgotten_desk_is_seen()
    {
        var ask = BookWorld.Ask(1);
        var gone = new CancelAsk(new OrderId(2), new ProviderId(1));

        DigestAfter(ask, gone).Should().NotBe(DigestAfter(ask, gone, new CancelAsksOf(new ProviderId(1))));
    }

    private static PlaceBid Timed(int ticks) => BookWorld.Bid("b1") with
    {
        TimeInForce = TimeInForce.GoodTillTime,
        ExpiresAt = BookWorld.Start.AddSeconds(1).AddTicks(ticks),
    };

    private static SettledOnChain Settled(string factId) => new(BookWorld.Budget, TokenAmount.Zero, factId);

    private static Hash32 DigestAfter(params BookCommand[] commands)
    {
        var world = BookWorld.WithBudget();
        foreach (var command in commands)
        {
            world.Apply(command).IsOk.Should().BeTrue();
        }

        return world.Engine.Digest();
    }
}
