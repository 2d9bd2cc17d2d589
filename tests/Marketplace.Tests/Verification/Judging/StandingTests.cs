using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Judging;
using Xunit;

namespace Marketplace.Tests.Verification.Judging;

/// <summary>Verification 5.11: faults and what follows, with held pay as all that a verdict can take.</summary>
public sealed class StandingTests
{
    private static readonly SuspicionSteps Steps = SuspicionSteps.Exact;
    private static readonly Standing Trusted = Standing.Newcomer with { ValidInARow = 100, Valid = 300 };

    [Theory]
    [InlineData(FaultKind.Late, Forfeiture.None, 66, 0, false)]
    [InlineData(FaultKind.Outvoted, Forfeiture.Fee, 0, 1, false)]
    [InlineData(FaultKind.Provable, Forfeiture.All, 0, 1, true)]
    [InlineData(FaultKind.Ejection, Forfeiture.All, 0, 0, true)]
    public void A_fault_costs_what_5_11_says(
        FaultKind fault, Forfeiture forfeiture, int record, int faulty, bool isEjected)
    {
        var (after, consequence) = Trusted.AfterFault(fault, Steps);

        consequence.Forfeiture.Should().Be(forfeiture);
        consequence.IsPaid.Should().BeFalse();
        consequence.Backtracks.Should().Be(isEjected);
        (after.ValidInARow, after.Faulty, after.IsEjected).Should().Be((record, faulty, isEjected));
    }

    [Fact]
    public void The_second_fault_of_an_exact_comparer_and_the_third_of_a_tolerant_one_eject()
    {
        FaultsUntilEjection(SuspicionSteps.Exact).Should().Be(2);
        FaultsUntilEjection(SuspicionSteps.Tolerant).Should().Be(3);
        FaultsUntilEjection(SuspicionSteps.Coarse).Should().Be(4);
    }

    [Fact]
    public void Being_late_speaks_against_nobody_s_results()
    {
        var (after, _) = Trusted.AfterFault(FaultKind.Late, Steps);

        after.Suspicion.IsAny.Should().BeFalse();
    }

    [Fact]
    public void A_late_answer_earns_pay_but_no_trust_and_can_lose_it()
    {
        Stragglers.Judge(Trusted, Agreement.Match, Steps).Should().Be((StragglerOutcome.Paid, Trusted));
        Stragglers.Judge(Trusted, Agreement.Inconclusive, Steps).Should().Be((StragglerOutcome.Unpaid, Trusted));
        Stragglers.Judge(Trusted, null, Steps).Should().Be((StragglerOutcome.TooLate, Trusted));

        var (outcome, after) = Stragglers.Judge(Trusted, Agreement.Mismatch, Steps);
        outcome.Should().Be(StragglerOutcome.Suspected);
        after.Should().Be(Trusted with { Suspicion = Suspicion.None.AfterFault(Steps) });
    }

    [Fact]
    public void An_ejected_provider_is_judged_no_more()
    {
        var ejected = Trusted with { IsEjected = true };

        var valid = () => ejected.AfterValid(Steps);
        var fault = () => ejected.AfterFault(FaultKind.Late, Steps);

        valid.Should().Throw<InvariantViolationException>();
        fault.Should().Throw<InvariantViolationException>();
    }

    private static int FaultsUntilEjection(SuspicionSteps steps)
    {
        var standing = Trusted;
        var faults = 0;
        while (!standing.IsEjected)
        {
            (standing, var consequence) = standing.AfterFault(FaultKind.Outvoted, steps);
            faults++;
            consequence.Forfeiture.Should().Be(standing.IsEjected ? Forfeiture.All : Forfeiture.Fee);
        }

        return faults;
    }
}
