using FluentAssertions;
using Marketplace.Verification;
using Marketplace.Verification.Rivals;
using Xunit;

namespace Marketplace.Tests.Verification.Rivals;

/// <summary>Verification 6.4 and 7 (E1): what is known of the rules that ours are compared with.</summary>
public sealed class RivalVectorTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 3)]
    [InlineData(10, 4)]
    [InlineData(16, 4)]
    [InlineData(17, 5)]
    [InlineData(32, 5)]
    [InlineData(100, 7)]
    [InlineData(1_000, 10)]
    [InlineData(10_000, 14)]
    [InlineData(1_000_000, 20)]
    public void IExec_needs_so_many_fresh_workers_for_a_trust(int trust, int workers) =>
        WorkersFor(trust, score: 0).Should().Be(workers);

    [Theory]
    [InlineData(100, 3)]
    [InlineData(1_000, 4)]
    public void IExec_needs_fewer_with_a_score_of_thirty(int trust, int workers)
    {
        IExec.Weight(30).Should().Be(9);
        WorkersFor(trust, score: 30).Should().Be(workers);
    }

    [Fact]
    public void IExec_s_own_tests_hold()
    {
        WorkersFor(3, 0).Should().BeGreaterThan(1);
        WorkersFor(4, 0).Should().Be(2);
        foreach (var workers in new[] { 3, 4, 5 })
        {
            IExec.IsConsensus(Of(workers, 0), (1 << workers) - 1).Should().BeTrue();
        }
    }

    [Fact]
    public void IExec_s_votes_a_b_a_a_a_agree_at_the_fifth()
    {
        var votes = new[] { (9, 10), (9, 19), (81, 91), (729, 739), (6_561, 6_571) };
        for (var count = 1; count <= 5; count++)
        {
            List<IReadOnlyList<int>> groups = [[.. Enumerable.Repeat(30, count == 1 ? 1 : count - 1)]];
            if (count > 1)
            {
                groups.Add([30]);
            }

            var tally = IExec.Tally(groups, 0);

            tally.Should().Be(new IExecTally(votes[count - 1].Item1, votes[count - 1].Item2));
            IExec.IsConsensus(tally, 100).Should().Be(count == 5);
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(10, 6)]
    [InlineData(100, 66)]
    public void IExec_s_score_after_a_fault(int score, int after) => IExec.ScoreAfterFault(score).Should().Be(after);

    [Theory]
    [InlineData(0, 50, 100, 10, 555_555)]
    [InlineData(1_000_000, 30, 200, 20, 16_666)]
    [InlineData(500_000, 100, 300, 50, 220_000)]
    public void Gonka_validates_with_this_chance(int reputation, long power, long total, long executor, int chance) =>
        Gonka.Validation(
            new PartsPerMillion(100_000),
            PartsPerMillion.Always,
            new PartsPerMillion(reputation),
            power,
            total,
            executor)
            .Value.Should().Be(chance);

    [Theory]
    [InlineData(10, 0, 10, 0)]
    [InlineData(100, 0, 16.8133, 0)]
    [InlineData(1_000, 0, 45.8392, 0)]
    [InlineData(10_000, 0, 142.0044, 0)]
    [InlineData(5_000, 0.001, 103.70, 0.000979)]
    [InlineData(5_000, 0.01, 133.65, 0.009733)]
    [InlineData(5_000, 0.05, 326.95, 0.046730)]
    [InlineData(5_000, 0.2, 2_110.6, 0.115577)]
    [InlineData(5_000, 0.5, 4_951.95, 0.004804)]
    public void Boinc_replicates_and_accepts_this_much_by_E1(int jobs, double errors, double replicas, double wrong)
    {
        var (found, accepted) = Expectation(jobs, errors);

        found.Should().BeApproximately(replicas, errors == 0 ? replicas * 1e-4 : replicas * 1e-3);
        (accepted / jobs).Should().BeApproximately(wrong, 1e-6);
    }

    [Fact]
    public void Proof_of_sampling_forgives_nothing()
    {
        ProofOfSampling.IsIn(0).Should().BeTrue();
        ProofOfSampling.IsIn(1).Should().BeFalse();
    }

    /// <summary>Appendix A of the design over <see cref="BoincHost"/>: exact, and it decides nothing.</summary>
    private static (double Replicas, double Wrong) Expectation(int jobs, double errors)
    {
        var chances = new Dictionary<BoincHost, double> { [default] = 1 };
        double replicas = 0, wrong = 0;
        for (var job = 0; job < jobs; job++)
        {
            var next = new Dictionary<BoincHost, double>();
            void Add(BoincHost host, double chance) => next[host] = next.GetValueOrDefault(host) + chance;
            foreach (var (host, chance) in chances.Where(state => state.Value > 1e-14))
            {
                var checkedShare = host.Replication.Value / 1e6;
                replicas += chance * checkedShare;
                wrong += chance * (1 - checkedShare) * errors;
                Add(host.AfterValidReplica(), chance * checkedShare * (1 - errors));
                Add(BoincHost.AfterFault(), chance * checkedShare * errors);
                Add(host, chance * (1 - checkedShare));
            }

            chances = next;
        }

        return (replicas, wrong);
    }

    private static int WorkersFor(int trust, int score) =>
        Enumerable.Range(1, 30).First(workers => IExec.IsConsensus(Of(workers, score), trust));

    private static IExecTally Of(int workers, int score) =>
        IExec.Tally([[.. Enumerable.Repeat(score, workers)]], 0);
}
