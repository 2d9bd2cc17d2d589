using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

/// <summary>What may put a provider at fault, and what is only written down.</summary>
public sealed class JudgementTests
{
    private static readonly Thresholds Starting = Thresholds.Starting(OutputType.Embedding, Sample.Pair);

    [Fact]
    public void Starting_thresholds_are_those_of_the_design()
    {
        Band(Statistic.MeanGap).Should().Be(new Band(10_000_000, 50_000_000));
        Band(Statistic.ProbabilityDifference).Should().Be(new Band(100_000_000, 250_000_000));
        Band(Statistic.Surprisal).Should().Be(new Band(5_000_000_000, 8_000_000_000));
        Band(Statistic.OutsideTop).Should().Be(new Band(10_000_000, 50_000_000));
        Band(Statistic.CosineDistance).Should().Be(new Band(1_000_000, 10_000_000));
        Enum.GetValues<Statistic>().Should().OnlyContain(statistic =>
            Starting.RuleOf(statistic).Standing is Shadow, "nothing is calibrated yet");
    }

    [Fact]
    public void A_mismatch_by_thresholds_that_nobody_calibrated_is_a_shadow()
    {
        var mismatch = Different(Starting);

        mismatch.Outcome.Should().Be(Outcome.Mismatch);
        Starting.Judge(mismatch).Should().BeOfType<ShadowJudgement>().Which.Comparison.Should().BeSameAs(mismatch);
    }

    [Fact]
    public void A_mismatch_by_certified_thresholds_is_the_ground_of_a_fault()
    {
        var thresholds = Starting.With(Certified(Statistic.CosineDistance)).Value;

        var judgement = thresholds.Judge(Different(thresholds)).Should().BeOfType<BindingJudgement>().Which;

        thresholds.Version.Should().Be(1);
        FaultGround.From(judgement)!.Comparison.Should().BeSameAs(judgement.Comparison);
        FaultGround.From(Binding(thresholds, thresholds.Measure(Statistic.CosineDistance, 0))).Should().BeNull();
    }

    [Fact]
    public void A_comparer_is_in_shadow_while_one_of_its_statistics_is()
    {
        var wide = Sample.Text.Measure(Statistic.WideGaps, 3 * Sample.One);
        var two = Sample.Text.With(Certified(Statistic.TokenCount, OutputType.Text)).Value
            .With(Certified(Statistic.WideGaps, OutputType.Text)).Value;
        var three = two.With(Certified(Statistic.MeanGap, OutputType.Text)).Value;
        var mismatch = Comparison.Of(Comparer.TeacherForced, wide);

        two.Judge(mismatch).Should().BeOfType<ShadowJudgement>("the mean gap is not calibrated");
        three.Judge(mismatch).Should().BeOfType<BindingJudgement>();
    }

    [Fact]
    public void A_failure_of_evidence_is_a_shadow_too_until_the_comparer_is_calibrated() =>
        Starting.Judge(Comparison.Failed(Comparer.Embedding, EvidenceFault.Missing, Side.Primary))
            .Should().BeOfType<ShadowJudgement>();

    [Fact]
    public void What_compares_by_definition_binds_from_the_start() =>
        Starting.Judge(ValueResult.CompareLabels("yes", "no")).Should().BeOfType<BindingJudgement>();

    [Fact]
    public void A_calibration_that_is_too_small_brings_its_thresholds_and_stays_in_shadow()
    {
        var small = Calibration.Try(
            Statistic.CosineDistance, OutputType.Embedding, Sample.Pair, new Band(1, 2), 10, [0]);

        var thresholds = Starting.With(small).Value;

        thresholds.RuleOf(Statistic.CosineDistance).Band.Should().Be(new Band(1, 2));
        thresholds.Judge(Different(thresholds)).Should().BeOfType<ShadowJudgement>();
    }

    [Fact]
    public void A_calibration_of_another_pair_or_output_is_none_for_this_one()
    {
        var turned = Thresholds.Starting(OutputType.Embedding, new ClassPair(Sample.Pair.Checker, Sample.Pair.Primary));

        turned.With(Certified(Statistic.CosineDistance)).Rejection.Should().Be(ThresholdsRejection.OtherPair);
        Starting.With(Certified(Statistic.CosineDistance, OutputType.Text)).Rejection
            .Should().Be(ThresholdsRejection.OtherOutput);
    }

    [Fact]
    public void Nobody_outside_can_make_a_binding_judgement_a_certificate_or_a_ground()
    {
        Type[] kinds = [typeof(BindingJudgement), typeof(ShadowJudgement), typeof(Certified), typeof(FaultGround)];

        kinds.SelectMany(kind => kind.GetConstructors()).Should().BeEmpty("each of them is earned");
        typeof(FaultGround).GetMethod(nameof(FaultGround.From))!.GetParameters()
            .Should().ContainSingle().Which.ParameterType.Should().Be<BindingJudgement>();
        kinds.Concat([typeof(Comparison), typeof(Thresholds)]).SelectMany(kind => kind.GetProperties())
            .Where(property => property.CanWrite).Should().BeEmpty("nothing becomes another thing by a copy");
    }

    [Fact]
    public void A_comparers_id_is_the_hash_of_its_name_and_version()
    {
        Comparer.TeacherForced.Id.ToString().Should().Be("tokens.scored/1");
        Comparer.TeacherForced.Id.Hash.Should().Be(Keccak256.Hash("tokens.scored/1"));
        (Comparer.TeacherForced.Id with { Version = 2 }).Hash.Should().NotBe(Comparer.TeacherForced.Id.Hash);
        Comparer.All.Select(comparer => comparer.Id.Hash).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Of_several_measures_the_worst_decides()
    {
        Measure[] measures =
        [
            new(Statistic.ProbabilityDifference, 1, Outcome.Match),
            new(Statistic.OutsideTop, 1, Outcome.Inconclusive),
            new(Statistic.Surprisal, 1, Outcome.Mismatch),
        ];

        Comparison.Of(Comparer.Sampled, measures[..1]).Outcome.Should().Be(Outcome.Match);
        Comparison.Of(Comparer.Sampled, measures[..2]).Outcome.Should().Be(Outcome.Inconclusive);
        Comparison.Of(Comparer.Sampled, measures).Outcome.Should().Be(Outcome.Mismatch);
        FluentActions.Invoking(() => Comparison.Of(Comparer.Sampled)).Should().Throw<InvariantViolationException>();
    }

    private static Band Band(Statistic statistic) => Starting.RuleOf(statistic).Band;

    private static Comparison Different(Thresholds thresholds) =>
        Comparison.Of(Comparer.Embedding, thresholds.Measure(Statistic.CosineDistance, Sample.One));

    private static BindingJudgement Binding(Thresholds thresholds, Measure measure) =>
        (BindingJudgement)thresholds.Judge(Comparison.Of(Comparer.Embedding, measure));

    private static Calibration Certified(Statistic statistic, OutputType output = OutputType.Embedding) =>
        Calibration.Try(
            statistic, output, Sample.Pair, Starting.RuleOf(statistic).Band, Calibration.LeastBlocks,
            [.. Enumerable.Repeat(-100 * Sample.One, Calibration.LeastTrials)]);
}
