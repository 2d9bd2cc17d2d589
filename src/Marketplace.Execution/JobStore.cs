using System.Data;
using System.Text.Json;
using Dapper;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Storage;

namespace Marketplace.Execution;

/// <summary>Jobs and their legs in SQL. A job is always read and written whole.</summary>
public sealed class JobStore(Database database)
{
    private const string LegColumns =
        """
        assignment_id AS AssignmentId, leg_no AS LegNo, provider_id AS ProviderId, signer AS Signer, price AS Price,
        status AS Status, commit_by AS CommitBy, reveal_by AS RevealBy, is_reveal_asked AS IsRevealAsked,
        is_requests_fault AS IsRequestsFault, commitment AS Commitment, commit_signature AS CommitSignature,
        result_json AS ResultJson, result_signature AS ResultSignature, canonical AS Canonical,
        result_digest AS ResultDigest
        """;

    /// <summary>The revealed result of a leg.</summary>
    public static JobResult ResultOf(Leg leg) => JsonSerializer.Deserialize<JobResult>(leg.ResultJson ?? "null")
        ?? throw new InvariantViolationException($"Leg {leg.LegNo} has shown no result.");

    public Task<long> CursorAsync(CancellationToken ct) => database.ReadAsync(
        connection => connection.ExecuteScalarAsync<long>("SELECT coalesce(max(seq), 0) FROM book_cursor"), ct);

    /// <summary>Stores a matched job and moves the book's cursor, once.</summary>
    public Task CreateAsync(
        NewJob job, IReadOnlyList<Leg> legs, DateTimeOffset now, JobOptions options, CancellationToken ct) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var start = new JobStart(JobStatus.Running, now + options.JobTime, "", "", now);
                var isNew = await InsertAsync(connection, transaction, job, start);
                foreach (var leg in isNew ? legs : [])
                {
                    await InsertAsync(connection, transaction, job.JobId, leg);
                }

