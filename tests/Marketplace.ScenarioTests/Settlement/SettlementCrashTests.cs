using CsCheck;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Settlement;
using Xunit;

namespace Marketplace.ScenarioTests.Settlement;

/// <summary>W6: no crash, lost reply, reorganisation or stolen nonce loses or doubles anything.</summary>
public sealed class SettlementCrashTests
{
    private const int Budgets = 3;
    private const int Rounds = 60;
    private const int QuietRounds = 60;

    private static readonly SettlementOptions Options = new()
    {
        OperatorId = new OperatorId(1),
        StartBlock = default,
        CollectJobs = 4,
        CollectTime = TimeSpan.FromSeconds(30),
        AskAtOnce = 1,
    };

    [Fact]
    public void Every_ticket_is_paid_exactly_once_whatever_dies_in_between() =>
        Gen.Int[0, int.MaxValue].Sample(seed => SurvivesAsync(seed).GetAwaiter().GetResult(), iter: 12, threads: 1);

    [Fact]
    public async Task A_nonce_that_a_reorganisation_gave_back_does_not_hold_up_what_comes_after_it()
    {
        await using var world = new SettlementWorld(1, Options with { CollectTime = TimeSpan.Zero });
        world.Chain.StealNonce();
        var ticket = await world.TicketAsync(1, 7, 2_000_000);
        await world.TickAsync(2);
        world.Chain.PoolCount.Should().Be(1, "the batch took the nonce after the foreign one");

        world.Chain.Reorganise(1, isPoolKept: false);
        await world.PassAsync(12);

        world.Payments().Should().Equal(new Dictionary<AssignmentId, int> { [ticket.Ticket.AssignmentId] = 1 });
        (await world.CountAsync("SELECT count(*) FROM eth_tx WHERE state = 'final'")).Should().Be(2);
    }

    [Fact]
    public async Task A_worker_that_trusts_the_newest_block_calls_settled_what_a_reorganisation_took_back()
    {
        await using var world = new SettlementWorld(1, Options with { CollectTime = TimeSpan.Zero });
        world.Chain.IsLatestTrusted = true;
        await world.TicketAsync(1, 7, 2_000_000);
        await world.PassAsync(3);

        world.Chain.Reorganise(3, isPoolKept: false);
        await world.PassAsync(12);

        (await world.CountAsync("SELECT count(*) FROM statement WHERE state = 'settled'")).Should().Be(1);
        world.Payments().Should().BeEmpty("the control must fail: what it calls settled is not on the chain");
    }

    [Fact]
    public async Task A_worker_that_waits_for_finality_sends_again_what_a_reorganisation_took_back()
    {
        await using var world = new SettlementWorld(1, Options with { CollectTime = TimeSpan.Zero });
        var ticket = await world.TicketAsync(1, 7, 2_000_000);
        await world.PassAsync(4);

        world.Chain.Reorganise(3, isPoolKept: false);
        await world.PassAsync(12);

        world.Payments().Should().Equal(new Dictionary<AssignmentId, int> { [ticket.Ticket.AssignmentId] = 1 });
        (await world.CountAsync("SELECT count(*) FROM statement WHERE state = 'settled'")).Should().Be(1);
    }

    private static async Task SurvivesAsync(int seed)
    {
        await using var world = new SettlementWorld(Budgets, Options);
        var random = new Random(seed);
        world.Chain.Step = step => Disturb(world.Chain, random, step);
        for (var round = 0; round < Rounds; round++)
        {
            await world.TicketAsync(
                (uint)random.Next(1, Budgets + 1), (uint)random.Next(1, 5), random.Next(1, 500_000),
                TimeSpan.FromSeconds(random.Next(0, 60)));
            await TickAsync(world, random);
            Weather(world.Chain, random);
            world.Clock.Now += TimeSpan.FromSeconds(random.Next(1, 12));
        }

        world.Chain.Step = _ => { };
        world.Clock.Now += TimeSpan.FromMinutes(2);
        await world.PassAsync(QuietRounds);

        await ShouldBePaidOnceAsync(world);
    }

    private static async Task TickAsync(SettlementWorld world, Random random)
    {
        if (random.Next(8) == 0)
        {
            world.Gateways.Refusals.Enqueue((StatementSigningRejection)random.Next(1, 4));
        }

        try
        {
            using var worker = world.Worker();
            await worker.RunAsync(CancellationToken.None);
        }
        catch (KilledException)
        {
            // The next tick is another worker: nothing of this one is left but its rows.
        }
    }

    private static void Disturb(FakeChain chain, Random random, string step)
    {
        switch (random.Next(60))
        {
            case 0 or 1:
                throw new KilledException(step);
            case 2:
                throw new ChainFaultException(step);
            case 3:
                chain.Mine();
                break;
            default:
                break;
        }
    }

    private static void Weather(FakeChain chain, Random random)
    {
        switch (random.Next(12))
        {
            case 0:
                chain.Reorganise(random.Next(1, FakeChain.FinalDepth), random.Next(2) == 0);
                break;
            case 1:
                chain.DropPool();
                break;
            case 2:
                chain.StealNonce();
                break;
            case < 10:
                chain.Mine();
                break;
            default:
                break;
        }
    }

    private static async Task ShouldBePaidOnceAsync(SettlementWorld world)
    {
        world.Payments().Should().BeEquivalentTo(
            world.Tickets.ToDictionary(ticket => ticket.Ticket.AssignmentId, _ => 1), "each is paid exactly once");
        foreach (var provider in world.Tickets.GroupBy(ticket => ticket.Ticket.ProviderId.Value))
        {
            world.Chain.Newest.State.Credits[provider.Key].Should()
                .Be(provider.Sum(ticket => ticket.Ticket.Amount.Micro));
        }

        var paid = await world.Queries.ByProviderAsync(CancellationToken.None);
        paid.Should().OnlyContain(row => row.Legs == row.SettledLegs && row.Ticketed == row.Settled);
        paid.Sum(row => row.Legs).Should().Be(world.Tickets.Count);
        (await world.CountAsync("SELECT count(*) FROM fact WHERE kind = 'statement-final'")).Should()
            .Be(world.Chain.Blocks.SelectMany(block => block.Events).OfType<StatementSettled>().Count());
        (await world.CountAsync("SELECT count(*) FROM statement WHERE state IN ('open', 'ready', 'batched')"))
            .Should().Be(0);
        (await world.CountAsync("SELECT count(*) FROM eth_tx WHERE state = 'open'")).Should().Be(0);
        (await world.CountAsync("SELECT count(*) FROM fact WHERE kind = 'budget-final'")).Should().Be(Budgets);
    }
}
