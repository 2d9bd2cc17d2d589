using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Judging;
using Xunit;

namespace Marketplace.Tests.Verification.Judging;

public sealed class JudgeTests
{
    private static readonly Odds Newcomer = Odds.OfRecord(0, 0);

    // Equal letters match, different ones do not, and '?' is inconclusive with everybody. The first is the primary.
    [Theory]
    [InlineData("aa", "right 0 1")]
    [InlineData("ab", "2 more")]
    [InlineData("abaa", "1 more")]
    [InlineData("abaaa", "right 0 2 3 4 fault 1")]
    [InlineData("abbb", "1 more")]
    [InlineData("abbbb", "right 1 2 3 4 fault 0")]
    [InlineData("abab", "1 more")]
    [InlineData("abcd", "1 more")]
    [InlineData("abcdefgh", "1 more")]
    [InlineData("abcdefghi", "reference")]
    [InlineData("ababababa", "reference")]
    [InlineData("abababaca", "right 0 2 4 6 8 unpaid 1 3 5 7")]
    [InlineData("abaacbaab", "right 0 2 3 6 7 unpaid 1 4 5 8")]
    [InlineData("a?", "one of its class")]
    [InlineData("a??", "paid undecided")]
    [InlineData("a?a", "right 0 2 unpaid 1")]
    [InlineData("a?b", "1 more")]
    [InlineData("?aaa?", "1 more")]
    public void Votes_are_judged_as_5_9_and_5_10_say(string votes, string expected) =>
        Text(Decide(votes)).Should().Be(expected);

    [Fact]
    public void Matching_need_not_be_transitive_and_the_centre_of_the_largest_star_is_canonical()
    {
        // 1 matches 0 and 2, which do not match each other.
        Agreement Edge(int left, int right) => right - left == 1 && right <= 2 ? Agreement.Match : Agreement.Mismatch;
        var votes = Votes("abcd");

        var stars = Stars.Of(votes, Comparisons.Of(4, Edge));

        stars[0].Canonical.Should().Be(1);
        stars.Select(star => star.Members).Should().BeEquivalentTo([new[] { 0, 1, 2 }, [3]]);
    }

    [Fact]
    public void A_tie_goes_to_the_larger_stake_then_to_the_lower_digest()
    {
        var votes = Votes("ab");
        var lower = votes[0].Digest < votes[1].Digest ? 0 : 1;
        Vote[] richer = [votes[0], votes[1] with { StakeMicro = votes[0].StakeMicro + 1 }];

        Stars.Of(votes, Apart(2))[0].Canonical.Should().Be(lower);
        Stars.Of(richer, Apart(2))[0].Canonical.Should().Be(1);
    }

    [Fact]
    public void A_long_record_counts_for_no_more_than_the_chance_that_its_owner_is_in_the_ring()
    {
        var famous = Votes("abbbb").Select((vote, no) =>
            no == 0 ? vote with { Odds = Odds.OfRecord(1_000_000, 0) } : vote).ToList();

        Text(Judge.Decide(famous, Of("abbbb"), JudgingRules.Default)).Should().Be("right 1 2 3 4 fault 0");
    }

    [Fact]
    public void Nobody_is_at_fault_unless_three_agree_and_the_fee_level_is_met() =>
        Gen.Select(Gen.Char['a', 'd'].Array[2, 9], Gen.Int[0, 200].Array[9], Gen.Int[0, 20].Array[9]).Sample(
            (letters, valid, faulty) =>
            {
                var votes = Votes(new string(letters)).Select((vote, no) =>
                    vote with { Odds = Odds.OfRecord(valid[no], faulty[no]) }).ToList();

                if (Judge.Decide(votes, Of(new string(letters)), JudgingRules.Default) is Accepted accepted)
                {
                    accepted.Right.Concat(accepted.AtFault).Concat(accepted.Unpaid)
                        .Should().BeEquivalentTo(Enumerable.Range(0, letters.Length), "every vote has its outcome");
                    if (accepted.AtFault.Count > 0)
                    {
                        accepted.Right.Count.Should().BeGreaterThanOrEqualTo(3);
                    }
                }
            });

