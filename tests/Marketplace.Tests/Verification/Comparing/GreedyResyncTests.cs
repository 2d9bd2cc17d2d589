using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

public sealed class GreedyResyncTests
{
    private const uint End = 2;

    private static readonly HashSet<uint> Ends = [End];
    private static readonly TokenTestPlan Plan = TokenTestPlan.Standard;
    private static readonly int Runs = Sample.Runs("MARKET_RESYNC_RUNS", 20);

    [Fact]
    public void Two_honest_runs_with_noise_agree_at_the_price_of_a_prefill_for_each_flip()
    {
        var continuations = 0;
        for (var seed = 1; seed <= Runs; seed++)
        {
            var primary = new ToyModel(Seed: seed, Noise: 1).Run([], 600);

            var (verdict, asked) = Compare(primary, new ToyModel(Seed: seed, Noise: 2));

            verdict.Comparison.Outcome.Should().Be(Outcome.Match);
            continuations += asked - 1;
        }

        // Some 160 tokens are read of each answer, and about one in a hundred is flipped.
        ((double)continuations / Runs).Should().BeInRange(0.5, 4);
    }

    [Fact]
    public void Another_model_is_a_hard_flip_at_once()
    {
        for (var seed = 1; seed <= Runs; seed++)
        {
            var primary = new ToyModel(Seed: seed, Noise: 1).Run([], 600);

            var (verdict, asked) = Compare(primary, new ToyModel(Seed: seed + 10_000, Noise: 2));

            asked.Should().Be(1);
            verdict.Comparison.Should().Match<Comparison>(comparison => comparison.Outcome == Outcome.Mismatch
                && comparison.Reason == ComparisonReason.HardFlip && comparison.Side == Side.Either);
        }
    }

    [Theory]
    [InlineData(500, 500, true)]
    [InlineData(501, 500, false)]
    [InlineData(500, 501, false)]
    [InlineData(null, 10, false)]
    [InlineData(10, null, false)]
    public void A_flip_is_benign_if_each_run_holds_the_others_token_for_nearly_as_likely(
        int? primaryGap, int? checkerGap, bool isBenign)
    {
        TokenChoice[] primary = [Sample.Token(10), Near(11, 21, primaryGap), Sample.Token(12)];
        TokenChoice[] checker = [Sample.Token(10), Near(21, 11, checkerGap), Sample.Token(99)];

        var step = Begin(new GreedyRun(primary, false)).Comparison.Take(new GreedyRun(checker, false));

        if (isBenign)
        {
            step.Should().BeOfType<ContinueFrom>().Which.PrefixTokens.Should().Be(2, "the flip is the primary's");
        }
        else
        {
            step.Should().BeOfType<ResyncDone>().Which.Verdict.Comparison.Reason.Should().Be(ComparisonReason.HardFlip);
        }
    }

    [Fact]
    public void Benign_flips_count_as_tokens_that_differ_and_too_many_are_a_mismatch()
    {
        TokenChoice[] primary = [.. Enumerable.Range(0, 20).Select(at => Near(100 + (uint)at, 500 + (uint)at, 10))];
        ResyncStep step = Begin(new GreedyRun(primary, true));
        var asked = 0;
        while (step is ContinueFrom next)
        {
            asked++;
            var at = (uint)next.PrefixTokens;
            step = next.Comparison.Take(new GreedyRun([Near(500 + at, 100 + at, 10)], false));
        }

        asked.Should().Be(10, "ten in a row reject");
        ((ResyncDone)step).Verdict.Comparison.Outcome.Should().Be(Outcome.Mismatch);
    }

    [Fact]
    public void A_checker_that_was_cut_short_goes_on_where_it_stopped()
    {
        TokenChoice[] primary = [.. Enumerable.Range(10, 5).Select(id => Sample.Token((uint)id))];

        var first = Begin(new GreedyRun(primary, true)).Comparison.Take(new GreedyRun(primary[..2], false));
        var second = ((ContinueFrom)first).Comparison.Take(new GreedyRun(primary[2..], false));
        var third = ((ContinueFrom)second).Comparison.Take(new GreedyRun([], true));

        ((ContinueFrom)first).PrefixTokens.Should().Be(2);
        ((ContinueFrom)second).PrefixTokens.Should().Be(5, "whether it ends here too is not known yet");
        var verdict = ((ResyncDone)third).Verdict;
        verdict.Comparison.Reason.Should().Be(ComparisonReason.ShortAndCarried);
        verdict.Carried.Should().Be(5 * Plan.MatchStep);
    }

