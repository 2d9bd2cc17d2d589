using System.Text.Json;
using Dapper;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Marketplace.Storage;

namespace Marketplace.Provider;

/// <summary>What was signed for an assignment.</summary>
public sealed record SignedAnswer(CommitFrame Commit, RevealFrame Reveal);

/// <summary>
/// What this provider signed. It is stored before it is sent, and an assignment that was answered is answered with the
/// same bytes for ever: two different signatures for one assignment cost the bond.
/// </summary>
public sealed class ProviderJournal(Database database)
{
    public Task<SignedAnswer?> FindAsync(AssignmentId id, CancellationToken ct) => database.ReadAsync(
        async connection =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<AnswerRow>(
                """
                SELECT commit_frame AS CommitFrame, reveal_frame AS RevealFrame
                FROM assignment WHERE assignment_id = @id
                """,
                new { id });
            return row?.ToAnswer();
        },
        ct);

    /// <summary>Stores an answer unless there is one.</summary>
    /// <returns>The answer that counts: the first.</returns>
    public async Task<SignedAnswer> KeepAsync(
        AssignmentId id, SignedAnswer answer, DateTimeOffset now, CancellationToken ct)
    {
        await database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                """
                INSERT INTO assignment (assignment_id, commit_frame, reveal_frame, created_at)
                VALUES (@id, @commit, @reveal, @now) ON CONFLICT (assignment_id) DO NOTHING
                """,
                new
                {
                    id,
                    commit = JsonSerializer.Serialize(answer.Commit),
                    reveal = JsonSerializer.Serialize(answer.Reveal),
                    now,
                },
                transaction),
            ct);
        return await FindAsync(id, ct) ?? throw new InvariantViolationException("What was stored can be read.");
    }

    public Task CloseAsync(AssignmentClosed closed, CancellationToken ct) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE assignment SET outcome = @Outcome, amount = @Amount WHERE assignment_id = @AssignmentId",
            new { closed.Outcome, closed.Amount, closed.AssignmentId },
            transaction),
        ct);

    /// <summary>Answers by outcome, and what they earned.</summary>
    public Task<IReadOnlyList<(string Outcome, long Count, long Micro)>> EarningsAsync(CancellationToken ct) =>
        database.ReadAsync<IReadOnlyList<(string, long, long)>>(
            async connection => (await connection.QueryAsync<(string, long, long)>(
                "SELECT outcome, count(*), sum(amount) FROM assignment GROUP BY outcome")).ToList(),
            ct);

    private sealed record AnswerRow(string CommitFrame, string RevealFrame)
    {
        public SignedAnswer ToAnswer() => new(
            JsonSerializer.Deserialize<CommitFrame>(CommitFrame)!,
            JsonSerializer.Deserialize<RevealFrame>(RevealFrame)!);
    }
}
