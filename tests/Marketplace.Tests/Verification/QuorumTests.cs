using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification;
using Xunit;

namespace Marketplace.Tests.Verification;

public sealed class QuorumTests
{
    private const int MaxRuns = 7;

    private static readonly Gen<string> Votes = Gen.String[Gen.Char['a', 'd'], 0, 9];

    [Theory]
    [InlineData("", 2, 2, "open")]
    [InlineData("a", 2, 1, "open")]
    [InlineData("aa", 2, 1, "open")]
    [InlineData("a", 1, 0, "a: 1 /")]
    [InlineData("aa", 2, 0, "a: 1 2 /")]
    [InlineData("aab", 2, 0, "a: 1 2 / 3")]
    [InlineData("bab", 2, 0, "b: 1 3 / 2")]
    [InlineData("bcabb", 3, 0, "b: 1 4 5 / 2 3")]
    [InlineData("", 1, 0, "1 more")]
    [InlineData("", 3, 0, "3 more")]
    [InlineData("a", 2, 0, "1 more")]
    [InlineData("ab", 1, 0, "1 more")]
    [InlineData("ab", 2, 0, "1 more")]
    [InlineData("abc", 3, 0, "2 more")]
    [InlineData("aabb", 2, 0, "1 more")]
    [InlineData("abcd", 4, 0, "3 more")]
    [InlineData("abcda", 4, 0, "2 more")]
    [InlineData("abcdab", 4, 0, "nobody")]
    [InlineData("aaabbb", 3, 0, "1 more")]
    [InlineData("aaabbbc", 3, 0, "nobody")]
    public void The_largest_group_decides_once_it_is_a_quorum_and_stands_alone(
        string votes, int quorum, int stillRunning, string expected) =>
        Text(Decide(votes, quorum, stillRunning)).Should().Be(expected);

    [Fact]
    public void Lost_runs_count_towards_the_most_that_may_be_started()
    {
        Quorum.Decide([], 1, 0, MaxRuns - 1, MaxRuns).Should().Be(new MoreRunsNeeded(1));
        Quorum.Decide([], 1, 0, MaxRuns, MaxRuns).Should().Be(new NoQuorum());
    }

    [Fact]
    public void Nothing_is_accepted_with_fewer_equal_results_than_the_quorum() =>
        Gen.Select(Votes, Gen.Int[1, 5], Gen.Int[0, 2]).Sample((votes, quorum, running) =>
        {
            if (Decide(votes, quorum, running) is not QuorumReached reached)
            {
                return;
            }

            running.Should().Be(0);
            reached.Agreeing.Count.Should().BeGreaterThanOrEqualTo(quorum);
            reached.Agreeing.All(leg => DigestOf(votes[leg - 1]) == reached.Digest).Should().BeTrue();
            reached.Outvoted.All(leg => DigestOf(votes[leg - 1]) != reached.Digest).Should().BeTrue();
            reached.Agreeing.Concat(reached.Outvoted).Should().BeEquivalentTo(Enumerable.Range(1, votes.Length));
            votes.GroupBy(vote => vote).Max(group => group.Count(vote => DigestOf(vote) != reached.Digest))
                .Should().BeLessThan(reached.Agreeing.Count, "no other group is as large");
        });

    [Fact]
    public void The_order_of_arrival_decides_nothing() =>
        Gen.Select(Votes, Gen.Int[1, 5], Gen.Int[0, int.MaxValue]).Sample((votes, quorum, seed) =>
        {
            var results = Results(votes);
            var shuffled = results.ToArray();
            new Random(seed).Shuffle(shuffled);

            var inOrder = Quorum.Decide(results, quorum, 0, votes.Length, MaxRuns);
            var mixed = Quorum.Decide(shuffled, quorum, 0, votes.Length, MaxRuns);

            Text(mixed).Should().Be(Text(inOrder));
        });

    [Fact]
    public void A_job_ends_after_a_bounded_number_of_runs_whatever_they_show() =>
        Gen.Select(Gen.Char['a', 'c'].Array[MaxRuns], Gen.Int[1, MaxRuns]).Sample((answers, quorum) =>
        {
            var started = quorum;
            while (Decide(new string(answers, 0, started), quorum, 0) is MoreRunsNeeded more)
            {
                more.Count.Should().BePositive();
                started += more.Count;
                started.Should().BeLessThanOrEqualTo(MaxRuns);
            }
        });

    private static QuorumDecision Decide(string votes, int quorum, int stillRunning) =>
        Quorum.Decide(Results(votes), quorum, stillRunning, votes.Length + stillRunning, MaxRuns);

    private static List<RunResult> Results(string votes) =>
        votes.Select((vote, index) => new RunResult(index + 1, DigestOf(vote))).ToList();

    private static Hash32 DigestOf(char vote) => Keccak256.Hash($"{vote}");

    private static string Text(QuorumDecision decision) => decision switch
    {
        QuorumOpen => "open",
        MoreRunsNeeded more => $"{more.Count} more",
        NoQuorum => "nobody",
        QuorumReached reached =>
            $"{"abcd".Single(vote => DigestOf(vote) == reached.Digest)}: {string.Join(' ', reached.Agreeing)} / "
            .TrimEnd() + (reached.Outvoted.Count > 0 ? " " + string.Join(' ', reached.Outvoted) : ""),
        _ => throw new InvariantViolationException("A new kind of decision."),
    };
}
