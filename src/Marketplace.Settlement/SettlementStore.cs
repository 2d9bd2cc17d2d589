using System.Data;
using System.Text.Json;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Settlement;

/// <summary>Another worker took the lease: this one must write nothing more in this tick.</summary>
public sealed class LeaseLostException() : Exception("Another settlement worker holds the lease.");

/// <summary>The endpoint contradicts a block that was final: nothing is settled until a person has looked.</summary>
public sealed class FinalForkException(string message) : Exception(message);

/// <summary>A stored statement that has not settled.</summary>
public sealed record StoredStatement(
    long Id, BudgetNo BudgetNo, uint FromJob, StatementProposal Proposal, EthSignature? Signature,
    DateTimeOffset SignedAt);

/// <summary>Settlement's tables. Every write checks the fence, so a worker that overslept changes nothing.</summary>
public sealed partial class SettlementStore(Database database, FactLog facts)
{
    private const string LeaseName = "settlement";
    private long fence;

    /// <summary>Takes the lease. Each taking raises the fence: of two by one name the later writes.</summary>
    /// <returns>False while another worker holds it.</returns>
    public async Task<bool> TakeLeaseAsync(string holder, DateTimeOffset now, TimeSpan time, CancellationToken ct)
    {
        var taken = await database.WriteAsync(
            (connection, transaction) => connection.QuerySingleOrDefaultAsync<long?>(
                """
                INSERT INTO lease (name, holder, fence, until) VALUES (@LeaseName, @holder, 1, @until)
                ON CONFLICT (name) DO UPDATE SET
                    fence = fence + 1, holder = excluded.holder, until = excluded.until
                WHERE holder = excluded.holder OR until < @now
                RETURNING fence
                """,
                new { LeaseName, holder, until = now + time, now },
                transaction),
            ct);
        fence = taken ?? 0;
        return taken is not null;
    }

    public Task<(BlockNumber Number, Hash32 Hash)?> FinalCursorAsync(CancellationToken ct) =>
        database.ReadAsync<(BlockNumber, Hash32)?>(
            async connection =>
            {
                var row = await connection.QuerySingleOrDefaultAsync<(long Number, byte[] Hash)?>(
                    "SELECT number AS Number, hash AS Hash FROM final_cursor");
                return row is { } at ? (new BlockNumber((ulong)at.Number), new Hash32(at.Hash)) : null;
            },
            ct);

    /// <summary>Brings new tickets in from Execution's facts.</summary>
    public async Task<int> TakeTicketsAsync(CancellationToken ct)
    {
        var found = await facts.ReadAsync(LeaseName, [FactKinds.JobTicketed], 500, ct);
        if (found.Count > 0)
        {
            await WriteAsync(
                async (connection, transaction) =>
                {
                    foreach (var fact in found)
                    {
                        await InsertAsync(connection, transaction, JsonSerializer.Deserialize<JobTicketed>(fact.Body)!);
                    }

                    await FactLog.AdvanceAsync(connection, transaction, LeaseName, found[^1].Id);
                },
                ct);
        }

        return found.Count;
    }

