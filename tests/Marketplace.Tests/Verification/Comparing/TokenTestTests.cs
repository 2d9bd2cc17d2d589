using FluentAssertions;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

/// <summary>The sequential test against the table of verification 6.6 (experiment E6).</summary>
public sealed class TokenTestTests
{
    private static readonly TokenTestPlan Plan = TokenTestPlan.Standard;
    private static readonly TokenTestPlan Endless = Plan with { MostTokens = int.MaxValue };
    private static readonly int Runs = Sample.Runs("MARKET_TOKEN_TEST_RUNS", 4_000);

    [Fact]
    public void The_constants_are_those_of_the_formulas()
    {
        TokenTestPlan.For(0.02, 0.08, 1e-6, 1e-3, 1_024).Should().Be(Plan);
        (Plan.Band.BadFrom / 1e9).Should().BeApproximately(13.81451006, 1e-8);
        (Plan.Band.OkUpTo / 1e9).Should().BeApproximately(-6.90775428, 1e-8);
        (Plan.MismatchStep / 1e9).Should().BeApproximately(1.38629436, 1e-8);
        (Plan.MatchStep / 1e9).Should().BeApproximately(-0.06317890, 1e-8);
    }

    [Fact]
    public void A_hundred_and_ten_matches_accept_and_ten_mismatches_reject()
    {
        Fed(109, 0).Outcome.Should().Be(Outcome.Inconclusive);
        Fed(110, 0).Outcome.Should().Be(Outcome.Match);
        Fed(0, 9).Outcome.Should().Be(Outcome.Inconclusive);
        Fed(0, 10).Outcome.Should().Be(Outcome.Mismatch);
    }

    [Theory]
    [InlineData(256, 6, 21)]
    [InlineData(512, 17, 32)]
    [InlineData(1_024, 39, 55)]
    public void At_a_length_so_many_mismatches_accept_and_so_many_reject(int tokens, int accept, int reject)
    {
        At(tokens, accept).Should().Be(Outcome.Match);
        At(tokens, accept + 1).Should().Be(Outcome.Inconclusive);
        At(tokens, reject - 1).Should().Be(Outcome.Inconclusive);
        At(tokens, reject).Should().Be(Outcome.Mismatch);
    }

    [Theory]
    [InlineData(0.0065, 128.5, 0)]
    [InlineData(0.0104, 144.5, 270)]
    [InlineData(0.0137, 159.5, 0)]
    [InlineData(0.0163, 174.6, 0)]
    [InlineData(0.0319, 404.6, 0)]
    [InlineData(0.1475, 95.5, 193)]
    [InlineData(0.21, 59.7, 116)]
    [InlineData(0.3076, 37.8, 69)]
    public void It_takes_as_many_tokens_as_the_table_says(double rate, double mean, int nearlyAll)
    {
        var tests = Streams(rate, Runs);

        tests.Average(test => test.Tokens).Should().BeApproximately(mean, 0.03 * mean);
        if (nearlyAll > 0)
        {
            var quantile = tests.Select(test => test.Tokens).Order().ElementAt(Runs * 99 / 100);
            ((double)quantile).Should().BeApproximately(nearlyAll, 0.05 * nearlyAll);
        }
    }

    [Theory]
    [InlineData(0.0065, Outcome.Match)]
    [InlineData(0.0104, Outcome.Match)]
    [InlineData(0.014, Outcome.Match)]
    [InlineData(0.1475, Outcome.Mismatch)]
    [InlineData(0.21, Outcome.Mismatch)]
    [InlineData(0.3076, Outcome.Mismatch)]
    public void Honest_noise_is_accepted_and_a_cheaper_model_rejected_every_time(double rate, Outcome expected) =>
        Streams(rate, Runs).Should().OnlyContain(test => test.Outcome == expected);

    [Fact]
    public void What_lies_between_is_not_caught_here_and_the_table_says_how_seldom() =>
        ((double)Streams(0.0319, Runs).Count(test => test.Outcome == Outcome.Mismatch) / Runs)
            .Should().BeInRange(0.0003, 0.0052, "0.0026 is expected before overshoot");

