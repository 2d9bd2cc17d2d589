using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class SamplerTests
{
    private const int Draws = 4_000;

    // Probabilities 1/2, 1/4, 1/8, 1/8 at temperature 1.
    private static readonly float[] Halves = [MathF.Log(4), MathF.Log(2), 0, 0];

    [Fact]
    public void Greedy_takes_the_largest_and_the_lowest_id_on_a_tie()
    {
        new Sampler(0, 1_000, 1).Next([1, 3, 2, 3]).Should().Be(1);
        new Sampler(0, 1_000, 1).Next([float.NegativeInfinity, -5, -7]).Should().Be(1);
    }

    [Fact]
    public void Temperature_one_draws_each_token_as_often_as_its_probability()
    {
        var counts = Count(new Sampler(1_000, 1_000, 42));

        // Five standard deviations of a binomial count; with a fixed seed the outcome is always the same one.
        double[] shares = [0.5, 0.25, 0.125, 0.125];
        for (var id = 0; id < shares.Length; id++)
        {
            var deviation = Math.Sqrt(Draws * shares[id] * (1 - shares[id]));
            counts[id].Should().BeCloseTo((int)(Draws * shares[id]), (uint)(5 * deviation));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(400, 1)]
    [InlineData(600, 2)]
    [InlineData(800, 3)]
    [InlineData(1_000, 4)]
    public void Top_p_keeps_the_fewest_tokens_that_reach_it(int topPMilli, int kept)
    {
        var counts = Count(new Sampler(1_000, topPMilli, 42));

        counts.Count(count => count > 0).Should().Be(kept);
        counts.Take(kept).Should().OnlyContain(count => count > 0);
    }

    [Fact]
    public void A_low_temperature_is_almost_greedy_and_a_high_one_almost_even()
    {
        Count(new Sampler(50, 1_000, 1))[0].Should().Be(Draws);
        Count(new Sampler(1_000_000, 1_000, 1)).Should().OnlyContain(count => count > Draws / 5);
    }

    [Fact]
    public void The_seed_decides_the_draws()
    {
        var draws = (ulong seed) =>
        {
            var sampler = new Sampler(1_000, 1_000, seed);
            return Enumerable.Range(0, 20).Select(_ => sampler.Next(Halves)).ToList();
        };

        draws(7).Should().Equal(draws(7));
        draws(8).Should().NotEqual(draws(7));

        // Committed: a change of the generator would make other results of the same request.
        string.Concat(draws(7)).Should().Be("00310000000332213012");
    }

    private static int[] Count(Sampler sampler)
    {
        var counts = new int[Halves.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            counts[sampler.Next(Halves)]++;
        }

        return counts;
    }
}
