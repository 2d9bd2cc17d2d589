using CsCheck;
using FluentAssertions;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

public sealed class SampledTextTests
{
    private const int Choices = 20;

    private static readonly SamplerSettings Warm = new(TemperatureMilli: 1_000, TopK: Choices);
    private static readonly double[][] Positions =
        [[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.9, 0.06, 0.04], [0.4, 0.35, 0.25]];

    [Fact]
    public void Surprisal_is_that_of_the_vectors()
    {
        var (excess, variance) = Sum([0, 1, 0, 2], 1);

        excess.Should().BeApproximately(-0.25208071, 1e-8);
        variance.Should().BeApproximately(1.40723273, 1e-8);
        Z([0, 1, 0, 2], 1).Should().BeApproximately(-0.21249888, 1e-8);
        Z([2, 2, 1, 2], 1).Should().BeApproximately(4.05249328, 1e-8);
        Z([0, 0, 0, 0], 25).Should().BeApproximately(-5.19658938, 1e-8);
    }

    [Fact]
    public void Tempering_is_that_of_the_vector()
    {
        double[] nats = [Math.Log(0.7), Math.Log(0.2), Math.Log(0.1)];

        var tempered = Surprisal.Temper(nats, 0.6);

        tempered[0].Should().BeApproximately(0.85985867, 1e-8);
        tempered[1].Should().BeApproximately(0.10657295, 1e-8);
        tempered[2].Should().BeApproximately(0.03356838, 1e-8);
    }

    [Theory]
    [InlineData(-100, -200, 1.0)]
    [InlineData(-100, -350, 0.79985067)]
    [InlineData(-3_000, -100, 0.14494965)]
    public void A_tokens_score_is_Targons(int claimed, int scored, double expected) =>
        SampledText.Score(claimed, scored).Should().BeApproximately(expected, 1e-8);

    [Fact]
    public void The_distance_of_two_top_lists_is_Gonkas()
    {
        var reference = new Dictionary<uint, double> { [1] = -0.11, [2] = -2.45, [4] = -4.2 };
        var list = new Dictionary<uint, double> { [1] = -0.1, [2] = -2.5, [3] = -4.0 };

        TopListDistance.At(reference, list).Should().BeApproximately(0.12684998, 1e-6 * 0.12684998);
        TopListDistance.Over([.. Enumerable.Repeat(TopListDistance.At(reference, list), 100)], 3)
            .Should().BeApproximately(0.04546511, 1e-6 * 0.04546511);
        TopListDistance.Over([.. Enumerable.Repeat(TopListDistance.At(list, list), 100)], 3)
            .Should().BeApproximately(0.00332226, 1e-8);
    }

    [Fact]
    public void Honest_samples_match_and_their_surprisal_is_normal()
    {
        var beyond = 0;
        var jobs = Sample.Runs("MARKET_SAMPLED_RUNS", 66);
        for (var seed = 0; seed < jobs; seed++)
        {
            var (claimed, scored) = Job(new Random(seed), 260, 1.0, noise: 5);

            var verdict = Compare(claimed, scored);

            verdict.Comparison.Outcome.Should().Be(Outcome.Match);
            beyond += Math.Abs(verdict.Surprisal.Z!.Value) > 2 * Sample.One ? 1 : 0;
        }

        beyond.Should().BeInRange(jobs / 66, jobs / 8, "one in 22 is more than two deviations away");
    }

    [Theory]
    [InlineData(0.5)] // colder than was bought: a cheap draft that takes the likeliest
    [InlineData(2.0)]
    public void Text_of_another_temperature_is_found_out_by_the_sum_over_jobs(double temperature)
    {
        var sum = default(SurprisalSum);
        SampledVerdict? verdict = null;
        for (var seed = 0; seed < 8; seed++)
        {
            var (claimed, scored) = Job(new Random(seed), 400, temperature, noise: 5);
            verdict = Compare(claimed, scored, sum);
            sum = verdict.Surprisal;
        }

        verdict!.Comparison.Measures.Single(measure => measure.Statistic == Statistic.Surprisal)
            .Outcome.Should().Be(Outcome.Mismatch);
        sum.Positions.Should().BeInRange(3_100, 3_200);
    }

    [Fact]
    public void Another_models_probabilities_are_found_out_by_their_difference()
    {
        var (claimed, _) = Job(new Random(1), 300, 1.0, noise: 0);
        var scored = claimed.Select(Unlikely).ToArray();

        var verdict = Compare(claimed, scored);

        verdict.Comparison.Outcome.Should().Be(Outcome.Mismatch);
    }

    [Fact]
    public void Tokens_that_the_sampler_could_not_draw_are_found_out()
    {
        Outside(2, 200).Should().Be(Outcome.Match, "one in a hundred");
        Outside(3, 200).Should().Be(Outcome.Inconclusive);
        Outside(9, 200).Should().Be(Outcome.Inconclusive);
        Outside(10, 200).Should().Be(Outcome.Mismatch, "one in twenty");
    }

