using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Settlement;
using Marketplace.Storage;
using Xunit;

namespace Marketplace.ScenarioTests.Settlement;

public sealed class SettlementTickTests
{
    private static readonly SettlementOptions Options = new()
    {
        OperatorId = new OperatorId(1),
        StartBlock = default,
        CollectTime = TimeSpan.Zero,
    };

    [Fact]
    public async Task A_leg_goes_from_held_to_settled_and_only_a_final_log_settles_it()
    {
        await using var world = new SettlementWorld(1, Options);
        var ticket = await world.TicketAsync(1, 7, 2_000_000, TimeSpan.FromSeconds(10));
        await world.TickAsync();
        (await StateAsync(world, ticket)).Should().Be(PayState.Held);

        world.Clock.Now += TimeSpan.FromSeconds(10);
        (await StateAsync(world, ticket)).Should().Be(PayState.Settleable);

        await world.TickAsync();
        (await StateAsync(world, ticket)).Should().Be(PayState.Sent);

        world.Chain.Mine();
        await world.TickAsync();
        (await StateAsync(world, ticket)).Should().Be(PayState.Mined);

        world.Chain.Mine(FakeChain.FinalDepth - 1);
        await world.TickAsync();
        (await StateAsync(world, ticket)).Should().Be(PayState.Mined, "one block is missing");

        world.Chain.Mine();
        await world.TickAsync();
        (await StateAsync(world, ticket)).Should().Be(PayState.Settled);
        (await world.Queries.BatchesAsync(5, CancellationToken.None)).Should().ContainSingle()
            .Which.Should().Match<BatchCost>(batch =>
                batch.State == "final" && batch.GasUsed == 90_000 && batch.Legs == 1);
    }

    [Fact]
    public async Task A_receipt_that_vanishes_is_not_mined_any_more()
    {
        await using var world = new SettlementWorld(1, Options);
        var ticket = await world.TicketAsync(1, 7, 2_000_000);
        await world.TickAsync();
        world.Chain.Mine();
        await world.TickAsync();
        world.Chain.Reorganise(1, isPoolKept: false);

        await world.TickAsync();

        (await StateAsync(world, ticket)).Should().Be(PayState.Sent);
        world.Chain.PoolCount.Should().Be(1, "the same bytes were sent again");
    }

    [Fact]
    public async Task A_gateway_that_is_away_is_asked_for_the_same_statement_again()
    {
        await using var world = new SettlementWorld(1, Options);
        world.Gateways.Refusals.Enqueue(StatementSigningRejection.GatewayOffline);
        var ticket = await world.TicketAsync(1, 7, 2_000_000);
        await world.TickAsync(3);
        (await StateAsync(world, ticket)).Should().Be(PayState.Open);
        world.Gateways.Asked.Should().HaveCount(1, "it is left alone for a while");

        world.Clock.Now += Options.AskAgainAfter;
        await world.TickAsync();

        world.Gateways.Asked[1].Statement.Digest(world.Chain.Domain).Should()
            .Be(world.Gateways.Asked[0].Statement.Digest(world.Chain.Domain));
        (await StateAsync(world, ticket)).Should().Be(PayState.Sent);
    }

    [Fact]
    public async Task A_statement_that_left_tickets_out_is_made_anew_with_them()
    {
        await using var world = new SettlementWorld(1, Options);
        world.Gateways.Refusals.Enqueue(StatementSigningRejection.MissingTickets);
        await world.TicketAsync(1, 7, 2_000_000);
        await world.TickAsync();
        await world.TicketAsync(1, 8, 1_000_000);

        world.Clock.Now += Options.AskAgainAfter;
        await world.TickAsync();

        world.Gateways.Asked.Select(asked => asked.Receipts.Count).Should().Equal(1, 2);
        (await world.CountAsync("SELECT count(*) FROM statement WHERE state = 'void'")).Should().Be(1);
    }

