using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Settlement;
using Xunit;

namespace Marketplace.ScenarioTests.Settlement;

/// <summary>What the operator's co-signer signs is with its payees before it is in any batch.</summary>
public sealed class CosignedStatementTests
{
    private const string Batches = "SELECT count(*) FROM batch";
    private static readonly ProviderId Seven = new(7);
    private static readonly ProviderId Nine = new(9);

    private static readonly SettlementOptions Patient = new()
    {
        OperatorId = new OperatorId(1),
        StartBlock = default,
        CollectTime = TimeSpan.Zero,
        BatchTime = TimeSpan.FromMinutes(10),
    };

    [Fact]
    public async Task Every_payee_and_nobody_else_is_told_with_both_signatures_and_before_the_batch()
    {
        await using var world = new SettlementWorld(1, Patient);
        await world.TicketAsync(1, Seven.Value, 2_000_000);
        await world.TicketAsync(1, Nine.Value, 3_000_000);
        await world.TicketAsync(1, Nine.Value, 1_000_000);

        await world.TickAsync(3);

        world.Payees.Told.Select(told => told.Payee).Should().Equal(Seven, Nine);
        (await world.CountAsync(Batches)).Should().Be(0);
        var row = world.Payees.Told[0].Statement.Row;
        world.Payees.Told.Should().OnlyContain(told => told.Statement.Row.Statement == row.Statement);
        StatementCheck.IsSigned(row, world.Chain.Newest.State.Budgets[1].Session, world.Chain.Domain)
            .Should().BeTrue();
        Secp256k1.Recover(
            SettlePayload.CosignDigest(world.Chain.Domain, row.Statement), world.Payees.Told[0].Statement.Cosignature)
            .Should().Be(world.CosignerKey.Address);
    }

    [Fact]
    public async Task A_batch_waits_for_company_no_longer_than_its_time()
    {
        await using var world = new SettlementWorld(1, Patient);
        await world.TicketAsync(1, Seven.Value, 2_000_000);
        await world.TickAsync();

        world.Clock.Now += Patient.BatchTime - TimeSpan.FromMilliseconds(1);
        await world.TickAsync();
        var early = await world.CountAsync(Batches);
        world.Clock.Now += TimeSpan.FromMilliseconds(1);
        await world.TickAsync();

        early.Should().Be(0);
        (await world.CountAsync(Batches)).Should().Be(1);
    }

    [Fact]
    public async Task A_payee_that_connects_is_owed_what_is_not_settled_in_a_final_block()
    {
        await using var world = new SettlementWorld(1, Patient with { BatchTime = TimeSpan.Zero });
        await world.TicketAsync(1, Seven.Value, 2_000_000);
        (await OwedAsync(world, Seven)).Should().BeEmpty("nothing is signed yet");
        await world.TickAsync();

        var owed = await OwedAsync(world, Seven);
        world.Chain.Mine();
        await world.TickAsync();
        var mined = await OwedAsync(world, Seven);
        world.Chain.Mine(FakeChain.FinalDepth);
        await world.TickAsync(2);

        owed.Should().BeEquivalentTo([world.Payees.Told.Single().Statement]);
        mined.Should().HaveCount(1, "a block that is not final may go again");
        (await OwedAsync(world, Seven)).Should().BeEmpty();
        (await OwedAsync(world, Nine)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_statement_that_a_payee_settled_is_settled_for_the_operator_too_and_paid_once()
    {
        await using var world = new SettlementWorld(1, Patient);
        var ticket = await world.TicketAsync(1, Seven.Value, 2_000_000);
        await world.TickAsync();

        world.Chain.SettleByStranger(SettlePayload.Encode(default, [world.Payees.Told.Single().Statement.Row]));
        world.Chain.Mine(FakeChain.FinalDepth);
        world.Clock.Now += Patient.BatchTime;
        await world.TickAsync(3);

        var pay = await world.Queries.OfAssignmentAsync(ticket.Ticket.AssignmentId, CancellationToken.None);
        pay!.State.Should().Be(PayState.Settled);
        (await world.CountAsync(Batches)).Should().Be(0);
        world.Payments()[ticket.Ticket.AssignmentId].Should().Be(1);
    }

    private static Task<IReadOnlyList<CosignedStatement>> OwedAsync(SettlementWorld world, ProviderId payee) =>
        world.Queries.UnsettledOfAsync(payee, CancellationToken.None);
}
