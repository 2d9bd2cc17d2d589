using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Fleet;
using Marketplace.Fleet.Policies;
using Marketplace.Kernel;
using Marketplace.Verification;
using Marketplace.Verification.Auditing;
using Xunit;

namespace Marketplace.Tests.Fleet;

/// <summary>Experiments E8 and E9: the lottery is fair, and neither grinding nor copying helps.</summary>
public sealed class LotteryFairnessTests
{
    private static readonly PartsPerMillion Twentieth = new(50_000);

    [Fact]
    public void A_twentieth_of_a_million_commits_is_drawn_within_three_sigma()
    {
        var random = new SplitMix64(8);

        var drawn = Enumerable.Range(0, 1_000_000).Count(_ => AuditLottery.IsDrawn(Seed(random), Twentieth));

        drawn.Should().BeCloseTo(50_000, 660);
    }

    [Fact]
    public void Checkers_are_drawn_by_their_share_of_the_stake()
    {
        const int draws = 8_000;
        var random = new SplitMix64(8);
        var registrations = new Registrations();
        var candidates = Enumerable.Range(1, 8)
            .Select(provider => registrations[provider] with { StakeMicro = provider * 1_000 }).ToList();
        var counts = new int[9];
        for (var draw = 0; draw < draws; draw++)
        {
            var rounds = CheckerDraw.Draw(
                Seed(random), DrawRules.Default, registrations[0].Party, candidates, [], [], 0, 1);
            counts[rounds.Value[0].Drawn.StakeMicro / 1_000]++;
        }

        var chiSquare = Enumerable.Range(1, 8)
            .Sum(share => Math.Pow(counts[share] - (draws * share / 36.0), 2) / (draws * share / 36.0));
        chiSquare.Should().BeLessThan(24.3, "seven degrees of freedom, one in a thousand");
    }

    /// <summary>While a provider commits the preimage is secret: the best of eight salts is a guess.</summary>
    [Theory]
    [InlineData(false, 900, 1_100)]
    [InlineData(true, 0, 5)]
    public void Grinding_salts_helps_only_whoever_knows_the_preimage(bool knowsIt, int least, int most)
    {
        var random = new SplitMix64(9);
        var drawn = 0;
        for (var job = 0; job < 20_000; job++)
        {
            var truth = Seed(random);
            var guess = truth with { Preimage = knowsIt ? truth.Preimage : random.Hash() };
            var best = Enumerable.Range(0, 8).Select(_ => random.Hash())
                .MaxBy(commit => (guess with { Commit = commit }).AuditTicket());
            drawn += AuditLottery.IsDrawn(truth with { Commit = best }, Twentieth) ? 1 : 0;
        }

        drawn.Should().BeInRange(least, most, "1,000 with three sigma of 92, or one in 20^8 for each job");
    }

    /// <summary>iExec publishes a result's hash before the result: where it is yes or no, anyone reads it.</summary>
    [Fact]
    public void A_copier_reads_a_plain_hash_of_yes_or_no_and_never_a_salted_promise()
    {
        const int jobs = 20_000;
        var random = new SplitMix64(10);
        Hash32[] results = [Keccak256.Hash("yes"), Keccak256.Hash("no")];
        var domain = new Eip712Domain("Market Escrow", "1", 31_337, new Registrations()[0].Party.Provider);
        var (readPlain, readSalted) = (0, 0);
        for (var job = 0; job < jobs; job++)
        {
            var truth = random.Below(2);
            var assignment = new AssignmentId(random.Hash());
            Hash32 Promise(Hash32 result, Hash32 salt) => Commitment.Compute(
                domain, assignment, default, domain.VerifyingContract, result, Commitment.NoEvidence, salt);
            var (plain, salted) = (Keccak256.Hash(results[truth].ToBytes()), Promise(results[truth], random.Hash()));

            readPlain += results.Any(result => Keccak256.Hash(result.ToBytes()) == plain) ? 1 : 0;
            readSalted += results.Any(result => Promise(result, random.Hash()) == salted) ? 1 : 0;
        }

        (readPlain, readSalted).Should().Be((jobs, 0));
    }

    private static DrawSeed Seed(SplitMix64 random) => new(random.Hash(), random.Hash(), random.Hash());
}
