using System.Text.RegularExpressions;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Verification.Comparing;
using Xunit;

namespace Marketplace.Tests.Verification.Comparing;

public sealed class CalibrationTests
{
    [Theory]
    [InlineData(29_956, 100_000)]
    [InlineData(29_955, 100_003)]
    [InlineData(299, 9_969_147)]
    [InlineData(1, 950_000_000)]
    public void No_alarm_in_so_many_trials_bounds_the_rate(int trials, long billionths) =>
        Calibration.BoundBillionths(trials).Should().BeCloseTo(billionths, 1);

    [Fact]
    public void A_bound_of_one_in_ten_thousand_takes_exactly_29_956_trials()
    {
        Calibration.BoundBillionths(Calibration.LeastTrials).Should().BeLessThanOrEqualTo(100_000);
        Calibration.BoundBillionths(Calibration.LeastTrials - 1).Should().BeGreaterThan(100_000);
    }

    [Fact]
    public void A_rank_test_at_one_in_ten_thousand_takes_exactly_9_999_blocks()
    {
        Calibration.RankBillionths(Blocks(Calibration.LeastBlocks), long.MaxValue).Should().Be(100_000);
        Calibration.RankBillionths(Blocks(Calibration.LeastBlocks - 1), long.MaxValue).Should().BeGreaterThan(100_000);
        Calibration.RankBillionths([1, 2, 2, 3], 2).Should().Be(800_000_000, "(1 + 3) / (4 + 1)");
    }

    [Fact]
    public void Difference_begins_above_every_honest_block_and_agreement_is_what_most_reach()
    {
        var calibration = Of(Blocks(10_000), Fresh(100)).Value;

        calibration.Band.Should().Be(new Band(9_900, 10_001));
        Calibration.RankBillionths(Blocks(10_000), calibration.Band.BadFrom).Should().BeLessThan(100_000);
    }

    [Theory]
    [InlineData(9_999, 29_956, 0, true)]
    [InlineData(9_998, 29_956, 0, false)]
    [InlineData(9_999, 29_955, 0, false)]
    [InlineData(9_999, 29_956, 1, false)]
    public void Only_enough_blocks_and_trials_without_an_alarm_leave_the_shadow(
        int blocks, int trials, int alarms, bool isCertified)
    {
        var fresh = Fresh(trials);
        for (var alarm = 0; alarm < alarms; alarm++)
        {
            fresh[alarm] = 1_000_000;
        }

        var calibration = Of(Blocks(blocks), fresh).Value;

        calibration.FalseAlarms.Should().Be(alarms);
        (calibration.Standing is Certified).Should().Be(isCertified);
        if (calibration.Standing is Certified certified)
        {
            certified.FalseAlarmBoundBillionths.Should().Be(100_000);
            certified.Calibration.Should().Be(CalibrationRecord.HashOf(calibration));
        }
    }

    [Fact]
    public void What_cannot_be_calibrated_is_refused()
    {
        Of(Blocks(99), Fresh(9)).Rejection.Should().Be(CalibrationRejection.NothingMeasured);
        Of(Blocks(100), []).Rejection.Should().Be(CalibrationRejection.NothingMeasured);
        Of(Blocks(100), [.. Blocks(100).Reverse()]).Rejection.Should().Be(CalibrationRejection.TrialsNotFresh);
        Of([.. Blocks(100), long.MaxValue], Fresh(9)).Rejection.Should().Be(CalibrationRejection.TooFar);
        Of([.. Blocks(200), long.MinValue], Fresh(9)).IsOk.Should().BeTrue("the lowest is no threshold");
    }

    [Fact]
    public void The_order_of_the_blocks_decides_nothing() =>
        Gen.Select(Gen.Long[0, 1_000_000].Array[100, 300], Gen.Int).Sample((blocks, seed) =>
        {
            var shuffled = blocks.ToArray();
            new Random(seed).Shuffle(shuffled);

            Of(shuffled, Fresh(50)).Should().Be(Of(blocks, Fresh(50)));
        });