    [Fact]
    public async Task A_job_number_that_was_ticketed_twice_jams_nobody()
    {
        await using var world = new SettlementWorld(2, Options);
        await world.TicketAsync(1, 7, 2_000_000);
        await world.TellAsync(SettlementWorld.Ticketed(1, 0, 8, 5, world.Clock.Now));
        var other = await world.TicketAsync(2, 7, 2_000_000);

        await world.PassAsync(8);

        (await StateAsync(world, other)).Should().Be(PayState.Settled);
        (await world.CountAsync("SELECT count(*) FROM settlement_job")).Should().Be(2);
    }

    [Fact]
    public async Task A_transaction_that_nobody_mines_is_bumped_under_the_same_nonce()
    {
        await using var world = new SettlementWorld(1, Options);
        world.Chain.IsSendingDropped = true;
        await world.TicketAsync(1, 7, 2_000_000);
        await world.PassAsync(9);

        (await world.CountAsync("SELECT count(*) FROM eth_tx")).Should().Be(1);
        (await world.CountAsync("SELECT count(*) FROM eth_attempt")).Should().BeGreaterThan(2);

        world.Chain.IsSendingDropped = false;
        await world.PassAsync(8);
        (await world.CountAsync("SELECT count(*) FROM statement WHERE state = 'settled'")).Should().Be(1);
    }

    [Fact]
    public async Task A_batch_is_cut_where_its_gas_ends()
    {
        await using var world = new SettlementWorld(5, Options with { BatchGasLimit = 250_000 });
        for (var budget = 1u; budget <= 5; budget++)
        {
            await world.TicketAsync(budget, 7, 2_000_000);
        }

        await world.PassAsync(20);

        (await world.Queries.BatchesAsync(9, CancellationToken.None)).Should().HaveCount(3).And.OnlyContain(
            batch => batch.Statements <= 2);
        (await world.CountAsync("SELECT count(*) FROM statement WHERE state = 'settled'")).Should().Be(5);
    }

    [Fact]
    public async Task A_stranger_who_sends_our_batch_first_settles_it_for_us()
    {
        await using var world = new SettlementWorld(1, Options);
        var ticket = await world.TicketAsync(1, 7, 2_000_000);
        await world.TickAsync();
        var payload = await world.Database.ReadAsync(
            connection => Dapper.SqlMapper.QuerySingleAsync<byte[]>(connection, "SELECT payload FROM batch"),
            CancellationToken.None);
        world.Chain.SettleByStranger(payload);

        await world.PassAsync(8);

        (await StateAsync(world, ticket)).Should().Be(PayState.Settled);
        world.Chain.Newest.State.Credits[7].Should().Be(2_000_000);
        world.Chain.Blocks.SelectMany(block => block.Events).OfType<StatementSkipped>().Should().ContainSingle();
    }

    [Fact]
    public async Task A_worker_that_lost_its_lease_writes_nothing()
    {
        await using var world = new SettlementWorld(1, Options);
        var slow = new SettlementStore(world.Database, new FactLog(world.Database));
        var fast = new SettlementStore(world.Database, new FactLog(world.Database));
        var (now, life) = (world.Clock.Now, TimeSpan.FromSeconds(5));
        (await slow.TakeLeaseAsync("a", now, life, CancellationToken.None)).Should().BeTrue();
        (await fast.TakeLeaseAsync("b", now, life, CancellationToken.None)).Should().BeFalse();
        (await fast.TakeLeaseAsync("b", now + life + life, life, CancellationToken.None)).Should().BeTrue();

        var write = () => slow.VoidAsync(1, "late", CancellationToken.None);

        await write.Should().ThrowAsync<LeaseLostException>();
    }

    [Fact]
    public async Task A_fork_below_the_final_block_stops_settlement()
    {
        await using var world = new SettlementWorld(1, Options);
        world.Chain.IsLatestTrusted = true;
        await world.TickAsync();
        world.Chain.Reorganise(2, isPoolKept: true);
        world.Chain.IsLatestTrusted = false;
        world.Chain.Mine(FakeChain.FinalDepth);
        await world.TicketAsync(1, 7, 2_000_000);

        await world.PassAsync(8);

        world.Gateways.Asked.Should().BeEmpty();
    }

    private static async Task<PayState> StateAsync(SettlementWorld world, JobTicketed ticket) =>
        (await world.Queries.OfAssignmentAsync(ticket.Ticket.AssignmentId, CancellationToken.None))!.State;
}
