using CsCheck;
using FluentAssertions;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

public sealed class TeacherForcedTests
{
    private static readonly TokenTestPlan Plan = TokenTestPlan.Standard;
    private static readonly int Runs = Sample.Runs("MARKET_SCORED_RUNS", 300);

    private static readonly Thresholds Endless = Sample.Text.With(Calibration.Try(
        Statistic.TokenCount, OutputType.Text, Sample.Pair, new Band(-Band.Most, Band.Most), 1, [0])).Value;

    [Fact]
    public void Honest_answers_match_at_the_worst_honest_rate()
    {
        var random = new Random(1);

        Answers(random, rate: 0.0137, meanGap: 0.1).Should().OnlyContain(verdict =>
            verdict.Comparison.Outcome == Outcome.Match && verdict.Comparison.Reason == ComparisonReason.Agrees);
    }

    [Theory]
    [InlineData(0.21, 0.9)] // int4
    [InlineData(0.1475, 1.5)] // fp8 cache
    [InlineData(0.3076, 1.5)] // a third of the model
    public void Cheaper_runs_are_found_out(double rate, double meanGap) =>
        Answers(new Random(2), rate, meanGap).Should().OnlyContain(verdict =>
            verdict.Comparison.Outcome == Outcome.Mismatch && verdict.Carried == 0);

    [Fact]
    public void Three_wide_gaps_are_a_mismatch_and_two_are_not()
    {
        Compare(Clean(100), (9, 501), (29, 501)).Comparison.Outcome.Should().Be(Outcome.Match);
        Compare(Clean(100), (9, 500), (29, 500), (59, 500)).Comparison.Outcome.Should().Be(Outcome.Match);

        var three = Compare(Clean(100), (9, 501), (29, 501), (59, 501));

        three.Comparison.Should().Match<Comparison>(comparison => comparison.Outcome == Outcome.Mismatch
            && comparison.Reason == ComparisonReason.BeyondThreshold);
        Outcomes(three).Should().Contain((Statistic.WideGaps, Outcome.Mismatch));
    }

    [Fact]
    public void The_mean_gap_counts_in_an_answer_that_the_count_accepts()
    {
        // Five flips in 225 tokens are accepted by their number; how wide they are is another question.
        (int, int)[] narrow = [(0, 100), (1, 100), (2, 100), (3, 100), (4, 100)];
        (int, int)[] wider = [(0, 480), (1, 480), (2, 480), (3, 480), (4, 480)];
        (int, int)[] broad = [(0, 5_000), (1, 5_000), (2, 480), (3, 480), (4, 480)];

        Compare(Clean(300), narrow).Comparison.Outcome.Should().Be(Outcome.Match);
        Compare(Clean(300), wider).Comparison.Outcome.Should().Be(Outcome.Inconclusive);
        Outcomes(Compare(Clean(300), broad)).Should().BeEquivalentTo(
        [
            (Statistic.TokenCount, Outcome.Match),
            (Statistic.MeanGap, Outcome.Mismatch),
            (Statistic.WideGaps, Outcome.Match),
        ]);
    }

    [Fact]
    public void One_flip_in_a_short_answer_is_not_taken_for_an_attack_by_its_mean()
    {
        var verdict = Compare(Clean(30), (3, 400));

        verdict.Comparison.Outcome.Should().Be(Outcome.Match);
        verdict.Comparison.Measures.Should().NotContain(measure => measure.Statistic == Statistic.MeanGap);
    }

    [Fact]
    public void A_short_answer_is_paid_and_carried_if_it_speaks_for_the_provider()
    {
        var clean = Compare(Clean(50));
        var doubtful = Compare(Clean(20), (3, 100));

        clean.Comparison.Reason.Should().Be(ComparisonReason.ShortAndCarried);
        clean.Comparison.Outcome.Should().Be(Outcome.Match);
        clean.Carried.Should().Be(50 * Plan.MatchStep);
        doubtful.Comparison.Reason.Should().Be(ComparisonReason.ShortAndDoubtful);
        doubtful.Comparison.Outcome.Should().Be(Outcome.Inconclusive);
        doubtful.Carried.Should().Be(0);
    }

    [Fact]
    public void An_answer_without_tokens_is_no_match() =>
        Compare([]).Comparison.Outcome.Should().Be(Outcome.Inconclusive);

