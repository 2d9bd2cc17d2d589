using FluentAssertions;
using Marketplace.Fleet;
using Marketplace.Fleet.Policies;
using Xunit;

namespace Marketplace.Tests.Fleet;

/// <summary>Experiment E1: BOINC's adaptive replication, exactly (BOINC v10, sched/sched_send.cpp).</summary>
public sealed class BoincExpectationTests
{
    [Theory]
    [InlineData(10, 10)]
    [InlineData(100, 16.8133)]
    [InlineData(1_000, 45.8392)]
    [InlineData(10_000, 142.0044)]
    public void An_honest_host_is_checked_so_often_in_so_many_jobs(int jobs, double copies) =>
        Expect(jobs, 0).Copies.Should().BeApproximately(copies, 0.00006);

    [Theory]
    [InlineData(0.001, 1.02074, 0.000979)]
    [InlineData(0.01, 1.02673, 0.009733)]
    [InlineData(0.05, 1.06539, 0.046730)]
    [InlineData(0.2, 1.42212, 0.115577)]
    [InlineData(0.5, 1.99039, 0.004804)]
    public void An_erring_host_costs_and_lets_through_what_was_computed_before(
        double errorRate, double overhead, double wrong)
    {
        var (copies, accepted) = Expect(5_000, errorRate);

        (1 + (copies / 5_000)).Should().BeApproximately(overhead, 0.000006);
        (accepted / 5_000).Should().BeApproximately(wrong, 0.0000006);
    }

    /// <summary>A thousand hosts of 5,000 jobs that err in one of twenty, checked by hosts that never do.</summary>
    [Fact]
    public void The_simulated_policy_comes_to_the_exact_expectation_within_a_hundredth()
    {
        const int hosts = 1_000;
        var random = new SplitMix64(3);
        var policy = new Boinc(random, ejects: false);
        var (copies, wrong) = (0L, 0L);
        for (var run = 0; run < hosts * 5_000; run++)
        {
            var host = run / 5_000;
            var answer = random.Happens(new(50_000)) ? Answer.OfItsOwn(host) : Answer.Right;
            if (policy.Decide([new Ballot(host, answer)]) is AskMore)
            {
                copies++;
                policy.Record(host, answer.IsRight ? Mark.Valid : Mark.Fault);
            }
            else if (!answer.IsRight)
            {
                wrong++;
            }
        }

        (1 + ((double)copies / hosts / 5_000)).Should().BeApproximately(1.06539, 0.002);
        ((double)wrong / hosts).Should().BeApproximately(5_000 * 0.046730, 5_000 * 0.046730 * 0.01);
    }

    // The chance of each run of valid results, job by job: no other state decides.
    private static (double Copies, double Wrong) Expect(int jobs, double errorRate)
    {
        var (copies, wrong) = (0.0, 0.0);
        var chances = new double[jobs + 2];
        chances[0] = 1;
        for (var job = 0; job < jobs; job++)
        {
            var next = new double[jobs + 2];
            for (var valid = 0; valid <= job; valid++)
            {
                var isChecked = chances[valid] / Boinc.OneIn(valid);
                var isTrusted = chances[valid] - isChecked;
                copies += isChecked;
                wrong += isTrusted * errorRate;
                next[valid + 1] += isChecked * (1 - errorRate);
                next[0] += isChecked * errorRate;
                next[valid] += isTrusted;
            }

            chances = next;
        }

        return (copies, wrong);
    }
}
