using FluentAssertions;
using Marketplace.Fleet;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Deterrence;
using Xunit;

namespace Marketplace.Tests.Fleet;

/// <summary>Experiment E3: where cheating stops to pay, played out job by job (verification 7).</summary>
public sealed class PayoffTests
{
    private const int Jobs = 400_000;
    private const long Price = 1_000_000;
    private const long Saving = 600_000;
    private const long Fee = 49_000_000;

    private static readonly DeterrenceTerms Terms = new(
        new TokenAmount(Saving), new TokenAmount(Price), PartsPerMillion.Always, default, new(100_000), 1);

    /// <summary>The formula's payoffs; one sigma of the sample is 0.017 tokens at the highest rate.</summary>
    [Theory]
    [InlineData(5_000, 0.775)]
    [InlineData(10_000, 0.55)]
    [InlineData(13_300, 0.4015)]
    [InlineData(20_000, 0.1)]
    [InlineData(50_000, -1.25)]
    public void A_cheat_earns_what_the_formula_says(int audit, double payoff) =>
        PlayedOut(audit).Should().BeApproximately(payoff, 0.05);

    [Fact]
    public void Cheating_pays_below_the_least_audit_rate_and_not_above_it()
    {
        var least = Terms.LeastAuditPerBillionUp(new TokenAmount(Fee)) / 1_000;
        const double honest = (Price - Saving) / 1e6;

        least.Should().Be(13_333);
        foreach (var audit in new[] { 4_000, 6_000, 8_000, 10_000, 12_000, 15_000, 20_000, 30_000, 60_000 })
        {
            (PlayedOut(audit) > honest).Should().Be(audit < least, "at {0} ppm", audit);
        }
    }

    [Fact]
    public void The_exact_payoffs_cross_at_the_least_audit_rate()
    {
        foreach (var audit in Enumerable.Range(1, 200).Select(step => step * 250))
        {
            var (cost, rate, fee) = (new TokenAmount(Saving), new PartsPerMillion(audit), new TokenAmount(Fee));

            var pays = Terms.CheatPayoff(cost, rate, fee) > Terms.HonestPayoff(cost, rate, fee);

            pays.Should().Be(audit < 13_334, "at {0} ppm", audit);
        }
    }

    // In tokens: the price, and nothing spent, unless a checker outside the ring looks.
    private static double PlayedOut(int audit)
    {
        var random = new SplitMix64((ulong)audit);
        var earned = 0L;
        for (var job = 0; job < Jobs; job++)
        {
            var isCaught = random.Happens(new(audit)) && !random.Happens(Terms.Collusion);
            earned += isCaught ? -Fee : Price;
        }

        return earned / 1e6 / Jobs;
    }
}