    [Fact]
    public void Surprisal_takes_no_part_while_there_is_too_little_of_it()
    {
        var (claimed, scored) = Job(new Random(1), 255, 1.0, noise: 0);

        Compare(claimed, scored).Comparison.Measures.Should().HaveCount(2);
        Compare(claimed, scored, new SurprisalSum(0, 1, 1)).Comparison.Measures.Should().HaveCount(3);
    }

    [Fact]
    public void Nothing_is_no_match() => Compare([], []).Comparison.Outcome.Should().Be(Outcome.Inconclusive);

    [Fact]
    public void Missing_or_malformed_evidence_of_either_side_is_that_sides_failure_and_adds_nothing() =>
        Gen.Select(Gen.Int[2, 40], Gen.Int[0, 9_999], Gen.Enum<Mutation>()).Sample((tokens, place, mutation) =>
        {
            var (claimed, scored) = Job(new Random(place), tokens, 1.0, noise: 0);
            var before = new SurprisalSum(7, 8, 9);
            TokenChoice[] clean = [.. Enumerable.Range(1, tokens).Select(id => Sample.Token((uint)id))];
            var broken = Mutations.Apply(mutation, clean, place % tokens);

            var checkers = SampledText.Compare(Sample.Ids(claimed), claimed, broken, Warm, before, Sample.Text);
            (checkers.Comparison.Outcome, checkers.Comparison.Side, checkers.Surprisal)
                .Should().Be((Outcome.Mismatch, Side.Checker, before));
            if (mutation != Mutation.NoAlternatives)
            {
                var primarys = SampledText.Compare(Sample.Ids(clean), broken, scored, Warm, before, Sample.Text);
                (primarys.Comparison.Outcome, primarys.Comparison.Side, primarys.Comparison.Reason)
                    .Should().Be((Outcome.Mismatch, Side.Primary, Mutations.ReasonOf(mutation)));
            }
        });

    private static SampledVerdict Compare(TokenChoice[] claimed, TokenChoice[] scored, SurprisalSum before = default) =>
        SampledText.Compare(Sample.Ids(claimed), claimed, scored, Warm, before, Sample.Text);

    private static Outcome Outside(int outside, int tokens)
    {
        var (claimed, scored) = Job(new Random(3), tokens, 1.0, noise: 0);
        for (var place = 0; place < outside; place++)
        {
            claimed[place] = scored[place] = scored[place] with { Id = 7_777_777, MilliNats = -20_000 };
        }

        return Compare(claimed, scored).Comparison.Measures
            .Single(measure => measure.Statistic == Statistic.OutsideTop).Outcome;
    }

    /// <summary>A sampled answer: the claims are off by some thousandths of a nat, as other hardware's are.</summary>
    private static (TokenChoice[] Claimed, TokenChoice[] Scored) Job(
        Random random, int tokens, double temperature, int noise)
    {
        var claimed = new TokenChoice[tokens];
        var scored = new TokenChoice[tokens];
        for (var place = 0; place < tokens; place++)
        {
            double[] logits = [.. Enumerable.Range(0, Choices).Select(_ => -6 * random.NextDouble()).OrderDescending()];
            var probabilities = Surprisal.Temper(logits, 1);
            var chosen = Draw(random, Surprisal.Temper(logits, temperature));
            Alternative[] top = [.. probabilities.Select((probability, index) =>
                new Alternative((uint)((place * Choices) + index), MilliNats.FromNats(Math.Log(probability))))];

            scored[place] = new TokenChoice(top[chosen].Id, top[chosen].MilliNats, top);
            var claim = (short)Math.Min(0, top[chosen].MilliNats + random.Next(-noise, noise + 1));
            claimed[place] = new TokenChoice(top[chosen].Id, claim, []);
        }

        return (claimed, scored);
    }

    /// <summary>The same token, which another model holds for one of many.</summary>
    private static TokenChoice Unlikely(TokenChoice token) => token with
    {
        MilliNats = -3_100,
        Top = [.. Enumerable.Range(0, Choices).Select(index => new Alternative(9_000_000 + (uint)index, -3_050))],
    };

    private static int Draw(Random random, double[] probabilities)
    {
        var rest = random.NextDouble();
        for (var index = 0; index < probabilities.Length; index++)
        {
            rest -= probabilities[index];
            if (rest < 0)
            {
                return index;
            }
        }

        return probabilities.Length - 1;
    }

    private static double Z(int[] chosen, int times)
    {
        var (excess, variance) = Sum(chosen, times);
        return excess / Math.Sqrt(variance);
    }

    private static (double Excess, double Variance) Sum(int[] chosen, int times)
    {
        var parts = Positions.Select((probabilities, place) => Surprisal.Of(probabilities, chosen[place])).ToArray();
        return (times * parts.Sum(part => part.Excess), times * parts.Sum(part => part.Variance));
    }
}
