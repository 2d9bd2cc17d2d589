using CsCheck;
using FluentAssertions;
using Marketplace.Fleet;
using Marketplace.Fleet.Policies;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Auditing;
using Marketplace.Verification.Deterrence;
using Xunit;

namespace Marketplace.Tests.Fleet;

/// <summary>What the simulation says in another way than the product, for speed, comes to the same.</summary>
public sealed class SameDecisionTests
{
    private const int Size = 12;

    [Fact]
    public void Drawing_until_one_may_check_has_the_distribution_of_the_draw_by_stake()
    {
        var random = new SplitMix64(5);
        var terms = new FleetTerms("ours", Size, 1);
        var roster = new Roster();
        Enumerable.Range(0, Size).ToList().ForEach(_ => roster.Add(cheats: false));
        var policy = new Ours(terms, new Holds(), random);
        List<Ballot> ballots = [new(0, Answer.Right), new(3, Answer.Right)];

        var bySimulation = Drawn(11_000, () => roster.Draw(random, who => policy.MayCheck(who, ballots)));
        var byProduct = Drawn(11_000, () => DrawByStake(random));

        bySimulation.Keys.Should().BeEquivalentTo(byProduct.Keys).And.HaveCount(Size - 2);
        Homogeneity(bySimulation, byProduct).Should().BeLessThan(27.9, "chi-square, nine degrees, one in a thousand");
    }

    [Fact]
    public void Held_jobs_are_counted_settled_and_forfeited_as_the_product_does_it() =>
        Gen.Int[0, 19].Array[0, 120].Sample(steps =>
        {
            var price = new TokenAmount(1_000_000);
            var rules = HeldPayRules.At(price);
            var random = new SplitMix64(9);
            var (pay, holds) = (HeldPay.None, new Holds());
            foreach (var step in steps)
            {
                if (step == 0)
                {
                    (pay, _) = pay.Forfeit(rules);
                    _ = holds.Forfeit(0, Ours.RequiredJobsUp).Count();
                }
                else
                {
                    pay = HoldAndRelease(pay, price, rules, random.Hash());
                    holds.Hold(0, default, Ours.RequiredJobsUp);
                }

                pay.Counted(rules).Micro.Should().Be(holds.CountOf(0) * price.Micro);
            }
        });

    private static HeldPay HoldAndRelease(HeldPay pay, TokenAmount price, HeldPayRules rules, Hash32 id)
    {
        var funder = new EthAddress(id.ToBytes().AsSpan(12));
        var held = pay.Hold(new HeldJob(
            new AssignmentId(id), funder, price, false, new PartsPerMillion(50_000), default, CheckProgress.Unchecked));
        return held.Release(held.Jobs[0].Id, default, rules).Match(rest => rest, _ => held);
    }

    private static int DrawByStake(SplitMix64 random)
    {
        var registrations = new Registrations();
        var candidates = Enumerable.Range(0, Size).Select(provider => registrations[provider]).ToList();
        var seed = new DrawSeed(random.Hash(), random.Hash(), random.Hash());
        var rounds = CheckerDraw.Draw(
            seed, DrawRules.Default, candidates[0].Party, candidates, [candidates[3].Party], [], 0, 1);
        return candidates.IndexOf(rounds.Match(drawn => drawn[0].Drawn, _ => candidates[0]));
    }

    private static Dictionary<int, int> Drawn(int draws, Func<int> draw) => Enumerable.Range(0, draws)
        .Select(_ => draw()).CountBy(provider => provider).ToDictionary(pair => pair.Key, pair => pair.Value);

    // Two samples of one size: the sum of (a - b)^2 / (a + b).
    private static double Homogeneity(Dictionary<int, int> left, Dictionary<int, int> right) =>
        left.Sum(pair => Math.Pow(pair.Value - right[pair.Key], 2) / (pair.Value + right[pair.Key]));
}
