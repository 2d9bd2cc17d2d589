using System.Data;
using System.Text.Json;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.Storage;

namespace Marketplace.Gateway;

/// <summary>Everything the session key signed. It is stored before it leaves.</summary>
public sealed class TicketBook(Database database, SessionSigner signer, BudgetNo budget)
{
    /// <summary>
    /// Signs a delivery's tickets and closes its purchase, in one transaction; the same job again gives the same.
    /// </summary>
    public Task<TicketFrame> IssueAsync(
        Delivery delivery, IReadOnlyList<CheckedLeg> legs, Ordered ordered, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                // By purchase, not by job: the same purchase delivered under another job's number is not paid again.
                var earlier = await LoadAsync(connection, transaction, delivery.ClientOrderId);
                if (earlier.Count > 0)
                {
                    return new TicketFrame(delivery.ClientOrderId, delivery.JobId, earlier);
                }

                var next = await connection.ExecuteScalarAsync<long>(
                    "SELECT coalesce(max(job_no) + 1, 0) FROM ticket WHERE budget_no = @budget",
                    new { budget },
                    transaction);
                var rows = legs.Select((leg, index) =>
                    Sign(leg, new JobNo(checked((uint)(next + index))), ordered.Bid, now)).ToList();
                foreach (var row in rows)
                {
                    await InsertAsync(connection, transaction, delivery, row);
                }

                var cost = TokenAmount.Sum(legs.Select(leg => leg.Amount + leg.Fee));
                await PurchaseStore.DeliveredAsync(connection, transaction, delivery, cost, now);
                return new TicketFrame(delivery.ClientOrderId, delivery.JobId, rows);
            },
            ct);

    /// <summary>Tickets that the operator has not confirmed.</summary>
    public Task<IReadOnlyList<TicketFrame>> UnconfirmedAsync(CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<TicketFrame>>(
            async connection =>
            {
                var jobs = await connection.QueryAsync<(string ClientOrderId, long JobId)>(
                    "SELECT DISTINCT client_order_id, job_id FROM ticket WHERE state = 'issued'");
                var frames = new List<TicketFrame>();
                foreach (var (clientOrderId, jobId) in jobs)
                {
                    var job = new JobId(jobId);
                    frames.Add(new TicketFrame(clientOrderId, job, await LoadAsync(connection, null, clientOrderId)));
                }

                return frames;
            },
            ct);

    public Task ConfirmedAsync(JobId job, CancellationToken ct) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE ticket SET state = 'stored' WHERE job_id = @job AND state = 'issued'", new { job }, transaction),
        ct);

    /// <summary>
    /// The operator gave the job's hold back: its tickets are not asked for any more, and cost nothing.
    /// </summary>
    public Task VoidAsync(JobId job, CancellationToken ct) => database.WriteAsync(
        async (connection, transaction) =>
        {
            // What was confirmed or is on a signed statement can still be paid: it stays spent whatever the
            // operator says.
            await connection.ExecuteAsync(
                "UPDATE ticket SET state = 'void' WHERE job_id = @job AND state = 'issued' AND statement_from IS NULL",
                new { job },
                transaction);
            await connection.ExecuteAsync(
                """
                UPDATE purchase SET cost = 0
                WHERE job_id = @job AND NOT EXISTS (SELECT 1 FROM ticket WHERE job_id = @job AND state <> 'void')
                """,
                new { job },
                transaction);
        },
        ct);

    /// <summary>
    /// Signs a statement if it pays exactly what was promised; the same again gives the same signature.
    /// </summary>
    public Task<StatementReply> SignAsync(StatementRequest request, CancellationToken ct) => database.WriteAsync(
        async (connection, transaction) =>
        {
            var statement = request.Statement;
            if (!StatementLines.CanEncode(statement.Lines))
            {
                return Refusal(request, StatementFault.NotMine);
            }

            var digest = statement.Digest(signer.Domain);
            var earlier = await connection.QuerySingleOrDefaultAsync<byte[]?>(
                "SELECT signature FROM statement WHERE digest = @digest", new { digest }, transaction);
            if (earlier is not null)
            {
                return new StatementReply(request.RequestNo, earlier, "", "");
            }

            var issued = await IssuedAsync(connection, transaction);
            var fault = statement.BudgetNo == budget
                ? StatementReview.FaultOf(statement, request.Receipts, issued)
                : StatementFault.NotMine;
            if (fault is { } reason)
            {
                return Refusal(request, reason);
            }

            var signature = signer.Sign(statement).ToCompact();
            await StoreAsync(connection, transaction, request, digest, signature);
            return new StatementReply(request.RequestNo, signature, "", "");
        },
        ct);

    /// <summary>The last block whose settled statements are known here.</summary>
    public Task<BlockNumber?> SettledThroughAsync(CancellationToken ct) => database.ReadAsync(
        async connection => await connection.QuerySingleOrDefaultAsync<long?>("SELECT block FROM settled_cursor")
            is { } block ? new BlockNumber((ulong)block) : (BlockNumber?)null,
        ct);

    /// <summary>
    /// Statements of the budget that are final, and tickets that the contract paid by themselves: what they pay is
    /// settled, their rivals are dead.
    /// </summary>
    public Task SettledAsync(
        IReadOnlyList<StatementSettled> settled, IReadOnlyList<TicketSettled> paid, BlockNumber through,
        CancellationToken ct) => database.WriteAsync(
            async (connection, transaction) =>
            {
                foreach (var row in settled)
                {
                    await SettleAsync(connection, transaction, row);
                }

                // By assignment: no statement pays what a ticket has paid, whatever number it was paid under.
                await connection.ExecuteAsync(
                    """
                    UPDATE ticket SET settled_tx = @TxHash, statement_from = NULL
                    WHERE budget_no = @BudgetNo AND assignment_id = @AssignmentId
                    """,
                    paid.Select(row => new { row.At.TxHash, row.BudgetNo, row.AssignmentId }),
                    transaction);
                await connection.ExecuteAsync(
                    """
                    INSERT INTO settled_cursor (id, block) VALUES (1, @through)
                    ON CONFLICT (id) DO UPDATE SET block = excluded.block
                    """,
                    new { through = (long)through.Value },
                    transaction);
            },
            ct);

    private static Task<int> SettleAsync(
        IDbConnection connection, IDbTransaction transaction, StatementSettled settled) => connection.ExecuteAsync(
        """
        UPDATE ticket SET settled_tx = @TxHash
        WHERE budget_no = @BudgetNo AND statement_from = @FromJob AND job_no < @ThroughJob AND state <> 'void';

        UPDATE ticket SET statement_from = NULL
        WHERE budget_no = @BudgetNo AND statement_from < @ThroughJob AND job_no >= @ThroughJob AND settled_tx IS NULL
        """,
        new
        {
            settled.At.TxHash,
            settled.BudgetNo,
            FromJob = (long)settled.FromJob,
            ThroughJob = (long)settled.ThroughJob,
        },
        transaction);

    private static StatementReply Refusal(StatementRequest request, StatementFault fault) =>
        new(request.RequestNo, [], CodeOf(fault), "This is not what was promised.");

    private static string CodeOf(StatementFault fault) => fault switch
    {
        StatementFault.NotMine => "not-mine",
        StatementFault.AlreadySigned => "already-signed",
        StatementFault.MissingTickets => "missing-tickets",
        _ => throw new InvariantViolationException($"A statement fault {fault} is not known."),
    };

    private SignedTicket Sign(CheckedLeg leg, JobNo number, BidFrame bid, DateTimeOffset now)
    {
        var result = leg.Leg.Result;
        var ticket = new JobTicket(
            budget,
            number,
            LegNo: number,
            leg.Leg.ProviderId,
            leg.Amount,
            leg.Fee,
            (ulong)now.ToUnixTimeSeconds(),
            result.AssignmentId,
            result.InputHash,
            result.ResultDigest);
        var receipt = new Receipt(
            budget,
            number,
            result.AssignmentId,
            leg.Leg.ProviderId,
            leg.Amount,
            result.InputHash,
            result.ResultDigest,
            Keccak256.Hash(leg.Leg.CommitSignature),
            Keccak256.Hash(leg.Leg.ResultSignature),
            result.TokensIn,
            result.TokensOut,
            ticket.DeliveredAt,
            bid.Quorum > 1 ? VerdictOutcome.Accepted : VerdictOutcome.Unchecked);
        return new SignedTicket(ticket, signer.Sign(ticket).ToCompact(), receipt);
    }

    private static async Task StoreAsync(
        IDbConnection connection, IDbTransaction transaction, StatementRequest request, Hash32 digest, byte[] signature)
    {
        var statement = request.Statement;
        await connection.ExecuteAsync(
            """
            INSERT INTO statement (digest, budget_no, from_job, through_job, signature)
            VALUES (@digest, @BudgetNo, @from, @through, @signature)
            """,
            new
            {
                digest,
                statement.BudgetNo,
                from = (long)statement.FromJob,
                through = (long)statement.ThroughJob,
                signature,
            },
            transaction);
        await connection.ExecuteAsync(
            "UPDATE ticket SET statement_from = @from WHERE assignment_id IN @paid",
            new
            {
                from = (long)statement.FromJob,
                paid = request.Receipts.Select(receipt => receipt.AssignmentId.Value.ToBytes()),
            },
            transaction);
    }

    private async Task<IReadOnlyList<IssuedTicket>> IssuedAsync(IDbConnection connection, IDbTransaction transaction)
    {
        var rows = await connection.QueryAsync<(string Ticket, string Receipt, long? From)>(
            """
            SELECT ticket, receipt, statement_from FROM ticket
            WHERE budget_no = @budget AND state <> 'void' AND settled_tx IS NULL
            """,
            new { budget },
            transaction);
        return rows.Select(row => new IssuedTicket(
            JsonSerializer.Deserialize<JobTicket>(row.Ticket)!,
            JsonSerializer.Deserialize<Receipt>(row.Receipt)!,
            (uint?)row.From)).ToList();
    }

    private static Task InsertAsync(
        IDbConnection connection, IDbTransaction transaction, Delivery delivery, SignedTicket row) =>
        connection.ExecuteAsync(
            """
            INSERT INTO ticket (
                budget_no, job_no, assignment_id, job_id, client_order_id, ticket, signature, receipt, state)
            VALUES (@BudgetNo, @JobNo, @AssignmentId, @JobId, @ClientOrderId, @ticket, @Signature, @receipt, 'issued')
            """,
            new
            {
                row.Ticket.BudgetNo,
                row.Ticket.JobNo,
                row.Ticket.AssignmentId,
                delivery.JobId,
                delivery.ClientOrderId,
                ticket = JsonSerializer.Serialize(row.Ticket),
                row.Signature,
                receipt = JsonSerializer.Serialize(row.Receipt),
            },
            transaction);

    private static async Task<IReadOnlyList<SignedTicket>> LoadAsync(
        IDbConnection connection, IDbTransaction? transaction, string clientOrderId)
    {
        var rows = await connection.QueryAsync<(string Ticket, byte[] Signature, string Receipt)>(
            "SELECT ticket, signature, receipt FROM ticket WHERE client_order_id = @clientOrderId ORDER BY job_no",
            new { clientOrderId },
            transaction);
        return rows.Select(row => new SignedTicket(
            JsonSerializer.Deserialize<JobTicket>(row.Ticket)!,
            row.Signature,
            JsonSerializer.Deserialize<Receipt>(row.Receipt)!)).ToList();
    }
}
