using System.Net;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Auditing;
using Xunit;

namespace Marketplace.Tests.Verification.Auditing;

public sealed class CheckerDrawTests
{
    private static readonly Party Primary = Fleet.Party(1);

    /// <summary>One row a rule of 5.5.5: what makes a good candidate a bad one, and what it is called.</summary>
    private static readonly Dictionary<CheckerExclusion, Func<Candidate, Candidate>> Spoilt = new()
    {
        [CheckerExclusion.None] = it => it,
        [CheckerExclusion.AlreadyInvolved] = it => it with { Party = it.Party with { Provider = Primary.Provider } },
        [CheckerExclusion.IncompleteEvidence] = it => it with { Party = it.Party with { Owner = null } },
        [CheckerExclusion.SameOwner] = it => it with { Party = it.Party with { Owner = Primary.Owner } },
        [CheckerExclusion.SamePayout] = it => it with { Party = it.Party with { Payout = Primary.Payout } },
        [CheckerExclusion.SameNetwork] = it => it with { Party = it.Party with { Network = Primary.Network } },
        [CheckerExclusion.PairTooFrequent] = it => it with { Party = it.Party with { Provider = Fleet.Address(99) } },
        [CheckerExclusion.NotCapable] = it => it with { IsCapable = false },
        [CheckerExclusion.Suspended] = it => it with { IsSuspended = true },
        [CheckerExclusion.RanSameInput] = it => it with { RanSameInput = true },
        [CheckerExclusion.NoWeight] = it => it with { StakeMicro = 0 },
    };

    private static readonly IReadOnlyList<EthAddress> OftenCheckedBy99 =
        [.. Enumerable.Repeat(Fleet.Address(99), 11), .. Enumerable.Repeat(Fleet.Address(98), 189)];

    private static readonly Gen<CheckerExclusion> Kinds =
        Gen.Int[0, Spoilt.Count - 1].Select(no => Spoilt.Keys.ElementAt(no));

    private static readonly Gen<DrawSeed> Seeds = Gen.Byte.Array[32].Select(Gen.Byte.Array[32], (nonce, commit) =>
        new DrawSeed(Keccak256.Hash("pre"), new Hash32(nonce), new Hash32(commit)));

    [Fact]
    public void Each_reason_of_5_5_5_excludes_and_has_a_name()
    {
        Spoilt.Keys.Should().BeEquivalentTo(Enum.GetValues<CheckerExclusion>());
        foreach (var (exclusion, spoil) in Spoilt)
        {
            Exclusion(spoil(Fleet.Candidate(7))).Should().Be(exclusion);
        }
    }

    [Fact]
    public void A_pair_may_make_a_twentieth_of_the_last_200_checks_and_no_more()
    {
        var checker = Fleet.Candidate(99);
        IReadOnlyList<EthAddress> tenth = [.. OftenCheckedBy99.Skip(1), Fleet.Address(97)];

        Exclusion(checker).Should().Be(CheckerExclusion.PairTooFrequent);
        DrawRules.Default.ExclusionOf(checker, Primary, [], tenth).Should().Be(CheckerExclusion.None);
    }

    [Fact]
    public void Evidence_that_is_missing_or_malformed_is_never_a_pass()
    {
        var party = Fleet.Party(7);
        Party[] unknown =
        [
            party with { Owner = null }, party with { Owner = default(EthAddress) },
            party with { Payout = null }, party with { Payout = default(EthAddress) },
            party with { Network = null }, party with { Network = new NetworkPlace(7, 0) },
        ];

        unknown.Select(it => Exclusion(Fleet.Candidate(7) with { Party = it }))
            .Should().AllBeEquivalentTo(CheckerExclusion.IncompleteEvidence);
        unknown.Select(it => DrawRules.Default.ExclusionOf(Fleet.Candidate(8), it, [], []))
            .Should().AllBeEquivalentTo(CheckerExclusion.IncompleteEvidence, "the accused must be known as well");
    }

