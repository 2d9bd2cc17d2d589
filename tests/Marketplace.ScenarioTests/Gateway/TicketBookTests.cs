using Dapper;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.ScenarioTests.Gateway;

public sealed class TicketBookTests
{
    [Fact]
    public async Task Each_leg_gets_a_ticket_with_the_next_number_and_the_exact_amount()
    {
        await using var world = new GatewayWorld();
        await world.BuyAsync("first", 1);

        var frame = await world.BuyAsync("second", 2, legs: 2);

        frame.Tickets.Select(row => row.Ticket)
            .Select(row => (row.JobNo.Value, row.ProviderId.Value, row.Amount.Micro, row.MaxFee.Micro))
            .Should().Equal((1, 1, 2_600, 130), (2, 2, 2_600, 130));
        frame.Tickets.Should().OnlyContain(row => IsSigned(row));
        (await world.Purchases.FindAsync("second", CancellationToken.None))!.Cost.Should().Be(new TokenAmount(5_460));
    }

    [Fact]
    public async Task The_same_job_again_gives_the_same_tickets_also_after_a_restart()
    {
        await using var world = new GatewayWorld();
        var first = await world.BuyAsync("order", 1, legs: 2);
        await world.BuyAsync("later", 2);
        world.Clock.Now += TimeSpan.FromHours(1);

        var again = await world.IssueAsync("order", 1, legs: 2);
        await world.RestartAsync();
        var afterRestart = await world.IssueAsync("order", 1, legs: 2);

        again.Should().BeEquivalentTo(first);
        afterRestart.Should().BeEquivalentTo(first);
    }

    [Fact]
    public async Task One_purchase_is_paid_once_whatever_job_it_is_said_to_be()
    {
        await using var world = new GatewayWorld();
        var first = await world.BuyAsync("order", 1);

        var second = await world.IssueAsync("order", 2);

        second.Tickets.Should().BeEquivalentTo(first.Tickets);
        (await world.Purchases.FindAsync("order", CancellationToken.None))!.Should()
            .BeEquivalentTo(new { Cost = new TokenAmount(2_730), JobId = new JobId(1) });
    }

    [Fact]
    public async Task Tickets_are_sent_again_until_they_are_confirmed()
    {
        await using var world = new GatewayWorld();
        var first = await world.BuyAsync("first", 1);
        var second = await world.BuyAsync("second", 2);
        await world.RestartAsync();

        (await world.Tickets.UnconfirmedAsync(CancellationToken.None)).Should().BeEquivalentTo([first, second]);
        await world.Tickets.ConfirmedAsync(new JobId(1), CancellationToken.None);

        (await world.Tickets.UnconfirmedAsync(CancellationToken.None)).Should().BeEquivalentTo([second]);
    }

    [Fact]
    public async Task A_void_ticket_costs_nothing_is_not_sent_and_not_paid_by_a_statement()
    {
        await using var world = new GatewayWorld();
        var frame = await world.BuyAsync("order", 1);

        await world.Tickets.VoidAsync(new JobId(1), CancellationToken.None);

        (await world.Tickets.UnconfirmedAsync(CancellationToken.None)).Should().BeEmpty();
        (await world.SpentAsync()).Should().Be((0, 0));
        (await SignAsync(world, GatewayWorld.Over(0, frame.Tickets[0]))).Code.Should().Be("not-mine");
    }

    [Fact]
    public async Task The_number_of_a_void_ticket_is_not_given_again()
    {
        await using var world = new GatewayWorld();
        await world.BuyAsync("order", 1);
        await world.Tickets.VoidAsync(new JobId(1), CancellationToken.None);

        var next = await world.BuyAsync("next", 2);

        next.Tickets.Single().Ticket.JobNo.Should().Be(new JobNo(1));
        var reply = await SignAsync(world, GatewayWorld.Over(0, next.Tickets[0]));
        reply.Code.Should().BeEmpty("a void number is no debt");
    }

    [Fact]
    public async Task What_can_still_be_paid_stays_spent_whatever_the_operator_says()
    {
        await using var world = new GatewayWorld();
        await world.BuyAsync("confirmed", 1);
        await world.Tickets.ConfirmedAsync(new JobId(1), CancellationToken.None);
        var signed = await world.BuyAsync("on a statement", 2);
        (await SignAsync(world, GatewayWorld.Over(1, signed.Tickets[0]))).Code.Should().Be("missing-tickets");
        var confirmed = await world.IssueAsync("confirmed", 1);
        await SignAsync(world, GatewayWorld.Over(0, confirmed.Tickets[0], signed.Tickets[0]));

        await world.Tickets.VoidAsync(new JobId(1), CancellationToken.None);
        await world.Tickets.VoidAsync(new JobId(2), CancellationToken.None);

        (await world.SpentAsync()).Total.Should().Be(2 * 2_730);
    }

    [Fact]
    public async Task A_statement_over_what_was_promised_is_signed_and_again_with_the_same_bytes()
    {
        await using var world = new GatewayWorld();
        var one = (await world.BuyAsync("one", 1)).Tickets[0];
        var two = (await world.BuyAsync("two", 2)).Tickets[0];
        var request = GatewayWorld.Over(0, one, two);

        var reply = await SignAsync(world, request);
        await world.RestartAsync();
        var again = await SignAsync(world, request with { RequestNo = 2 });

        GatewayWorld.IsSigned(request.Statement, reply.Signature).Should().BeTrue();
        again.Should().BeEquivalentTo(reply with { RequestNo = 2 });
    }

