using CsCheck;
using FluentAssertions;
using Marketplace.OrderBook.Entry;
using Xunit;

namespace Marketplace.Tests.OrderBook.Entry;

public sealed class TokenBucketTests
{
    private static readonly Gen<(int PerSecond, int Burst, (int Elapsed, int Cost)[] Steps)> Runs = Gen.Select(
        Gen.Int[1, 3_000], Gen.Int[1, 50], Gen.Select(Gen.Int[-40, 200], Gen.Int[0, 50]).Array[0, 60]);

    /// <summary>The naive bucket is filled millisecond by millisecond and overflows at its brim.</summary>
    [Fact]
    public void A_bucket_gives_what_one_gives_that_is_filled_every_millisecond() => Runs.Sample(run =>
    {
        var rate = new BucketRate(run.PerSecond, run.Burst);
        var bucket = TokenBucket.Full(rate, 1_000);
        var (taken, takenAt, now) = (run.Burst * 1_000, 1_000L, 1_000L);
        foreach (var (elapsed, cost) in run.Steps.Select(step => (step.Elapsed, Math.Min(step.Cost, run.Burst))))
        {
            now += elapsed;
            var naive = taken;
            for (var at = takenAt; at < now; at++)
            {
                naive = Math.Min(naive + run.PerSecond, run.Burst * 1_000);
            }

            var isThere = naive >= cost * 1_000;
            (bucket.Wait(rate, cost, now) == 0).Should().Be(isThere);
            if (isThere)
            {
                bucket.Take(rate, cost, now);
                (taken, takenAt) = (naive - cost * 1_000, Math.Max(takenAt, now));
            }
        }
    }, iter: 1_000);

    [Fact]
    public void The_wait_that_is_named_is_enough_and_a_millisecond_less_is_not() => Runs.Sample(run =>
    {
        var rate = new BucketRate(run.PerSecond, run.Burst);
        var bucket = TokenBucket.Full(rate, 0);
        var now = 0L;
        foreach (var (elapsed, cost) in run.Steps.Select(step => (step.Elapsed, Math.Min(step.Cost, run.Burst))))
        {
            now += Math.Max(0, elapsed);
            var wait = bucket.Wait(rate, cost, now);
            if (wait > 0)
            {
                bucket.Wait(rate, cost, now + wait - 1).Should().Be(1);
            }

            now += wait;
            bucket.Wait(rate, cost, now).Should().Be(0);
            bucket.Take(rate, cost, now);
        }
    }, iter: 500);

    [Fact]
    public void The_largest_rates_and_times_overflow_nothing()
    {
        var rate = new BucketRate(int.MaxValue, int.MaxValue);
        var bucket = TokenBucket.Full(rate, 0);
        bucket.Take(rate, int.MaxValue, 0);

        bucket.Wait(rate, int.MaxValue, 999).Should().Be(1);
        bucket.Wait(rate, int.MaxValue, 1_000).Should().Be(0);
        bucket.Wait(rate, int.MaxValue, long.MaxValue).Should().Be(0);
    }

    [Fact]
    public void When_time_goes_back_nothing_is_given_or_taken()
    {
        var rate = new BucketRate(1, 1);
        var bucket = TokenBucket.Full(rate, 10_000);

        bucket.Take(rate, 1, 5_000);

        bucket.Wait(rate, 1, 10_999).Should().Be(1, "the second that counts begins at 10,000");
        bucket.Wait(rate, 1, 11_000).Should().Be(0);
    }
}