    /// <summary>The table has Wald's formulas, which leave out how far the last step goes past the threshold.</summary>
    [Theory]
    [InlineData(0.0065, 128.5, 7.6e-14)]
    [InlineData(0.0104, 144.5, 5.2e-11)]
    [InlineData(0.0137, 159.5, 2.9e-9)]
    [InlineData(0.0163, 174.6, 4e-8)]
    [InlineData(0.0319, 404.6, 0.0026)]
    [InlineData(0.1475, 95.5, 1)]
    [InlineData(0.21, 59.7, 1)]
    [InlineData(0.3076, 37.8, 1)]
    public void The_exact_chance_of_a_rejection_is_below_the_tables(double rate, double mean, double chance)
    {
        var (tokens, rejected) = Exactly(rate);

        tokens.Should().BeApproximately(mean, 0.01 * mean);
        rejected.Should().BeInRange(0.3 * chance, 1.000001 * chance);
    }

    [Fact]
    public void Its_thresholds_are_certified_by_honest_streams_and_not_by_others()
    {
        long[] honest = [.. Streams(0.0137, Calibration.LeastTrials).Select(test => test.Ratio)];
        long[] others = [.. Streams(0.1475, Calibration.LeastTrials).Select(test => test.Ratio)];

        Tried(honest).Standing.Should().BeOfType<Certified>().Which.FalseAlarmBoundBillionths.Should().Be(100_000);
        Tried(others).Standing.Should().BeOfType<Shadow>();
    }

    [Fact]
    public void A_test_that_is_over_takes_no_more()
    {
        var over = Fed(110, 0);

        over.Take(isMismatch: true).Should().BeSameAs(over);
        Fed(0, 0, Plan with { MostTokens = 3 }).Take(false).Take(false).Take(false).IsOver.Should().BeTrue();
    }

    [Fact]
    public void Short_answers_count_as_one_check_when_together_they_prove_as_much_as_a_long_one()
    {
        var carried = default(CarriedRatio);
        var passed = 0;
        for (var answer = 1; answer <= 22; answer++)
        {
            (carried, var hasPassed) = carried.Add(10 * Plan.MatchStep, Plan);
            passed += hasPassed ? 1 : 0;
        }

        passed.Should().Be(2, "each time after eleven answers of ten clean tokens");
        carried.Should().Be(default(CarriedRatio));
        FluentActions.Invoking(() => carried.Add(1, Plan)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static Calibration Tried(long[] ratios) => Calibration.Try(
        Statistic.TokenCount, OutputType.Text, Sample.Pair, Plan.Band, Calibration.LeastBlocks, ratios);

    /// <summary>Expected tokens and chance of a rejection, over all streams at once.</summary>
    private static (double Tokens, double Rejected) Exactly(double rate)
    {
        var (tokens, rejected) = (0.0, 0.0);
        var open = new Dictionary<TokenTest, double> { [new TokenTest(Endless)] = 1 };
        while (open.Values.Sum() > 1e-16)
        {
            var next = new Dictionary<TokenTest, double>();
            foreach (var (test, chance) in open)
            {
                foreach (var (taken, part) in new[] { (test.Take(true), rate), (test.Take(false), 1 - rate) })
                {
                    tokens += taken.IsOver ? chance * part * taken.Tokens : 0;
                    rejected += taken.Outcome == Outcome.Mismatch ? chance * part : 0;
                    if (!taken.IsOver)
                    {
                        next[taken] = next.GetValueOrDefault(taken) + (chance * part);
                    }
                }
            }

            open = next;
        }

        return (tokens, rejected);
    }

    private static List<TokenTest> Streams(double rate, int runs)
    {
        var random = new Random(6);
        var tests = new List<TokenTest>(runs);
        for (var run = 0; run < runs; run++)
        {
            var test = new TokenTest(Endless);
            while (!test.IsOver)
            {
                test = test.Take(random.NextDouble() < rate);
            }

            tests.Add(test);
        }

        return tests;
    }

    /// <summary>The outcome if it had not stopped before: the sum does not depend on the order.</summary>
    private static Outcome At(int tokens, int mismatches) =>
        Plan.Band.Judge((mismatches * Plan.MismatchStep) + ((tokens - mismatches) * Plan.MatchStep));

    private static TokenTest Fed(int matches, int mismatches, TokenTestPlan? plan = null)
    {
        var test = new TokenTest(plan ?? Plan);
        for (var token = 0; token < matches + mismatches; token++)
        {
            test = test.Take(isMismatch: token >= matches);
        }

        return test;
    }
}
