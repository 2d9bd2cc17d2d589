using System.Numerics;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Deterrence;
using Xunit;

namespace Marketplace.Tests.Verification.Deterrence;

/// <summary>
/// Verification 6.1: the vectors of deterrence. Amounts are micro-tokens, with R of one token mostly.
/// </summary>
public sealed class DeterrenceVectorTests
{
    private static readonly DeterrenceTerms Ideal = Terms(600_000, 1_000_000, 100_000, 1, 1_000_000, 0);
    private static readonly DeterrenceTerms Designed = DeterrenceTerms.At(new TokenAmount(1_000_000));

    [Theory]
    [InlineData(1_000_000, 1_200_000, 150, 100_000, 1, 1_000_000, 0, 7_348_620)]
    [InlineData(600_000, 1_000_000, 50, 100_000, 1, 1_000_000, 0, 13_071_900)]
    [InlineData(600_000, 1_000_000, 49, 100_000, 1, 1_000_000, 0, 13_333_330)]
    [InlineData(600_000, 1_000_000, 100, 100_000, 1, 1_000_000, 0, 6_600_660)]
    [InlineData(600_000, 1_000_000, 20, 200_000, 1, 1_000_000, 0, 35_714_290)]
    [InlineData(450_000, 1_000_000, 25, 100_000, 1, 990_000, 100, 19_427_200)]
    [InlineData(450_000, 1_000_000, 25, 100_000, 2, 990_000, 100, 17_660_910)]
    [InlineData(450_000, 1_000_000, 25, 330_000, 1, 950_000, 100, 27_196_250)]
    public void The_least_audit_probability_is_that_of_6_1(
        long saving, long price, int feeTokens, int ring, int checkers, int power, int fault, long perBillion) =>
        Terms(saving, price, ring, checkers, power, fault)
            .LeastAuditPerBillionUp(new TokenAmount(feeTokens * 1_000_000L))
            .Should().BeCloseTo(perBillion, 6, "the table has eight digits after the point");

    [Theory]
    [InlineData(5_000, 132_333_334)]
    [InlineData(10_000, 65_666_667)]
    [InlineData(20_000, 32_333_334)]
    [InlineData(50_000, 12_333_334)]
    [InlineData(100_000, 5_666_667)]
    [InlineData(250_000, 1_666_667)]
    public void The_least_fee_is_that_of_6_1_rounded_up(int audit, long fee) =>
        Ideal.LeastFeeUp(new PartsPerMillion(audit)).Micro.Should().Be(fee);

    [Theory]
    [InlineData(20_000, 49_510_719)]
    [InlineData(50_000, 19_204_288)]
    [InlineData(80_000, 11_627_680)]
    [InlineData(100_000, 9_102_144)]
    public void The_fee_with_its_safety_is_that_of_6_1(int audit, long fee) =>
        Designed.FeeUp(new PartsPerMillion(audit)).Micro.Should().BeInRange(fee, fee + 1);

    [Theory]
    [InlineData(5_000, 775_000)]
    [InlineData(10_000, 550_000)]
    [InlineData(13_300, 401_500)]
    [InlineData(20_000, 100_000)]
    [InlineData(50_000, -1_250_000)]
    public void Honesty_pays_four_tenths_and_a_cheat_what_6_1_says(int audit, long cheat)
    {
        var cost = new TokenAmount(600_000);
        var fee = new TokenAmount(49_000_000);

        Ideal.HonestPayoff(cost, new PartsPerMillion(audit), fee).Should().Be(400_000 * Ideal.PayoffScale());
        Ideal.CheatPayoff(cost, new PartsPerMillion(audit), fee).Should().Be(cheat * Ideal.PayoffScale());
    }

    [Theory]
    [InlineData(0, 400_000)]
    [InlineData(5, 384_995)]
    [InlineData(20, 339_980)]
    [InlineData(100, 99_899)]
    public void Cheating_on_a_share_of_jobs_pays_less_the_larger_the_share(int sharePercent, long profit)
    {
        var terms = Terms(600_000, 1_000_000, 100_000, 1, 990_000, 0);
        var cost = new TokenAmount(600_000);
        var audit = new PartsPerMillion(50_000);
        var fee = new TokenAmount(19_204_288);

        var mixed = (((100 - sharePercent) * terms.HonestPayoff(cost, audit, fee))
            + (sharePercent * terms.CheatPayoff(cost, audit, fee))) / 100;

        ((long)(mixed / terms.PayoffScale())).Should().BeCloseTo(profit, 1);
    }

    [Fact]
    public void Best_response_flips_where_the_least_probability_says()
    {
        // E3 of the design: right for every probability more than 2 % away from p_min = 0.0133333.
        var cost = new TokenAmount(600_000);
        var fee = new TokenAmount(49_000_000);
        foreach (var audit in Enumerable.Range(1, 100_000).Select(ppm => new PartsPerMillion(ppm)))
        {
            var gain = Ideal.CheatPayoff(cost, audit, fee) - Ideal.HonestPayoff(cost, audit, fee);

            if (Math.Abs(audit.Value - 13_333) > 266)
            {
                gain.Sign.Should().Be(audit.Value < 13_333 ? 1 : -1);
            }
        }
    }

    [Fact]
    public void Sixteen_samples_of_which_a_quarter_hit_are_the_published_99_percent()
    {
        // 6.1, Pocket's figure: 1 - 0.75^16 = 0.98997740.
        var missed = BigInteger.Pow(75, 16) * 100_000_000 / BigInteger.Pow(100, 16);

        (100_000_000 - missed - 1).Should().Be(98_997_740);
    }

    [Fact]
    public void A_comparer_that_accuses_everybody_alike_is_a_bug_not_a_fee()
    {
        var blind = Terms(600_000, 1_000_000, 100_000, 1, 100, 100);

        var fee = () => blind.FeeUp(new PartsPerMillion(50_000));

        fee.Should().Throw<InvariantViolationException>();
    }

    private static DeterrenceTerms Terms(long saving, long price, int ring, int checkers, int power, int fault) => new(
        new TokenAmount(saving),
        new TokenAmount(price),
        new PartsPerMillion(power),
        new PartsPerMillion(fault),
        new PartsPerMillion(ring),
        checkers);
}
