using FluentAssertions;
using Marketplace.Execution;
using Marketplace.ScenarioTests.Settlement;
using Xunit;

namespace Marketplace.ScenarioTests.Execution;

/// <summary>W5: a job survives the operator's death at any call that it makes.</summary>
public sealed class JobCrashTests
{
    private const string Paid = """{"job":77,"paid":2665,"fee":132}""";
    private const int Patience = 40;

    [Fact]
    public async Task Wherever_the_operator_dies_the_job_ends_once_with_the_same_pay()
    {
        var steps = await CountStepsAsync();
        steps.Should().BeGreaterThan(40, "the way of a disputed job has that many places to die at");

        for (var at = 1; at <= steps; at++)
        {
            await using var world = Disputed();
            KillAt(world, at);

            await LiveAsync(world);

            await IsPaidOnceAsync(world, $"killed at call {at} of {steps}");
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(11)]
    public async Task An_operator_that_dies_again_and_again_still_ends_the_job(int every)
    {
        await using var world = Disputed();
        var (calls, deaths) = (0, 0);
        world.Step = place =>
        {
            if (++calls % every == 0 && deaths < 20)
            {
                deaths++;
                throw new KilledException(place);
            }
        };

        await LiveAsync(world);

        deaths.Should().BePositive();
        await IsPaidOnceAsync(world, $"killed at each call number {every}");
    }

    [Fact]
    public async Task A_ticket_and_its_fact_are_stored_together_with_the_jobs_state_or_not_at_all()
    {
        await using var world = Disputed();
        await world.ExecuteAsync(
            """
            CREATE TRIGGER full BEFORE INSERT ON fact WHEN (SELECT count(*) FROM fact) = 1
            BEGIN SELECT RAISE(ABORT, 'the disk is full'); END
            """);

        var start = () => StartAsync(world);

        await start.Should().ThrowAsync<Exception>().WithMessage("*disk is full*");
        (await world.JobAsync()).Status.Should().Be(JobStatus.Delivering);
        (await world.CountAsync("SELECT (SELECT count(*) FROM fact) + (SELECT count(*) FROM ticket)")).Should().Be(0);
        await world.ExecuteAsync("DROP TRIGGER full");
        await world.RestartAsync();

        await IsPaidOnceAsync(world, "the disk was full");
    }

    private static JobWorld Disputed()
    {
        var world = new JobWorld(3);
        world.Providers[0].Text = "Five.";
        return world;
    }

    private static async Task<int> CountStepsAsync()
    {
        await using var world = Disputed();
        var count = 0;
        world.Step = _ => count++;
        await StartAsync(world);
        await IsPaidOnceAsync(world, "nobody dies");
        return count;
    }

    private static void KillAt(JobWorld world, int call)
    {
        var calls = 0;
        world.Step = place =>
        {
            if (++calls == call)
            {
                throw new KilledException(place);
            }
        };
    }

    private static async Task StartAsync(JobWorld world)
    {
        await world.MatchAsync(2, 2);
        await world.PumpAsync();
    }

    /// <summary>The book tells of the match until it is stored; after each death everybody connects again.</summary>
    private static async Task LiveAsync(JobWorld world)
    {
        var isDead = false;
        for (var life = 0; life < Patience; life++)
        {
            try
            {
                if (isDead)
                {
                    await world.RestartAsync();
                }

                await StartAsync(world);
                return;
            }
            catch (KilledException)
            {
                isDead = true;
            }
        }
    }

    private static async Task IsPaidOnceAsync(JobWorld world, string because)
    {
        var facts = await world.FactsAsync();
        (await world.JobAsync()).Status.Should().Be(JobStatus.Done, because);
        world.Ledger.Ends.Distinct().Should().Equal([Paid], because);
        facts.Select(fact => fact.Ticket.ProviderId.Value).Should().Equal([2u, 3u], because);
        facts.Select(fact => fact.Ticket.AssignmentId).Should().OnlyHaveUniqueItems(because);
        (await world.JobAsync()).Legs.Should().HaveCount(3, because);
    }
}
