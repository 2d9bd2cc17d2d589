using Marketplace.Kernel;

namespace Marketplace.Verification.Lifecycle;

/// <summary>Why an event moves nothing, in order of precedence.</summary>
public enum MoveRefusal : byte
{
    /// <summary>It was decided at another version: it has acted already, or something came before it.</summary>
    StaleVersion = 1,

    /// <summary>The job is over.</summary>
    JobClosed = 2,

    /// <summary>It cannot happen in this phase.</summary>
    NotInThisPhase = 3,

    /// <summary>It can, but something that it needs does not hold.</summary>
    GuardNotMet = 4,
}

/// <summary>Where a job is after a move, and what is to be done because of it.</summary>
public sealed record Moved(JobState State, IReadOnlyList<JobEffect> Effects);

/// <summary>Moves a job through the table; what is not in the table is refused.</summary>
public static class JobLife
{
    // Nobody outside may claim what only the state knows.
    private const JobGuards OwnGuards = JobGuards.AttemptsLeft | JobGuards.ChecksLeft | JobGuards.FirstDoubt
        | JobGuards.PayStands | JobGuards.HasLateCommit | JobGuards.Unchecked;

    private static readonly ILookup<(JobPhase, JobEvent), JobMove> Moves =
        JobMoves.All.ToLookup(move => (move.From, move.On));

    /// <param name="expectedVersion">The version that the event was decided at.</param>
    /// <param name="met">The guards that hold in the world; those of the job's own state are added here.</param>
    public static Result<Moved, MoveRefusal> Apply(
        JobState state, long expectedVersion, JobEvent on, JobGuards met)
    {
        if (state.Version != expectedVersion)
        {
            return MoveRefusal.StaleVersion;
        }

        if (state.IsClosed)
        {
            return MoveRefusal.JobClosed;
        }

        if (!Moves.Contains((state.Phase, on)))
        {
            return MoveRefusal.NotInThisPhase;
        }

        var all = (met & ~OwnGuards) | state.Guards;
        var move = Moves[(state.Phase, on)].FirstOrDefault(row => (row.Needs & ~all) == JobGuards.None);
        return move is null ? MoveRefusal.GuardNotMet : new Moved(state.Moved(on, move.To), move.Effects);
    }
}