    [Fact]
    public void A_drawn_start_reads_the_tail_that_an_accepted_head_hides()
    {
        var answer = Clean(1_000);
        (int, int)[] tail = [.. Enumerable.Range(50, 283).Select(third => (3 * third, 400))];

        Compare(answer, tail).Comparison.Outcome.Should().Be(Outcome.Match, "the count stops before the tail");
        Compare(answer, 200, tail).Comparison.Outcome.Should().Be(Outcome.Mismatch);
        Compare(Clean(50), 49).Carried.Should().Be(50 * Plan.MatchStep, "it goes around the end");
    }

    [Fact]
    public void A_tie_for_the_first_place_is_no_mismatch()
    {
        TokenChoice[] tied = [.. Enumerable.Range(1, 110).Select(id =>
            new TokenChoice((uint)id, -700, [new((uint)id + 9_000, -700), new((uint)id, -700)]))];

        TeacherForced.Compare(Sample.Ids(tied), tied, Plan, Sample.Text).Comparison.Outcome.Should().Be(Outcome.Match);
    }

    [Fact]
    public void Evidence_that_is_missing_or_malformed_is_a_failure_whatever_was_done_to_it() =>
        Gen.Select(Gen.Int[2, 200], Gen.Int[0, 9_999], Gen.Enum<Mutation>()).Sample((tokens, place, mutation) =>
        {
            var honest = Clean(tokens);
            var answer = Sample.Ids(honest);

            var broken = Mutations.Apply(mutation, honest, place % tokens);
            var verdict = TeacherForced.Compare(answer, broken, Plan, Sample.Text);

            Compare(honest).Comparison.Outcome.Should().Be(Outcome.Match);
            verdict.Comparison.Outcome.Should().Be(Outcome.Mismatch);
            verdict.Comparison.Side.Should().Be(Side.Checker);
            verdict.Comparison.Reason.Should().Be(Mutations.ReasonOf(mutation));
            verdict.Carried.Should().Be(0);
        });

    [Fact]
    public void A_wider_gap_never_makes_an_answer_better() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[0, 100_000], Gen.Int[0, 399], Gen.Int[1, 3_000]).Sample(
            (tokens, seed, place, gap) =>
            {
                var answer = Sample.Answer(new Random(seed), tokens, 0.03, 0.3);
                var worse = answer.ToArray();
                var at = place % tokens;
                worse[at] = Sample.Token(answer[at].Id, answer[at].Gap + gap);

                var before = Measures(answer);
                var after = Measures(worse);

                after.Keys.Should().BeEquivalentTo(before.Keys);
                after.Should().OnlyContain(measure => measure.Value >= before[measure.Key]);
            });

    /// <summary>With thresholds so far away that all is read: a count that stops has read other tokens.</summary>
    private static Dictionary<Statistic, long> Measures(TokenChoice[] answer) =>
        TeacherForced.Compare(Sample.Ids(answer), answer, Plan, Endless)
            .Comparison.Measures.ToDictionary(measure => measure.Statistic, measure => measure.Billionths);

    private static IEnumerable<TokenVerdict> Answers(Random random, double rate, double meanGap) =>
        Enumerable.Range(0, Runs).Select(_ => Sample.Answer(random, 1_024, rate, meanGap))
            .Select(answer => TeacherForced.Compare(Sample.Ids(answer), answer, Plan, Sample.Text));

    private static TokenChoice[] Clean(int tokens) => Sample.Answer(new Random(0), tokens, 0, 0);

    private static TokenVerdict Compare(TokenChoice[] clean, params (int Place, int Gap)[] flips) =>
        Compare(clean, 0, flips);

    private static TokenVerdict Compare(TokenChoice[] clean, int start, params (int Place, int Gap)[] flips)
    {
        var answer = clean.ToArray();
        foreach (var (place, gap) in flips)
        {
            answer[place] = Sample.Token(answer[place].Id, gap);
        }

        return TeacherForced.Compare(Sample.Ids(answer), answer, Plan, Sample.Text, start);
    }

    private static IEnumerable<(Statistic, Outcome)> Outcomes(TokenVerdict verdict) =>
        verdict.Comparison.Measures.Select(measure => (measure.Statistic, measure.Outcome));
}
