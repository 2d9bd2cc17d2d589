using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Auditing;
using Xunit;

namespace Marketplace.Tests.Verification.Auditing;

public sealed class AuditProbabilityTests
{
    private static readonly TokenAmount Required = new(1_000);

    [Theory]
    [InlineData(0, 0, 1_000, AssuranceLevel.Spot, 1_000_000)]
    [InlineData(9, 0, 1_000, AssuranceLevel.Spot, 1_000_000)]
    [InlineData(10, 0, 1_000, AssuranceLevel.Spot, 100_000)]
    [InlineData(11, 0, 1_000, AssuranceLevel.Spot, 90_910)] // 1/11 = 90,909.09, rounded up
    [InlineData(20, 0, 1_000, AssuranceLevel.Spot, 50_000)]
    [InlineData(21, 0, 1_000, AssuranceLevel.Spot, 50_000)] // the floor
    [InlineData(100_000, 0, 1_000, AssuranceLevel.Spot, 50_000)]
    [InlineData(100_000, 1, 1_000, AssuranceLevel.Spot, 1_000_000)] // suspicion
    [InlineData(100_000, 0, 999, AssuranceLevel.Spot, 1_000_000)] // too little held
    [InlineData(100_000, 0, 1_000, AssuranceLevel.Dual, 1_000_000)]
    [InlineData(100_000, 0, 1_000, AssuranceLevel.Quorum, 1_000_000)]
    [InlineData(100_000, 0, 1_000, AssuranceLevel.Credible, 1_000_000)]
    public void Trust_is_earned_lost_with_suspicion_and_covered_by_held_pay(
        int valid, long suspicion, long held, AssuranceLevel level, int expected)
    {
        var standing = new AuditStanding(valid, suspicion, new TokenAmount(held));

        AuditProbability.Of(standing, Required, level, AuditRules.Default).Value.Should().Be(expected);
    }

    [Fact]
    public void Nothing_takes_the_probability_below_the_floor_and_a_better_record_never_raises_it() =>
        Gen.Select(Gen.Int[0, 2_000_000], Gen.Int[1, 1_000_000]).Sample((valid, floor) =>
        {
            var rules = new AuditRules(new PartsPerMillion(floor), 10);
            PartsPerMillion Of(int record) => AuditProbability.Of(
                new AuditStanding(record, 0, Required), Required, AssuranceLevel.Spot, rules);

            Of(valid).Should().BeGreaterThanOrEqualTo(rules.Floor);
            Of(valid + 1).Should().BeLessThanOrEqualTo(Of(valid));
        });

    [Theory]
    [InlineData(AssuranceLevel.Spot, 54_000, 0, 540)]
    [InlineData(AssuranceLevel.Spot, 54_001, 0, 541)]
    [InlineData(AssuranceLevel.Dual, 54_000, 0, 10_000)]
    [InlineData(AssuranceLevel.Quorum, 54_000, 0, 11_000)]
    [InlineData(AssuranceLevel.Credible, 54_000, 2, 10_000)]
    [InlineData(AssuranceLevel.Credible, 54_000, 5, 40_000)]
    public void A_level_costs_on_top_what_5_2_says(AssuranceLevel level, int mean, int votes, int expected) =>
        AssurancePrice.OnTopBpsUp(level, new PartsPerMillion(mean), votes).Should().Be(expected);
}