    [Theory]
    [InlineData(400, ComparisonReason.ShortAndDoubtful)]
    [InlineData(600, ComparisonReason.EndedEarly)]
    public void An_answer_that_ends_where_the_end_is_unlikely_was_cut(int gap, ComparisonReason expected)
    {
        TokenChoice[] primary = [Sample.Token(10)];
        TokenChoice[] checker = [Sample.Token(10), Near(11, End, gap), Sample.Token(12)];

        var step = Begin(new GreedyRun(primary, true)).Comparison.Take(new GreedyRun(checker, true));

        ((ResyncDone)step).Verdict.Comparison.Reason.Should().Be(expected);
    }

    [Theory]
    [InlineData(400, null)]
    [InlineData(600, ComparisonReason.EndSkipped)]
    public void An_answer_that_goes_on_past_the_checkers_end_must_have_held_it_for_likely(
        int gap, ComparisonReason? expected)
    {
        TokenChoice[] primary = [Sample.Token(10), Near(11, End, gap), Sample.Token(12)];

        var step = Begin(new GreedyRun(primary, true)).Comparison.Take(new GreedyRun([Sample.Token(10)], true));

        (step as ResyncDone)?.Verdict.Comparison.Reason.Should().Be(expected);
        (step is ContinueFrom { PrefixTokens: 2 }).Should().Be(expected is null);
    }

    [Fact]
    public void Missing_or_malformed_evidence_of_either_side_is_that_sides_failure() =>
        Gen.Select(Gen.Int[2, 50], Gen.Int[0, 9_999], Gen.Enum<Mutation>()).Sample((tokens, place, mutation) =>
        {
            TokenChoice[] honest = [.. Enumerable.Range(10, tokens).Select(id => Sample.Token((uint)id))];
            var broken = Mutations.Apply(mutation, honest, place % tokens);

            var run = broken is null ? null : new GreedyRun(broken, false);
            var begun = GreedyResync.Begin(Sample.Ids(honest), run, Ends, Plan, Sample.Text);

            var failed = ((ResyncDone)begun).Verdict.Comparison;
            (failed.Outcome, failed.Side, failed.Reason)
                .Should().Be((Outcome.Mismatch, Side.Primary, Mutations.ReasonOf(mutation)));
            if (mutation is not (Mutation.OneLess or Mutation.OneMore or Mutation.OtherToken))
            {
                var step = Begin(new GreedyRun(honest, false)).Comparison.Take(run);
                var checkers = ((ResyncDone)step).Verdict.Comparison;
                (checkers.Outcome, checkers.Side, checkers.Reason)
                    .Should().Be((Outcome.Mismatch, Side.Checker, Mutations.ReasonOf(mutation)));
            }
        });

    private static ContinueFrom Begin(GreedyRun primary) => (ContinueFrom)GreedyResync.Begin(
        Sample.Ids(primary.Tokens), primary, Ends, Plan, Sample.Text);

    private static (TokenVerdict Verdict, int Asked) Compare(GreedyRun primary, ToyModel checker)
    {
        ResyncStep step = Begin(primary);
        var asked = 0;
        while (step is ContinueFrom next)
        {
            asked++;
            step = next.Comparison.Take(checker.Run(Sample.Ids(primary.Tokens.Take(next.PrefixTokens)), 600));
        }

        return (((ResyncDone)step).Verdict, asked);
    }

    /// <summary>A first choice with another token a gap behind it, or nowhere.</summary>
    private static TokenChoice Near(uint id, uint other, int? gap) => gap is { } milli
        ? new TokenChoice(id, -700, [new(id, -700), new(other, (short)(-700 - milli))])
        : new TokenChoice(id, -700, [new(id, -700), new(9_999, -800)]);

    /// <summary>
    /// A model whose two likeliest tokens follow from the text so far, at a gap that mostly is wide; its machine's
    /// noise moves the gap a little, so the order of two near tokens differs between machines.
    /// </summary>
    private sealed record ToyModel(int Seed, int Noise)
    {
        private const int NoiseMilliNats = 40;

        public GreedyRun Run(uint[] prefix, int length)
        {
            var text = prefix.ToList();
            var tokens = new List<TokenChoice>();
            while (text.Count < length)
            {
                var next = Next(text);
                tokens.Add(next);
                text.Add(next.Id);
            }

            return new GreedyRun(tokens, false);
        }

        private TokenChoice Next(List<uint> text)
        {
            var last = text.Count == 0 ? 0 : text[^1];
            var random = new Random(HashOf(Seed, text.Count, last));
            var machine = new Random(HashOf(Noise, text.Count, last));
            var (first, second) = ((uint)random.Next(10, 50_000), (uint)random.Next(50_000, 99_000));
            var gap = (int)(2_000 * random.NextDouble()) + machine.Next(-NoiseMilliNats, NoiseMilliNats);
            return gap >= 0 ? Near(first, second, gap) : Near(second, first, -gap);
        }

        private static int HashOf(int seed, int place, uint last) =>
            BitConverter.ToUInt16(Keccak256.Hash($"{seed} {place} {last}").ToBytes());
    }
}