    [Fact]
    public async Task A_statement_that_was_altered_is_refused_and_nothing_is_stored()
    {
        await using var world = new GatewayWorld();
        var one = (await world.BuyAsync("one", 1)).Tickets[0];
        var request = GatewayWorld.Over(0, one);
        var statement = request.Statement;
        Statement[] altered =
        [
            statement with { Fee = statement.Fee + new TokenAmount(1) },
            statement with { BudgetNo = new BudgetNo(4) },
            statement with { ThroughJob = 2 },
            statement with { ReceiptsRoot = default },
            statement with { Lines = [new ProviderLine(new ProviderId(1), [new TokenAmount(2_601)])] },
            statement with { Lines = [new ProviderLine(new ProviderId(9), [new TokenAmount(2_600)])] },
            statement with { Lines = [.. statement.Lines, .. statement.Lines] },
        ];

        foreach (var forged in altered)
        {
            var reply = await SignAsync(world, request with { Statement = forged });

            reply.Should().BeEquivalentTo(new { Code = "not-mine", Signature = Array.Empty<byte>() });
        }

        (await CountAsync(world, "SELECT count(*) FROM statement")).Should().Be(0);
        (await CountAsync(world, "SELECT count(*) FROM ticket WHERE statement_from IS NOT NULL")).Should().Be(0);
    }

    [Fact]
    public async Task Lines_that_have_no_bytes_are_refused_and_harm_nobody()
    {
        await using var world = new GatewayWorld();
        var request = GatewayWorld.Over(0, (await world.BuyAsync("one", 1)).Tickets[0]);
        ProviderLine[] impossible =
        [
            new(new ProviderId(0), [new TokenAmount(2_600)]),
            new(new ProviderId(1 << 24), [new TokenAmount(2_600)]),
            new(new ProviderId(1), []),
            new(new ProviderId(1), [new TokenAmount(1L << 40)]),
            new(new ProviderId(1), Enumerable.Repeat(new TokenAmount(1), 256).ToList()),
        ];

        foreach (var line in impossible)
        {
            var reply = await SignAsync(world, request with { Statement = request.Statement with { Lines = [line] } });

            reply.Code.Should().Be("not-mine");
        }
    }

    [Fact]
    public async Task A_job_on_a_signed_statement_is_not_put_on_one_that_starts_elsewhere()
    {
        await using var world = new GatewayWorld();
        var one = (await world.BuyAsync("one", 1)).Tickets[0];
        var two = (await world.BuyAsync("two", 2)).Tickets[0];
        await SignAsync(world, GatewayWorld.Over(0, one, two));

        (await SignAsync(world, GatewayWorld.Over(1, two))).Code.Should().Be("already-signed");
        var three = (await world.BuyAsync("three", 3)).Tickets[0];
        var longer = await SignAsync(world, GatewayWorld.Over(0, one, two, three));
        longer.Code.Should().BeEmpty("only one of the two applies");
    }

    [Fact]
    public async Task A_leg_that_its_ticket_paid_is_settled_and_on_no_statement_after_that()
    {
        await using var world = new GatewayWorld();
        var paid = (await world.BuyAsync("paid", 1)).Tickets[0];
        var open = (await world.BuyAsync("open", 2)).Tickets[0];
        await SignAsync(world, GatewayWorld.Over(0, paid, open));
        var at = new LogPosition(new BlockNumber(5), default, 0, new TxHash(Keccak256.Hash("tx")));
        var settled = new TicketSettled(
            at, paid.Ticket.BudgetNo, paid.Ticket.JobNo, paid.Ticket.ProviderId, new OperatorId(1),
            paid.Ticket.AssignmentId, paid.Ticket.Amount, paid.Ticket.MaxFee);

        await world.Tickets.SettledAsync([], [settled], at.Block, CancellationToken.None);

        (await world.Purchases.FindAsync("paid", CancellationToken.None))!.SettledTx.Should().Be(at.TxHash);
        (await world.Purchases.FindAsync("open", CancellationToken.None))!.SettledTx.Should().BeNull();
        var both = GatewayWorld.Over(0, paid, open);
        both = both with { Statement = both.Statement with { FromSpent = paid.Ticket.Amount + paid.Ticket.MaxFee } };
        (await SignAsync(world, both)).Code.Should().Be("not-mine");
        (await SignAsync(world, GatewayWorld.Over(0, open))).Code.Should().BeEmpty();
    }

    [Fact]
    public async Task A_ticket_and_its_purchase_are_stored_together_or_not_at_all()
    {
        await using var world = new GatewayWorld();
        await world.Purchases.AddKeyAsync(world.Key, CancellationToken.None);
        await world.ReserveAsync("order", 10_000);
        await ExecuteAsync(
            world, "CREATE TRIGGER full BEFORE UPDATE ON purchase BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");

        await FluentActions.Awaiting(() => world.IssueAsync("order", 1)).Should().ThrowAsync<Exception>();

        (await CountAsync(world, "SELECT count(*) FROM ticket")).Should().Be(0);
        await ExecuteAsync(world, "DROP TRIGGER full");
        (await world.IssueAsync("order", 1)).Tickets.Single().Ticket.JobNo.Should().Be(new JobNo(0));
    }

    private static bool IsSigned(SignedTicket row) => EthSignature.TryFromCompact(row.Signature, out var read)
        && Secp256k1.Recover(row.Ticket.Digest(GatewayWorld.Domain), read) == GatewayWorld.Session.Address;

    private static Task<StatementReply> SignAsync(GatewayWorld world, StatementRequest request) =>
        world.Tickets.SignAsync(request, CancellationToken.None);

    private static Task<long> CountAsync(GatewayWorld world, string sql) =>
        world.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(sql), CancellationToken.None);

    private static Task ExecuteAsync(GatewayWorld world, string sql) => world.Database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(sql, transaction: transaction), CancellationToken.None);
}
