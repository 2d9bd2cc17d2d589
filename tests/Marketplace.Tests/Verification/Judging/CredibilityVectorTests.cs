using FluentAssertions;
using Marketplace.Verification;
using Marketplace.Verification.Judging;
using Xunit;

namespace Marketplace.Tests.Verification.Judging;

/// <summary>Verification 5.9 and 6.4: the vectors of credibility, of records and of caps.</summary>
public sealed class CredibilityVectorTests
{
    [Theory]
    [InlineData("10", 900_000_000, 0)]
    [InlineData("10 10", 987_804_878, 0)]
    [InlineData("10 10 10", 998_630_137, 0)]
    [InlineData("10 10 | 10", 890_109_890, 98_901_099)]
    [InlineData("2 2 2 | 2", 999_575_188, 0)]
    [InlineData("5 10 | 20", 971_590_909, 22_727_273)]
    public void Credibility_of_groups_with_these_error_rates_in_percent_is_that_of_6_4(
        string groups, long first, long second)
    {
        var odds = groups.Split('|').Select(group => (IReadOnlyList<Odds>)group
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(OfPercent).ToList()).ToList();

        var credibilities = Credibility.Of(odds);

        credibilities[0].PerBillionDown().Should().BeCloseTo(first, 1);
        if (second > 0)
        {
            credibilities[1].PerBillionDown().Should().BeCloseTo(second, 1);
        }
    }

    [Theory]
    [InlineData("2:0", 987_804_878)] // two votes ahead: accepted
    [InlineData("3:1", 986_468_000)] // level 1 of 5.9: 9^3 / (1 + 9^3 + 9), settles the job
    [InlineData("4:1", 998_478_000)] // 9^4 / (1 + 9^4 + 9): the fee level
    public void Votes_of_odds_nine_are_as_credible_as_5_9_says(string votes, long perBillion)
    {
        var counts = votes.Split(':').Select(count => count[0] - '0').Where(count => count > 0).ToList();

        var credibility = Credibility.Of([.. counts.Select(count =>
            (IReadOnlyList<Odds>)[.. Enumerable.Repeat(new Odds(9, 1), count)])])[0];

        credibility.PerBillionDown().Should().BeCloseTo(perBillion, 2_000);
    }

    [Theory]
    [InlineData(0, 0, 100_000)]
    [InlineData(10, 0, 50_000)]
    [InlineData(100, 0, 9_091)]
    [InlineData(1_000, 0, 990)]
    [InlineData(100, 1, 18_018)]
    [InlineData(1_000, 2, 2_964)]
    public void The_error_rate_of_a_record_is_that_of_6_4(int valid, int faulty, long errorPerMillion)
    {
        var odds = Odds.OfRecord(valid, faulty);

        (odds.Against * 1_000_000 / (odds.For + odds.Against)).Should().BeCloseTo(errorPerMillion, 1);
    }

    [Theory]
    [InlineData(50_000, 19_000_000, 3)]
    [InlineData(100_000, 9_000_000, 4)]
    [InlineData(200_000, 4_000_000, 5)]
    [InlineData(330_000, 2_030_303, 10)]
    public void A_ring_s_share_caps_what_a_record_weighs(int ring, long capPerMillion, int votesFor999)
    {
        var cap = Odds.Cap(new PartsPerMillion(ring));

        (cap.For * 1_000_000 / cap.Against).Should().Be(capPerMillion);
        Credibility.VotesFor(new PartsPerMillion(999_000), cap).Should().Be(votesFor999);
        Odds.Min(Odds.OfRecord(1_000_000, 0), cap).Should().Be(cap);
        Odds.Min(Odds.OfRecord(0, 5), cap).Should().Be(Odds.OfRecord(0, 5));
    }

    [Theory]
    [InlineData(990_000, 3)]
    [InlineData(999_000, 4)]
    [InlineData(999_900, 5)]
    [InlineData(999_999, 7)]
    public void The_margin_for_a_credibility_is_that_of_6_4(int theta, int votes) =>
        Credibility.VotesFor(new PartsPerMillion(theta), new Odds(9, 1)).Should().Be(votes);

    [Fact]
    public void A_threshold_is_met_exactly_and_not_by_rounding()
    {
        // Nine to one alone is 0.9, neither more nor less.
        var nine = Credibility.Of([[new Odds(9, 1)]])[0];

        nine.IsAtLeast(new PartsPerMillion(900_000)).Should().BeTrue();
        nine.IsAtLeast(new PartsPerMillion(900_001)).Should().BeFalse();
    }

    private static Odds OfPercent(string percent)
    {
        var error = long.Parse(percent, System.Globalization.CultureInfo.InvariantCulture);
        return new Odds(100 - error, error);
    }
}