    /// <summary>Final budgets with legs to settle or a statement to sign, whose gateways may be asked by now.</summary>
    public Task<IReadOnlyList<BudgetNo>> BudgetsToSettleAsync(DateTimeOffset now, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<BudgetNo>>(
            async connection => (await connection.QueryAsync<long>(
                """
                SELECT budget_no FROM settlement_budget WHERE ask_after <= @now AND budget_no IN (
                    SELECT budget_no FROM settlement_job WHERE statement_id IS NULL
                    UNION SELECT budget_no FROM statement WHERE state = 'open')
                ORDER BY budget_no
                """,
                new { now })).Select(number => new BudgetNo((uint)number)).ToList(),
            ct);

    public Task<EthAddress?> SessionOfAsync(BudgetNo budget, CancellationToken ct) => database.ReadAsync(
        async connection => await connection.QuerySingleOrDefaultAsync<byte[]?>(
            "SELECT session FROM settlement_budget WHERE budget_no = @budget", new { budget })
            is { } session ? new EthAddress(session) : (EthAddress?)null,
        ct);

    public Task<IReadOnlyList<TicketedJob>> UnpaidAsync(BudgetNo budget, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<TicketedJob>>(
            async connection => (await connection.QueryAsync<(string Receipt, long Fee, long At)>(
                """
                SELECT receipt AS Receipt, fee AS Fee, settleable_at AS At FROM settlement_job
                WHERE budget_no = @budget AND statement_id IS NULL ORDER BY job_no
                """,
                new { budget })).Select(row => Read(row.Receipt, row.Fee, row.At)).ToList(),
            ct);

    /// <summary>A budget's statement that is not settled and not void; there is at most one.</summary>
    public async Task<(StoredStatement Statement, string State)?> LivingStatementAsync(
        BudgetNo budget, CancellationToken ct)
    {
        var found = await StatementsAsync(
            "budget_no = @budget AND state IN ('open', 'ready', 'batched')", new { budget }, ct);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<IReadOnlyList<StoredStatement>> ReadyAsync(CancellationToken ct) =>
        (await StatementsAsync("state = 'ready'", new { }, ct)).Select(row => row.Statement).ToList();

    /// <summary>Stores a statement before the gateway is asked to sign it, and binds its legs to it.</summary>
    public Task<long> AddStatementAsync(BuiltStatement built, CancellationToken ct) => WriteAsync(
        async (connection, transaction) =>
        {
            var statement = built.Proposal.Statement;
            var id = await connection.QuerySingleAsync<long>(
                """
                INSERT INTO statement (budget_no, from_job, through_job, body, state)
                VALUES (@BudgetNo, @FromJob, @ThroughJob, @body, 'open') RETURNING id
                """,
                new
                {
                    statement.BudgetNo,
                    FromJob = (long)statement.FromJob,
                    ThroughJob = (long)statement.ThroughJob,
                    body = JsonSerializer.Serialize(built.Proposal),
                },
                transaction);
            await connection.ExecuteAsync(
                "UPDATE settlement_job SET statement_id = @id WHERE assignment_id IN @assignments",
                new { id, assignments = built.Assignments.Select(assignment => assignment.Value.ToBytes()) },
                transaction);
            return id;
        },
        ct);

    /// <summary>Stores both signatures: no statement is ready that its payees could not settle alone.</summary>
    public Task SignedAsync(
        long statementId, CosignedStatement signed, DateTimeOffset now, CancellationToken ct) => WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            UPDATE statement
            SET state = 'ready', session_signature = @signature, cosignature = @cosignature, signed_at = @now
            WHERE id = @statementId AND state = 'open'
            """,
            new
            {
                statementId,
                signature = signed.Row.SessionSignature.ToCompact(),
                cosignature = signed.Cosignature.ToCompact(),
                now,
            },
            transaction),
        ct);

    /// <summary>Leaves a budget's gateway alone until then.</summary>
    public Task AskAfterAsync(BudgetNo budget, DateTimeOffset then, CancellationToken ct) => WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE settlement_budget SET ask_after = @then WHERE budget_no = @budget",
            new { budget, then },
            transaction),
        ct);

    /// <summary>Gives a statement up: its legs are settleable again.</summary>
    public Task VoidAsync(long statementId, string reason, CancellationToken ct) => WriteAsync(
        (connection, transaction) => VoidAsync(connection, transaction, statementId, reason), ct);

    private static async Task VoidAsync(
        IDbConnection connection, IDbTransaction transaction, long statementId, string reason)
    {
        await connection.ExecuteAsync(
            "UPDATE statement SET state = 'void', reason = @reason WHERE id = @statementId AND state <> 'settled'",
            new { statementId, reason },
            transaction);
        await connection.ExecuteAsync(
            """
            UPDATE settlement_job SET statement_id = NULL
            WHERE statement_id = @statementId AND statement_id IN (SELECT id FROM statement WHERE state = 'void')
            """,
            new { statementId },
            transaction);
    }

    private static Task InsertAsync(IDbConnection connection, IDbTransaction transaction, JobTicketed job) =>
        connection.ExecuteAsync(
            """
            INSERT INTO settlement_job (assignment_id, budget_no, job_no, provider_id, amount, fee, settleable_at,
                receipt, ticket, ticket_signature)
            VALUES (@AssignmentId, @BudgetNo, @JobNo, @ProviderId, @Amount, @Fee, @At,
                @receipt, @ticket, @TicketSignature)
            ON CONFLICT DO NOTHING
            """,
            new
            {
                job.Ticket.AssignmentId,
                job.Ticket.BudgetNo,
                job.Ticket.JobNo,
                job.Ticket.ProviderId,
                job.Ticket.Amount,
                job.Fee,
                At = job.SettleableAtUnixMilliseconds,
                receipt = JsonSerializer.Serialize(job.Receipt),
                ticket = JsonSerializer.Serialize(job.Ticket),
                job.TicketSignature,
            },
            transaction);

    private static TicketedJob Read(string receiptJson, long fee, long settleableAt)
    {
        var receipt = JsonSerializer.Deserialize<Receipt>(receiptJson)!;
        return new TicketedJob(
            receipt.AssignmentId,
            receipt.JobNo,
            receipt.ProviderId,
            receipt.Amount,
            new TokenAmount(fee),
            DateTimeOffset.FromUnixTimeMilliseconds(settleableAt),
            receipt);
    }

    private Task<IReadOnlyList<(StoredStatement Statement, string State)>> StatementsAsync(
        string where, object parameters, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<(StoredStatement, string)>>(
            async connection => (await connection.QueryAsync<StatementRow>(
                $"""
                SELECT id AS Id, budget_no AS BudgetNo, from_job AS FromJob, body AS Body,
                    session_signature AS SessionSignature, state AS State, signed_at AS SignedAt
                FROM statement WHERE {where} ORDER BY id
                """,
                parameters)).Select(row => (row.ToStatement(), row.State)).ToList(),
            ct);

    private Task<T> WriteAsync<T>(Func<IDbConnection, IDbTransaction, Task<T>> work, CancellationToken ct) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var current = await connection.ExecuteScalarAsync<long?>(
                    "SELECT fence FROM lease WHERE name = @LeaseName", new { LeaseName }, transaction);
                return current == fence ? await work(connection, transaction) : throw new LeaseLostException();
            },
            ct);

    private Task WriteAsync(Func<IDbConnection, IDbTransaction, Task> work, CancellationToken ct) => WriteAsync(
        async (connection, transaction) =>
        {
            await work(connection, transaction);
            return true;
        },
        ct);

    private sealed class StatementRow
    {
        public long Id { get; init; }

        public long BudgetNo { get; init; }

        public long FromJob { get; init; }

        public string Body { get; init; } = "";

        public byte[]? SessionSignature { get; init; }

        public string State { get; init; } = "";

        public DateTimeOffset SignedAt { get; init; }

        public StoredStatement ToStatement() => new(
            Id,
            new BudgetNo((uint)BudgetNo),
            (uint)FromJob,
            JsonSerializer.Deserialize<StatementProposal>(Body)!,
            EthSignature.TryFromCompact(SessionSignature, out var signature) ? signature : null,
            SignedAt);
    }
}