    [Fact]
    public void A_dispute_ends_after_nine_executions_whatever_they_show() =>
        Gen.Char['a', 'd'].Array[9].Sample(answers =>
        {
            var count = 2;
            while (Decide(new string(answers, 0, count)) is MoreVotes more)
            {
                more.Count.Should().BePositive();
                count += more.Count;
                count.Should().BeLessThanOrEqualTo(9);
            }
        });

    [Fact]
    public void The_order_of_arrival_of_the_checkers_decides_nothing() =>
        Gen.Select(Gen.Char['a', 'c'].Array[2, 9], Gen.Int[0, 10_000]).Sample((letters, shuffle) =>
        {
            var votes = Votes(new string(letters));
            var order = Enumerable.Range(1, letters.Length - 1).ToArray();
            new Random(shuffle).Shuffle(order);
            int[] all = [0, .. order];

            var mixed = Judge.Decide(
                [.. all.Select(no => votes[no])], Of(new string([.. all.Select(no => letters[no])])),
                JudgingRules.Default);

            Outcome(mixed, all).Should().Be(Outcome(Decide(new string(letters)), [.. Enumerable.Range(0, 9)]));
        });

    [Theory]
    [InlineData("a", 990_000, "1 more")]
    [InlineData("aa", 990_000, "1 more")]
    [InlineData("aaa", 990_000, "right 0 1 2")]
    [InlineData("aaa", 999_000, "1 more")]
    [InlineData("aaaa", 999_000, "right 0 1 2 3")]
    [InlineData("aaaaa", 999_900, "right 0 1 2 3 4")]
    [InlineData("aab", 990_000, "1 more")]
    [InlineData("abcdefghi", 990_000, "reference")]
    public void Work_of_level_three_goes_on_until_it_is_as_credible_as_asked(
        string votes, int theta, string expected) => Text(Judge.DecideCredible(
            Votes(votes), Of(votes), new Marketplace.Verification.PartsPerMillion(theta), JudgingRules.Default))
        .Should().Be(expected);

    private static Judgement Decide(string votes) => Judge.Decide(Votes(votes), Of(votes), JudgingRules.Default);

    private static List<Vote> Votes(string letters) => [.. letters.Select((letter, no) => new Vote(
        new EthAddress(Enumerable.Repeat((byte)(no + 1), 20).ToArray()), Keccak256.Hash($"{letter}"), 100, Newcomer))];

    private static Comparisons Of(string letters) => Comparisons.Of(letters.Length, (left, right) =>
        letters[left] == '?' || letters[right] == '?' ? Agreement.Inconclusive
        : letters[left] == letters[right] ? Agreement.Match : Agreement.Mismatch);

    private static Comparisons Apart(int count) => Comparisons.Of(count, (_, _) => Agreement.Mismatch);

    private static string Outcome(Judgement judgement, int[] names)
    {
        IReadOnlyList<int> Named(IReadOnlyList<int> places) => [.. places.Select(place => names[place]).Order()];

        return judgement is Accepted accepted
            ? Text(new Accepted(0, Named(accepted.Right), Named(accepted.AtFault), Named(accepted.Unpaid)))
            : Text(judgement);
    }

    private static string Text(Judgement judgement) => judgement switch
    {
        MoreVotes more => $"{more.Count} more",
        VoteOfOwnClass => "one of its class",
        PaidUndecided => "paid undecided",
        ReferenceNeeded => "reference",
        Accepted it => "right" + List("", it.Right) + List(" fault", it.AtFault) + List(" unpaid", it.Unpaid),
        _ => throw new InvariantViolationException("A new kind of judgement."),
    };

    private static string List(string name, IReadOnlyList<int> votes) =>
        votes.Count == 0 ? "" : $"{name} {string.Join(' ', votes)}";
}
