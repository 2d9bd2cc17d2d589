using System.Numerics;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Auditing;
using Marketplace.Verification.Deterrence;
using Marketplace.Verification.Judging;
using Xunit;

namespace Marketplace.Tests.Verification.Deterrence;

/// <summary>The deterrence inequality at every state a provider can bring about, rings and pauses included.</summary>
public sealed class HonestyPaysTests
{
    private const int RingAddresses = 10;

    private static readonly TokenAmount Price = new(1_000_000);
    private static readonly HeldPayRules Rules = HeldPayRules.At(Price);
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What a provider or the market can do next; the number chooses whom it concerns.</summary>
    private static readonly Gen<(int Kind, int Choice)[]> Walks =
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 1_000_000]).Array[20, 70];

    [Fact]
    public void Honest_beats_cheating_at_every_reachable_state() => Walks.Sample(
        steps =>
        {
            var walk = TrustedWalk();
            foreach (var (kind, choice) in steps)
            {
                walk.Step(kind, choice);

                walk.JobsWhereCheatingPays().Should().BeEmpty();
            }
        },
        iter: 200);

    [Fact]
    public void Walks_reach_trust_time_release_and_suspicion_or_they_would_prove_nothing()
    {
        var random = new Random(5);
        var walks = Enumerable.Range(0, 100).Select(_ => TrustedWalk()).ToList();
        foreach (var walk in walks)
        {
            for (var step = 0; step < 70; step++)
            {
                walk.Step(random.Next(100), random.Next(1_000_001));
            }
        }

        walks.Sum(walk => walk.Trusted).Should().BeGreaterThan(1_000);
        walks.Sum(walk => walk.Released).Should().BePositive();
        walks.Sum(walk => walk.Faults).Should().BePositive();
        walks.SelectMany(walk => walk.Refusals)
            .Should().Contain([ReleaseRefusal.TooLittleHeld, ReleaseRefusal.StillVouches]);
    }

    [Fact]
    public void Without_the_ring_s_share_on_top_ten_funded_addresses_would_make_cheating_pay()
    {
        var plain = Rules with { RingAddresses = 0 };

        RingThenOneJob(plain).JobsWhereCheatingPays().Should().ContainSingle("the ring takes its own pay back");
        RingThenOneJob(Rules).JobsWhereCheatingPays().Should().BeEmpty("it is not trusted, and always checked");
    }

    [Fact]
    public void A_ring_of_ten_is_never_trusted_for_its_own_pay_alone()
    {
        var held = Funded(RingAddresses, Rules);

        held.Counted(Rules).Should().BeLessThan(Rules.Required);
    }

    [Fact]
    public void Cheating_on_any_number_of_jobs_at_once_pays_less_than_honesty()
    {
        // All jobs of one epoch are undecided together and rely on the same hold. Of m cheats, k are caught. One
        // fault takes F; one that ejects takes all, the other cheats' pay with it. The ring's half is no loss.
        var terms = DeterrenceTerms.At(Price);
        for (var cheats = 1; cheats <= 400; cheats++)
        {
            var gain = cheats * terms.Saving.Micro * Scale;

            ExpectedLoss(cheats, faultsToEjection: 2).Should().BeGreaterThan(gain, "{0} cheats, exact", cheats);
            ExpectedLoss(cheats, faultsToEjection: 3).Should().BeGreaterThan(gain, "{0} cheats, tolerant", cheats);
        }
    }

    [Fact]
    public void After_a_fault_every_job_is_checked_until_the_suspicion_is_worked_off()
    {
        var standing = Standing.Newcomer with { ValidInARow = 5_000 };
        var (after, _) = standing.AfterFault(FaultKind.Outvoted, SuspicionSteps.Exact);

        for (var valid = 0; valid < 211; valid++)
        {
            AuditOf(after).Should().Be(PartsPerMillion.Always);
            after = after.AfterValid(SuspicionSteps.Exact);
        }

        after.Suspicion.IsAny.Should().BeFalse("211 valid checks work one fault off");
        AuditOf(after).Should().Be(AuditRules.Default.Floor);
    }

    private static readonly BigInteger Scale = BigInteger.Pow(10, 12);

    /// <summary>In micro-tokens times 10^12, every step rounded down: against honesty.</summary>
    private static BigInteger ExpectedLoss(int cheats, int faultsToEjection)
    {
        // p d (1 - r) - the chance that one cheat is drawn, checked by a stranger and seen - in parts per 10^12.
        BigInteger caught = 50_000L * 990_000 * 900_000 / 1_000_000;
        var chance = Power(Scale - caught, cheats); // that none is caught
        BigInteger below = 0, loss = 0;
        for (var faults = 0; faults < faultsToEjection && faults <= cheats; faults++)
        {
            below += chance;
            loss += chance * (faults * Price.Micro + TakenBy(faults, cheats));
            chance = chance * (cheats - faults) * caught / ((faults + 1) * (Scale - caught));
        }

        return loss + ((Scale - below) * (cheats * Price.Micro + Rules.Fee.Micro));
    }

    private static long TakenBy(int faults, int cheats)
    {
        var fee = Rules.Fee.Micro;
        return faults == 0 ? 0 : fee + ((faults - 1) * Math.Min(fee, (cheats - faults) * Price.Micro));
    }

    private static BigInteger Power(BigInteger factor, int times) =>
        Enumerable.Range(0, times).Aggregate(Scale, (product, _) => product * factor / Scale);

    private static PartsPerMillion AuditOf(Standing standing) => AuditProbability.Of(
        new AuditStanding(standing.ValidInARow, standing.Suspicion.NanoNats, Rules.Required),
        Rules.Required,
        AssuranceLevel.Spot,
        AuditRules.Default);

    private static HeldPay Funded(int addresses, HeldPayRules rules) => Enumerable.Range(0, addresses)
        .Aggregate(HeldPay.None, (held, no) => held.Hold(new HeldJob(
            Walk.Id(no), Walk.Funder(no), rules.FunderCapDown + new TokenAmount(1), false, PartsPerMillion.Always,
            Start, CheckProgress.Right)));

    /// <summary>A provider that is only just trusted: half of what is held is its ring's.</summary>
    private static Walk TrustedWalk() => new(Rules) { Held = Funded(2 * RingAddresses + 1, Rules) };

    private static Walk RingThenOneJob(HeldPayRules rules)
    {
        // F of a little over the price level, so that ten parts of a tenth, rounded down, are all of it.
        var whole = rules with { Fee = new TokenAmount(rules.Fee.Micro / 10 * 10) };
        var walk = new Walk(whole) { Held = Funded(RingAddresses, whole) };
        walk.Deliver(Walk.FirstStranger, Price, namesProviders: false);
        return walk;
    }
}