    [Fact]
    public void A_threshold_set_wider_never_flags_more() =>
        Gen.Select(Gen.Long[-100, 100], Gen.Long[1, 50], Gen.Long[0, 50], Gen.Long[0, 50], Gen.Long[-300, 300])
            .Sample((ok, between, wider, higher, distance) =>
            {
                var band = new Band(ok, ok + between);
                var loose = new Band(ok + wider, ok + between + wider + higher);

                ((int)loose.Judge(distance)).Should().BeLessThanOrEqualTo((int)band.Judge(distance));
                ((int)band.Judge(distance + 1)).Should().BeGreaterThanOrEqualTo((int)band.Judge(distance));
            });

    [Fact]
    public void A_band_without_a_between_is_a_bug() =>
        FluentActions.Invoking(() => new Band(5, 5)).Should().Throw<InvariantViolationException>();

    [Fact]
    public void A_record_reads_back_as_it_was_written() =>
        Gen.Select(Gen.Enum<Statistic>(), Gen.Long[-Band.Most, 0], Gen.Long[1, Band.Most], Gen.Int[0, 99_999],
            Gen.Int[1, 99_999]).Sample((statistic, ok, bad, blocks, trials) =>
            {
                var band = new Band(ok, bad);
                var calibration =
                    new Calibration(statistic, OutputType.Embedding, Sample.Pair, band, blocks, trials, trials / 2);

                CalibrationRecord.Read(CalibrationRecord.Write(calibration)).Value.Should().Be(calibration);
            });

    [Fact]
    public void A_record_is_canonical_json_that_names_its_format_and_hash()
    {
        var calibration = Of(Blocks(9_999), Fresh(29_956)).Value;

        var text = CalibrationRecord.Write(calibration);

        CanonicalJson.TryWrite(System.Text.Encoding.UTF8.GetBytes(text)).Should().Be(text);
        text.Should().StartWith("{\"calibration\":{\"bad_from\":10000,\"blocks\":9999,").And
            .EndWith($"\"format\":1,\"hash\":\"{CalibrationRecord.HashOf(calibration)}\"}}");
    }

    [Fact]
    public void A_record_that_somebody_changed_is_refused()
    {
        var text = CalibrationRecord.Write(Of(Blocks(200), Fresh(300)).Value);

        Read(text.Replace("\"blocks\":200", "\"blocks\":9999")).Should().Be(CalibrationReadRejection.WrongHash);
        Read(text.Replace("\"format\":1", "\"format\":2")).Should().Be(CalibrationReadRejection.UnknownFormat);
        Read(text.Replace("\"blocks\":200,", "")).Should().Be(CalibrationReadRejection.NotARecord);
        Read(text.Replace("\"blocks\":200,", "\"blocks\":200,\"standing\":\"certified\","))
            .Should().Be(CalibrationReadRejection.NotARecord);
        Read(Regex.Replace(text, "embedding", "9")).Should().Be(CalibrationReadRejection.NotARecord);
        Read("null").Should().Be(CalibrationReadRejection.NotARecord);
        Read("").Should().Be(CalibrationReadRejection.NotARecord);
    }

    [Fact]
    public void Any_change_of_a_record_is_refused_or_changes_nothing() =>
        Gen.Select(Gen.Int[0, 9_999], Gen.Char['!', '~']).Sample((place, character) =>
        {
            var calibration = Of(Blocks(200), Fresh(300)).Value;
            var text = CalibrationRecord.Write(calibration).ToCharArray();
            text[place % text.Length] = character;

            var read = CalibrationRecord.Read(new string(text));

            (read.IsOk && read.Value != calibration).Should().BeFalse();
        });

    [Fact]
    public void A_record_with_its_own_hash_and_impossible_numbers_is_refused()
    {
        var good = new Calibration(
            Statistic.CosineDistance, OutputType.Embedding, Sample.Pair, new Band(1, 2), 100, 10, 11);

        CalibrationRecord.Read(CalibrationRecord.Write(good)).Rejection
            .Should().Be(CalibrationReadRejection.Impossible, "there were only ten trials");
    }

    private static CalibrationReadRejection Read(string text) => CalibrationRecord.Read(text).Rejection;

    private static Result<Calibration, CalibrationRejection> Of(long[] blocks, long[] trials) =>
        Calibration.Of(Statistic.CosineDistance, OutputType.Embedding, Sample.Pair, blocks, trials);

    private static long[] Blocks(int count) => [.. Enumerable.Range(1, count).Select(value => (long)value)];

    private static long[] Fresh(int count) => [.. Enumerable.Range(0, count).Select(value => value % 50L)];
}
