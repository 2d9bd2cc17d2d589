using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

/// <summary>Meters, ends, repetition and exact tokens: what needs no statistics.</summary>
public sealed class TokenRulesTests
{
    private const uint End = 2;

    private static readonly HashSet<uint> Ends = [End];

    [Theory]
    [InlineData(5, 100, 5, 100, Outcome.Match)]
    [InlineData(5, 100, 5, 101, Outcome.Inconclusive)]
    [InlineData(6, 100, 5, 101, Outcome.Inconclusive)]
    [InlineData(5, 102, 5, 100, Outcome.Mismatch)]
    [InlineData(5, 100, 7, 100, Outcome.Mismatch)]
    [InlineData(uint.MaxValue, 0, 0, 0, Outcome.Mismatch)]
    public void Meters_agree_or_are_one_apart_or_are_wrong(
        uint promptA, uint completionA, uint promptB, uint completionB, Outcome expected)
    {
        var comparison = TokenMeters.Compare(new(promptA, completionA), new(promptB, completionB), Sample.Text);

        comparison.Outcome.Should().Be(expected);
        comparison.Side.Should().Be(expected == Outcome.Mismatch ? Side.Primary : Side.Either);
    }

    [Fact]
    public void A_meter_that_is_missing_is_no_match() =>
        TokenMeters.Compare(new(1, 1), null, Sample.Text).Reason.Should().Be(ComparisonReason.EvidenceMissing);

    [Fact]
    public void No_more_is_paid_than_either_meter_says() =>
        Gen.Select(Gen.Long[0, 1 << 40], Gen.Long[0, 1 << 40], Gen.Long[0, 1 << 20]).Sample((left, right, micro) =>
        {
            var price = new UnitPrice(micro);

            var pay = TokenMeters.Pay(price, new Quantity(left), new Quantity(right));

            pay.Should().Be(TokenMeters.Pay(price, new Quantity(right), new Quantity(left)));
            pay.Should().Be(price.CostDown(new Quantity(Math.Min(left, right))));
            TokenMeters.Smaller(new(7, 1), new(3, 9)).Should().Be(new TokenMeters(3, 1));
        });

    [Theory]
    [InlineData(0, -105, Outcome.Match)]
    [InlineData(1, -105, Outcome.Inconclusive)]
    [InlineData(2, -105, Outcome.Mismatch)]
    [InlineData(2, -106, Outcome.Match)] // 0.8994
    public void Going_on_past_a_nearly_certain_end_twice_is_padding(int skipped, short milliNats, Outcome expected)
    {
        TokenChoice[] scored =
        [
            .. Enumerable.Range(0, skipped).Select(_ => new TokenChoice(7, -3_000, [new(End, milliNats)])),
            new(End, -50, [new(End, -50)]),
        ];

        SkippedEnds.Compare(Sample.Ids(scored), scored, Ends, Sample.Text).Outcome.Should().Be(expected);
    }

    [Fact]
    public void Ends_without_evidence_are_a_failure() =>
        Gen.Select(Gen.Int[2, 50], Gen.Int[0, 9_999], Gen.Enum<Mutation>()).Sample((tokens, place, mutation) =>
        {
            TokenChoice[] clean = [.. Enumerable.Range(10, tokens).Select(id => Sample.Token((uint)id))];
            var broken = Mutations.Apply(mutation, clean, place % tokens);

            var comparison = SkippedEnds.Compare(Sample.Ids(clean), broken, Ends, Sample.Text);

            (comparison.Outcome, comparison.Reason).Should().Be((Outcome.Mismatch, Mutations.ReasonOf(mutation)));
        });

    [Theory]
    [InlineData(15, 9, 1_000, false)]
    [InlineData(15, 10, 1_000, true)]
    [InlineData(14, 10, 1_000, false)]
    [InlineData(40, 10, 1_000, true)]
    [InlineData(20, 3, 17, true)] // 60 of 80, three of them between the phrases
    [InlineData(20, 3, 18, false)]
    [InlineData(100, 1, 0, false)]
    public void An_answer_is_repetitive_by_one_phrase_often_or_by_most_of_it(
        int phrase, int times, int others, bool expected)
    {
        var text = Looped(phrase, times, others);

        Repetition.Compare(text, Looped(1, 1, 500), Sample.Text).Outcome
            .Should().Be(expected ? Outcome.Mismatch : Outcome.Match);
        Repetition.Compare(text, text, Sample.Text).Outcome.Should().Be(Outcome.Match, "the question makes both loop");
        Repetition.Compare(text, null, Sample.Text).Outcome
            .Should().Be(expected ? Outcome.Inconclusive : Outcome.Match);
    }

    [Fact]
    public void One_token_for_ever_is_repetitive_and_nothing_is_not()
    {
        Repetition.Of([.. Enumerable.Repeat(3u, 150)]).Should().Be(new Repetition(10, 150, 150));
        Repetition.Of([.. Enumerable.Repeat(3u, 29)]).Times.Should().Be(1, "phrases do not overlap");
        Repetition.Compare([], [], Sample.Text).Outcome.Should().Be(Outcome.Match);
    }

    [Fact]
    public void Equal_tokens_match_and_a_difference_is_nobodys_fault_until_it_is_scored()
    {
        var scored = new TokenVerdict(
            Comparison.Mismatch(Comparer.TeacherForced, ComparisonReason.BeyondThreshold, Side.Either), 0);

        ExactTokens.Compare([1, 2], [1, 2], scored).Comparison.Outcome.Should().Be(Outcome.Match);
        ExactTokens.Compare([1, 2], [1, 3], null).Comparison.Reason.Should().Be(ComparisonReason.DiffersUnscored);
        ExactTokens.Compare([1, 2], [1, 2, 3], null).Comparison.Outcome.Should().Be(Outcome.Inconclusive);
        ExactTokens.Compare([1, 2], [1, 3], scored).Should().BeSameAs(scored);
    }

    [Fact]
    public void Answers_without_token_ids_are_not_equal_to_each_other()
    {
        ExactTokens.Compare([], [], null).Comparison.Should().Match<Comparison>(comparison =>
            comparison.Outcome == Outcome.Mismatch && comparison.Side == Side.Primary);
        ExactTokens.Compare([1], null, null).Comparison.Side.Should().Be(Side.Checker);
    }

    /// <summary>A phrase so many times, and then tokens that are all different.</summary>
    private static uint[] Looped(int phrase, int times, int others) =>
    [
        .. Enumerable.Range(0, times).SelectMany(time =>
            Enumerable.Range(0, phrase).Select(id => (uint)id).Append(100_000u + (uint)time).Take(phrase + 1)),
        .. Enumerable.Range(200_000, others).Select(id => (uint)id),
    ];
}
