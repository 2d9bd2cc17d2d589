using CsCheck;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Settlement;
using Xunit;

namespace Marketplace.Tests.Settlement;

public sealed class FeeBumpTests
{
    private static readonly Gen<GasFees> Fees = Gen.Select(Gen.ULong[1, 1_000_000_000_000], Gen.ULong[0, 100])
        .Select(row => new GasFees(row.Item1, (UInt128)row.Item1 * row.Item2 / 100));

    [Fact]
    public void A_bump_is_accepted_by_nodes_or_is_not_made() =>
        Gen.Select(Fees, Fees, Gen.ULong[1, 2_000_000_000_000]).Sample((last, suggested, cap) =>
        {
            if (FeeBump.NextUp(last, suggested, cap) is not { } next)
            {
                ((last.MaxFeePerGas * 9 / 8) + 1).Should().BeGreaterThan(cap);
                return;
            }

            (next.MaxFeePerGas * 8).Should().BeGreaterThanOrEqualTo(last.MaxFeePerGas * 9);
            (next.MaxPriorityFeePerGas * 8).Should().BeGreaterThanOrEqualTo(last.MaxPriorityFeePerGas * 9);
            next.MaxFeePerGas.Should().BeLessThanOrEqualTo(cap);
            next.MaxPriorityFeePerGas.Should().BeLessThanOrEqualTo(next.MaxFeePerGas);
        });

    [Fact]
    public void A_bump_follows_the_market_up_to_the_cap() =>
        FeeBump.NextUp(new GasFees(100, 10), new GasFees(9_000, 700), 5_000).Should().Be(new GasFees(5_000, 700));

    [Fact]
    public void A_first_attempt_never_offers_more_than_the_cap() =>
        FeeBump.Capped(new GasFees(9_000, 7_000), 5_000).Should().Be(new GasFees(5_000, 5_000));
}