    [Fact]
    public void Whoever_shares_a_hand_with_one_that_is_involved_has_its_vote_already()
    {
        var sister = Fleet.Candidate(8) with { Party = Fleet.Party(8) with { Owner = Fleet.Party(7).Owner } };

        DrawRules.Default.ExclusionOf(sister, Primary, [Fleet.Party(7)], []).Should()
            .Be(CheckerExclusion.AlreadyInvolved);
        DrawRules.Default.ExclusionOf(sister, Primary, [Fleet.Party(9)], []).Should().Be(CheckerExclusion.None);
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.250", true)]
    [InlineData("10.1.2.3", "::ffff:10.1.2.9", true)]
    [InlineData("10.1.2.3", "10.1.3.3", false)]
    [InlineData("2001:db8:5::1", "2001:db8:5:77::2", true)]
    [InlineData("2001:db8:5::1", "2001:db8:6::1", false)]
    [InlineData("0.0.1.0", "::1", false)]
    public void A_network_is_a_24_or_a_48_or_an_autonomous_system(string left, string right, bool isShared)
    {
        var place = NetworkPlace.Of(IPAddress.Parse(left).GetAddressBytes(), 1);

        place.IsSharedWith(NetworkPlace.Of(IPAddress.Parse(right).GetAddressBytes(), 2)).Should().Be(isShared);
        place.IsSharedWith(NetworkPlace.Of(IPAddress.Parse(right).GetAddressBytes(), 1)).Should().BeTrue();
    }

    [Fact]
    public void On_one_desk_a_shared_network_excludes_nobody_and_a_shared_owner_still_does()
    {
        var desk = DrawRules.Default with { SeparatesNetworks = false };
        var neighbour = Spoilt[CheckerExclusion.SameNetwork](Fleet.Candidate(7));
        var sister = Spoilt[CheckerExclusion.SameOwner](neighbour);

        desk.ExclusionOf(neighbour, Primary, [], []).Should().Be(CheckerExclusion.None);
        desk.ExclusionOf(sister, Primary, [], []).Should().Be(CheckerExclusion.SameOwner);
    }

    [Fact]
    public void The_judge_is_never_the_accused_nor_drawn_twice_and_the_list_s_order_decides_nothing() =>
        Gen.Select(Seeds, Kinds.Array[4, 12], Gen.Int[0, 1000]).Sample(
            (seed, kinds, shuffle) =>
            {
                var fleet = kinds.Select((kind, no) => Spoilt[kind](Fleet.Candidate(20 + no, 50 + no)))
                    .DistinctBy(candidate => candidate.Party.Provider).ToArray();
                var eligible = fleet.Count(it => Exclusion(it) == CheckerExclusion.None);

                var drawn = Draw(seed, fleet, 3);
                new Random(shuffle).Shuffle(fleet);
                var again = Draw(seed, fleet, 3);

                drawn.IsOk.Should().Be(eligible >= 3);
                again.IsOk.Should().Be(drawn.IsOk);
                if (drawn.IsOk)
                {
                    again.Value.Should().Equal(drawn.Value);
                    drawn.Value.Should().OnlyContain(it => Exclusion(it.Drawn) == CheckerExclusion.None);
                    drawn.Value.Should().OnlyHaveUniqueItems(it => it.Drawn.Party.Provider);
                }
            });

    [Fact]
    public void Splitting_a_stake_over_many_names_of_one_owner_gains_no_second_vote()
    {
        var ring = Enumerable.Range(20, 30)
            .Select(no => Fleet.Candidate(no) with { Party = Fleet.Party(no) with { Owner = Fleet.Party(5).Owner } });
        Candidate[] fleet = [.. ring, Fleet.Candidate(60), Fleet.Candidate(61)];

        Seeds.Sample(seed =>
        {
            var owners = Draw(seed, fleet, 3).Value.Select(round => round.Drawn.Party.Owner);

            owners.Should().OnlyHaveUniqueItems();
        });
    }

    [Fact]
    public void A_fleet_that_is_too_small_or_lists_one_twice_draws_nobody()
    {
        var seed = new DrawSeed(default, default, default);

        Draw(seed, [Fleet.Candidate(7)], 2).Rejection.Should().Be(DrawRejection.TooFewEligible);
        Draw(seed, [Fleet.Candidate(7), Fleet.Candidate(7)], 1).Rejection.Should().Be(DrawRejection.ListedTwice);
    }

    [Fact]
    public void Stake_draws_in_proportion_up_to_the_cap()
    {
        // E8 of the design: chi-square of 20,000 draws against the shares of capped stake 100 : 200 : 400 : 400.
        var rules = DrawRules.Default with { WeightCapMicro = 400 };
        var stakes = new long[] { 100, 200, 400, 4_000 };
        var fleet = stakes.Select((stake, no) => Fleet.Candidate(20 + no, stake)).ToList();
        var hits = new int[4];
        for (var no = 0; no < 20_000; no++)
        {
            var seed = new DrawSeed(default, default, Keccak256.Hash($"commit {no}"));
            hits[CheckerDraw.Draw(seed, rules, Primary, fleet, [], [], 0, 1).Value[0].Drawn.Party.Provider.ToBytes()[0]
                - 20]++;
        }

        var expected = stakes.Select(stake => 20_000.0 * Math.Min(stake, 400) / 1_100).ToArray();
        var chiSquare = hits.Zip(expected, (hit, mean) => (hit - mean) * (hit - mean) / mean).Sum();

        chiSquare.Should().BeLessThan(16.27, "that is the 99.9 % point at three degrees of freedom");
    }

    private static CheckerExclusion Exclusion(Candidate candidate) =>
        DrawRules.Default.ExclusionOf(candidate, Primary, [], OftenCheckedBy99);

    private static Result<IReadOnlyList<CheckerRound>, DrawRejection> Draw(
        DrawSeed seed, IReadOnlyList<Candidate> fleet, int count) =>
        CheckerDraw.Draw(seed, DrawRules.Default, Primary, fleet, [], OftenCheckedBy99, 0, count);
}