                await MoveCursorAsync(connection, transaction, job.BookSeq);
            },
            ct);

    /// <summary>
    /// Stores a matched job that nobody can run, without legs: its pot is to be released. Moves the book's cursor.
    /// </summary>
    /// <returns>False when the job is here already: then only the cursor moved.</returns>
    public Task<bool> CreateReleasingAsync(
        NewJob job, string code, string message, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var start = new JobStart(JobStatus.Releasing, now, code, message, now);
                var isNew = await InsertAsync(connection, transaction, job, start);
                await MoveCursorAsync(connection, transaction, job.BookSeq);
                return isNew;
            },
            ct);

    /// <summary>Moves the book's cursor to an event that asks for no job: it need not come again.</summary>
    public Task MoveCursorAsync(long bookSeq, CancellationToken ct) => database.WriteAsync(
        (connection, transaction) => MoveCursorAsync(connection, transaction, bookSeq), ct);

    public Task<Job?> FindAsync(JobId id, CancellationToken ct) => database.ReadAsync(
        async connection =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<JobRow>(
                """
                SELECT job_id AS JobId, budget_no AS BudgetNo, client_order_id AS ClientOrderId, request AS Request,
                    input_hash AS InputHash, per_leg AS PerLeg, fee_bps AS FeeBps, input_weight_bps AS InputWeightBps,
                    quorum AS Quorum, is_streamed AS IsStreamed, status AS Status, deadline AS Deadline, paid AS Paid,
                    fee AS Fee, end_code AS EndCode, end_message AS EndMessage
                FROM job WHERE job_id = @id
                """,
                new { id });
            if (row is null)
            {
                return null;
            }

            var legs = await connection.QueryAsync<LegRow>(
                $"SELECT {LegColumns} FROM assignment WHERE job_id = @id ORDER BY leg_no", new { id });
            return row.ToJob(legs.Select(leg => leg.ToLeg()).ToList());
        },
        ct);

    public Task<JobId?> JobOfAsync(AssignmentId assignment, CancellationToken ct) => database.ReadAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<long?>(
            "SELECT job_id FROM assignment WHERE assignment_id = @assignment", new { assignment }))
            is { } id ? new JobId(id) : (JobId?)null,
        ct);

    public Task<IReadOnlyList<JobId>> OpenAsync(CancellationToken ct) => database.ReadAsync<IReadOnlyList<JobId>>(
        async connection =>
            (await connection.QueryAsync<long>("SELECT job_id FROM job WHERE status < 5 ORDER BY job_id"))
            .Select(id => new JobId(id)).ToList(),
        ct);

    /// <summary>What an operator tells of a job: its times, its legs, no request and no result.</summary>
    public Task<JobView?> ViewAsync(JobId id, CancellationToken ct) => database.ReadAsync(
        async connection =>
        {
            var view = await connection.QuerySingleOrDefaultAsync<JobView>(
                """
                SELECT job_id AS JobId, status AS Status, matched_at AS MatchedAt, verified_at AS VerifiedAt,
                    ended_at AS EndedAt, paid AS PaidMicro, fee AS FeeMicro, end_code AS EndCode
                FROM job WHERE job_id = @id
                """,
                new { id });
            if (view is not null)
            {
                view.Legs = (await connection.QueryAsync<JobLegView>(
                    """
                    SELECT leg_no AS LegNo, provider_id AS ProviderId, price AS PriceMicro, status AS Status
                    FROM assignment WHERE job_id = @id ORDER BY leg_no
                    """,
                    new { id })).ToList();
            }

            return view;
        },
        ct);

    /// <summary>Adds a bought leg; the same leg again changes nothing.</summary>
    public Task AddLegAsync(JobId job, Leg leg, CancellationToken ct) => database.WriteAsync(
        (connection, transaction) => InsertAsync(connection, transaction, job, leg), ct);

    /// <summary>
    /// The numbers of those stored tickets of the budget that share a number or an assignment with these.
    /// </summary>
    public Task<IReadOnlyList<TicketNumbers>> RelatedNumbersAsync(
        BudgetNo budget, IReadOnlyList<TicketNumbers> tickets, CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<TicketNumbers>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<(byte[] Assignment, long JobNo, long LegNo)>(
                    """
                    SELECT assignment_id, job_no, leg_no FROM ticket
                    WHERE budget_no = @budget
                        AND (job_no IN @jobNos OR leg_no IN @legNos OR assignment_id IN @assignments)
                    """,
                    new
                    {
                        budget,
                        jobNos = tickets.Select(row => (long)row.JobNo.Value),
                        legNos = tickets.Select(row => (long)row.LegNo.Value),
                        assignments = tickets.Select(row => row.AssignmentId.Value.ToBytes()),
                    });
                return [.. rows.Select(row => new TicketNumbers(
                    new AssignmentId(new Hash32(row.Assignment)),
                    new JobNo(checked((uint)row.JobNo)),
                    new JobNo(checked((uint)row.LegNo))))];
            },
            ct);

    /// <summary>Stores a job's new state, with what its tickets tell Settlement if there are any.</summary>
    public Task SaveAsync(Job job, IReadOnlyList<JobTicketed> ticketed, DateTimeOffset now, CancellationToken ct) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                await UpdateAsync(connection, transaction, job, now);
                foreach (var leg in job.Legs)
                {
                    await UpdateAsync(connection, transaction, leg);
                }

                foreach (var fact in ticketed)
                {
                    await connection.ExecuteAsync(
                        """
                        INSERT INTO ticket (assignment_id, budget_no, job_no, leg_no)
                        VALUES (@AssignmentId, @BudgetNo, @JobNo, @LegNo)
                        """,
                        new
                        {
                            fact.Ticket.AssignmentId,
                            fact.Ticket.BudgetNo,
                            fact.Ticket.JobNo,
                            fact.Ticket.LegNo,
                        },
                        transaction);
                    await FactLog.AppendAsync(connection, transaction, FactKinds.JobTicketed, fact, now);
                }
            },
            ct);

    private static Task MoveCursorAsync(IDbConnection connection, IDbTransaction transaction, long bookSeq) =>
        connection.ExecuteAsync(
            """
            INSERT INTO book_cursor (id, seq) VALUES (1, @bookSeq)
            ON CONFLICT (id) DO UPDATE SET seq = max(seq, excluded.seq)
            """,
            new { bookSeq },
            transaction);

    private static async Task<bool> InsertAsync(
        IDbConnection connection, IDbTransaction transaction, NewJob job, JobStart start) =>
        await connection.ExecuteAsync(
            """
            INSERT INTO job (job_id, budget_no, client_order_id, request, input_hash, per_leg, fee_bps,
                input_weight_bps, quorum, is_streamed, status, deadline, end_code, end_message, matched_at)
            VALUES (@JobId, @BudgetNo, @ClientOrderId, @Request, @InputHash, @PerLeg, @FeeBps,
                @InputWeightBps, @Quorum, @IsStreamed, @status, @Deadline, @EndCode, @EndMessage, @Now)
            ON CONFLICT (job_id) DO NOTHING
            """,
            new
            {
                job.JobId,
                job.BudgetNo,
                job.ClientOrderId,
                job.Request,
                job.InputHash,
                job.PerLeg,
                job.FeeBps,
                job.InputWeightBps,
                job.Quorum,
                job.IsStreamed,
                status = (int)start.Status,
                start.Deadline,
                start.EndCode,
                start.EndMessage,
                start.Now,
            },
            transaction) == 1;

    private static Task InsertAsync(IDbConnection connection, IDbTransaction transaction, JobId job, Leg leg) =>
        connection.ExecuteAsync(
            """
            INSERT INTO assignment (assignment_id, job_id, leg_no, provider_id, signer, price, status, commit_by,
                reveal_by, is_reveal_asked, is_requests_fault)
            VALUES (@AssignmentId, @job, @LegNo, @ProviderId, @Signer, @Price, @Status, @CommitBy, @RevealBy, 0, 0)
            ON CONFLICT (job_id, leg_no) DO NOTHING
            """,
            new
            {
                leg.AssignmentId,
                job,
                leg.LegNo,
                leg.ProviderId,
                leg.Signer,
                leg.Price,
                Status = (int)leg.Status,
                leg.CommitBy,
                leg.RevealBy,
            },
            transaction);

    private static Task UpdateAsync(
        IDbConnection connection, IDbTransaction transaction, Job job, DateTimeOffset now) =>
        connection.ExecuteAsync(
            """
            UPDATE job SET status = @Status, paid = @Paid, fee = @Fee, end_code = @EndCode, end_message = @EndMessage,
                request = CASE WHEN @Status >= 5 THEN x'' ELSE request END,
                verified_at = CASE WHEN @Status = 2 AND verified_at = 0 THEN @now ELSE verified_at END,
                ended_at = CASE WHEN @Status >= 5 AND ended_at = 0 THEN @now ELSE ended_at END
            WHERE job_id = @JobId
            """,
            new { job.JobId, Status = (int)job.Status, job.Paid, job.Fee, job.EndCode, job.EndMessage, now },
            transaction);

    private static Task UpdateAsync(IDbConnection connection, IDbTransaction transaction, Leg leg) =>
        connection.ExecuteAsync(
            """
            UPDATE assignment SET signer = @Signer, status = @Status, commit_by = @CommitBy, reveal_by = @RevealBy,
                is_reveal_asked = @IsRevealAsked, is_requests_fault = @IsRequestsFault, commitment = @Commitment,
                commit_signature = @CommitSignature,
                result_json = @ResultJson, result_signature = @ResultSignature, canonical = @Canonical,
                result_digest = @ResultDigest
            WHERE assignment_id = @AssignmentId
            """,
            new
            {
                leg.AssignmentId,
                leg.Signer,
                Status = (int)leg.Status,
                leg.CommitBy,
                leg.RevealBy,
                leg.IsRevealAsked,
                leg.IsRequestsFault,
                Commitment = leg.Commitment?.ToBytes(),
                leg.CommitSignature,
                leg.ResultJson,
                leg.ResultSignature,
                leg.Canonical,
                ResultDigest = leg.ResultDigest?.ToBytes(),
            },
            transaction);

    /// <summary>How a new job begins.</summary>
    private sealed record JobStart(
        JobStatus Status, DateTimeOffset Deadline, string EndCode, string EndMessage, DateTimeOffset Now);
}
