using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class SessionGrantTests
{
    // The bid of EntryWorld at tick 25 of 10,000 micro-tokens is exactly at the grant's price.
    private static readonly GrantUse Free = new(10_000, 0, 0);

    [Fact]
    public void What_is_within_every_limit_is_covered()
    {
        var order = EntryWorld.Bid(1) with { Replicas = 5 };
        var use = Free with { HoldMicro = 2_000_000, HeldMicro = 3_000_000 };

        EntryWorld.Grant.Judge(order, use).Should().Be(EntryRefusal.None);
        EntryWorld.Grant.Judge(EntryWorld.Amend(1) with { Tick = 25 }, use).Should().Be(EntryRefusal.None);
    }

    [Fact]
    public void One_beyond_any_limit_is_refused_and_the_first_reason_is_given()
    {
        var beyond = EntryWorld.Bid(1) with { Market = 4, Side = Side.Ask, Tick = 26, Replicas = 6 };
        var use = Free with { HoldMicro = 2_000_001, HeldMicro = 3_000_000 };

        EntryWorld.Grant.Judge(beyond, use).Should().Be(EntryRefusal.MarketOutsideGrant);
        beyond.Market = 4_095;
        EntryWorld.Grant.Judge(beyond, use).Should().Be(EntryRefusal.SideOutsideGrant);
        beyond.Side = Side.Bid;
        EntryWorld.Grant.Judge(beyond, use).Should().Be(EntryRefusal.PriceOutsideGrant);
        beyond.Tick = 25;
        EntryWorld.Grant.Judge(beyond, use).Should().Be(EntryRefusal.ReplicasOutsideGrant);
        beyond.Replicas = 5;
        EntryWorld.Grant.Judge(beyond, use).Should().Be(EntryRefusal.BudgetUsedUp);
    }

    [Fact]
    public void An_amend_is_held_to_market_price_and_budget()
    {
        var amend = EntryWorld.Amend(1) with { Tick = 25 };

        EntryWorld.Grant.Judge(amend with { Market = 1 }, Free).Should().Be(EntryRefusal.MarketOutsideGrant);
        EntryWorld.Grant.Judge(amend with { Tick = 26 }, Free).Should().Be(EntryRefusal.PriceOutsideGrant);
        EntryWorld.Grant.Judge(amend, Free with { HoldMicro = 5_000_001 }).Should().Be(EntryRefusal.BudgetUsedUp);
    }

    [Fact]
    public void A_cancel_is_always_covered()
    {
        var cancel = EntryWorld.Cancel(1) with { Market = 4_094 };

        EntryWorld.Grant.Judge(cancel, Free with { HeldMicro = long.MaxValue }).Should().Be(EntryRefusal.None);
    }

    [Fact]
    public void A_provider_asks_in_any_market_and_not_below_its_price()
    {
        var ask = EntryWorld.Bid(1) with { Side = Side.Ask, Market = 77, Tick = 1 };

        EntryWorld.ProviderGrant.Judge(ask, new GrantUse(1_000, 0, 0)).Should().Be(EntryRefusal.None);
        EntryWorld.ProviderGrant.Judge(ask, new GrantUse(999, 0, 0)).Should().Be(EntryRefusal.PriceOutsideGrant);
        EntryWorld.ProviderGrant.Judge(ask with { Side = Side.Bid }, new GrantUse(1_000, 0, 0))
            .Should().Be(EntryRefusal.SideOutsideGrant);
    }

    /// <summary>Whatever is placed, cancelled and traded: what the grant's bids hold never passes its budget.</summary>
    [Fact]
    public void A_stream_of_bids_never_holds_more_than_the_budget() =>
        Gen.Select(Gen.Long[0, 1_000], Gen.Select(Gen.Bool, Gen.Long[0, 400], Gen.Int[0, 99]).Array[0, 60])
            .Sample((budget, steps) =>
            {
                var grant = EntryWorld.Grant with { Budget = new TokenAmount(budget) };
                var holds = new List<long>();
                foreach (var (isBid, hold, which) in steps)
                {
                    var use = Free with { HoldMicro = hold, HeldMicro = holds.Sum() };
                    if (!isBid && holds.Count > 0)
                    {
                        holds.RemoveAt(which % holds.Count);
                        continue;
                    }

                    var isCovered = grant.Judge(EntryWorld.Bid(1), use) == EntryRefusal.None;
                    isCovered.Should().Be(holds.Sum() + hold <= budget);
                    holds.AddRange(isCovered ? [hold] : []);
                    holds.Sum().Should().BeLessThanOrEqualTo(budget);
                }
            }, iter: 500);

    [Fact]
    public void The_largest_numbers_overflow_nothing()
    {
        var order = EntryWorld.Bid(1) with { Tick = int.MaxValue };
        var most = new GrantUse(long.MaxValue, long.MaxValue, long.MaxValue);
        var open = EntryWorld.Grant with { PriceLimit = new UnitPrice(long.MaxValue) };

        open.Judge(order, most).Should().Be(EntryRefusal.PriceOutsideGrant);
        open.Judge(order with { Tick = 1 }, most).Should().Be(EntryRefusal.BudgetUsedUp);
    }

    [Fact]
    public void A_grant_is_void_from_its_expiry_on()
    {
        var expiry = (long)EntryWorld.Grant.ExpirySeconds * 1_000;

        EntryWorld.Grant.IsExpired(expiry - 1).Should().BeFalse();
        EntryWorld.Grant.IsExpired(expiry).Should().BeTrue();
    }

    [Fact]
    public void A_grant_that_says_one_thing_in_two_ways_or_nothing_at_all_is_not_well_formed()
    {
        var grant = EntryWorld.Grant;
        SessionGrant[] wrong =
        [
            grant with { Number = 0 },
            grant with { Role = 0 },
            grant with { Role = (EntryRole)3 },
            grant with { IsEveryMarket = true },
            grant with { Markets = [] },
            grant with { Markets = [3, 3] },
            grant with { Markets = [4, 3] },
            grant with { Markets = [4_096] },
            grant with { MaxReplicas = 0 },
            grant with { MaxReplicas = 17 },
            grant with { ExpirySeconds = 1UL << 40 },
            EntryWorld.ProviderGrant with { MaxReplicas = 1 },
            EntryWorld.ProviderGrant with { Budget = new TokenAmount(1) },
        ];

        wrong.Should().AllSatisfy(each => each.IsWellFormed.Should().BeFalse());
        grant.IsWellFormed.Should().BeTrue();
        EntryWorld.ProviderGrant.IsWellFormed.Should().BeTrue();
    }

    [Fact]
    public void Every_field_of_a_grant_is_signed()
    {
        var grant = EntryWorld.Grant;
        SessionGrant[] others =
        [
            grant,
            EntryWorld.ProviderGrant with { Number = 7 },
            grant with { Number = 8 },
            grant with { SecretHash = EntryWorld.OtherKey.SecretHash },
            grant with { IsEveryMarket = true, Markets = [] },
            grant with { Markets = [3] },
            grant with { PriceLimit = new UnitPrice(250_001) },
            grant with { Budget = new TokenAmount(5_000_001) },
            grant with { MaxReplicas = 4 },
            grant with { ExpirySeconds = grant.ExpirySeconds + 1 },
            grant with { Nonce = 2 },
        ];

        others.Select(each => each.Digest(EntryWorld.Domain)).Should().OnlyHaveUniqueItems();
    }
}
