using FluentAssertions;
using Marketplace.Fleet;
using Marketplace.Fleet.Policies;
using Xunit;

namespace Marketplace.Tests.Fleet;

/// <summary>Experiment E5: voting by number alone, where all who are wrong say the same (verification 6.4).</summary>
public sealed class VotingTests
{
    /// <summary>Published for a third and a bit of colluders: 15, 29 and over 50 votes are needed.</summary>
    [Theory]
    [InlineData(0.05, 15)]
    [InlineData(0.01, 29)]
    [InlineData(0.001, 51)]
    public void So_many_equal_votes_are_needed_for_an_error(double error, int votes)
    {
        ErrorOf(votes, 0.35).Should().BeLessThanOrEqualTo(error);
        ErrorOf(votes - 1, 0.35).Should().BeGreaterThan(error);
    }

    [Theory]
    [InlineData(2, 50_000, 2.095, 40_000)]
    [InlineData(3, 50_000, 3.156, 40_000)]
    [InlineData(2, 200_000, 2.32, 40_000)]
    [InlineData(3, 200_000, 3.6336, 40_000)]
    [InlineData(15, 350_000, 22.8618, 4_000)]
    public void Counted_votes_err_and_cost_as_the_formula_says(int enough, int colluders, double cost, int elections)
    {
        var random = new SplitMix64((ulong)(enough + colluders));
        var (votes, wrong) = (0L, 0);
        for (var election = 0; election < elections; election++)
        {
            var (asked, answer) = Elect(enough, colluders, random);
            votes += asked;
            wrong += answer.IsRight ? 0 : 1;
        }

        var expected = ErrorOf(enough, colluders / 1e6);
        var fourSigma = 4 * Math.Sqrt(expected / elections);
        ((double)wrong / elections).Should().BeApproximately(expected, fourSigma);
        ((double)votes / elections).Should().BeApproximately(cost, cost * 0.01);
    }

    private static (int Votes, Answer Answer) Elect(int enough, int colluders, SplitMix64 random)
    {
        List<Ballot> ballots = [];
        Ruling ruling;
        do
        {
            ballots.Add(new Ballot(ballots.Count, random.Happens(new(colluders)) ? Answer.OfTheRing : Answer.Right));
            ruling = Majority.FirstTo(enough, ballots, 2 * enough);
        }
        while (ruling is AskMore);

        return (ballots.Count, ((AcceptAnswer)ruling).Answer);
    }

    // sum over j below m of C(m-1+j, j) f^m (1-f)^j
    private static double ErrorOf(int enough, double colluders)
    {
        var (term, sum) = (Math.Pow(colluders, enough), 0.0);
        for (var honest = 0; honest < enough; honest++)
        {
            sum += term;
            term *= (1 - colluders) * (enough + honest) / (honest + 1);
        }

        return sum;
    }
}
