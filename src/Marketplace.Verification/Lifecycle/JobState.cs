namespace Marketplace.Verification.Lifecycle;

/// <summary>A job's place in its life, and what its further moves depend on.</summary>
/// <param name="Version">Counts the moves; a command names the version it was decided at.</param>
/// <param name="Attempts">Providers that were assigned; 0 to 3.</param>
/// <param name="FailedChecks">Checkers that never answered; 0 to 3.</param>
public sealed record JobState(
    long Version,
    JobPhase Phase,
    int Attempts,
    int FailedChecks,
    bool WasInconclusive,
    bool HasLateCommit,
    bool IsChecked,
    bool IsPayForfeited)
{
    /// <summary>So many providers may fail before the buyer's hold returns, and so many checkers before the check is
    /// given up.</summary>
    public const int MostAttempts = 3;

    public static JobState New { get; } = new(0, JobPhase.Created, 0, 0, false, false, false, false);

    public bool IsClosed =>
        Phase is JobPhase.Settled or JobPhase.Refunded or JobPhase.Forfeited or JobPhase.NoFault;

    /// <summary>The guards that this state itself answers.</summary>
    public JobGuards Guards =>
        (Attempts < MostAttempts ? JobGuards.AttemptsLeft : JobGuards.None)
        | (FailedChecks + 1 < MostAttempts ? JobGuards.ChecksLeft : JobGuards.None)
        | (WasInconclusive ? JobGuards.None : JobGuards.FirstDoubt)
        | (HasLateCommit ? JobGuards.HasLateCommit : JobGuards.None)
        | (IsChecked ? JobGuards.None : JobGuards.Unchecked)
        | (IsPayForfeited ? JobGuards.None : JobGuards.PayStands);

    /// <summary>This state after <paramref name="on"/> has brought it to <paramref name="to"/>.</summary>
    internal JobState Moved(JobEvent on, JobPhase to) => this with
    {
        Version = Version + 1,
        Phase = to,
        Attempts = Attempts + (on == JobEvent.Matched ? 1 : 0),
        FailedChecks = on switch
        {
            JobEvent.CheckTimedOut or JobEvent.CheckRevealFalse => FailedChecks + 1,
            JobEvent.ProviderEjected when Phase == JobPhase.Held => 0, // a check of its own, not the rest of the first
            _ => FailedChecks,
        },
        WasInconclusive = WasInconclusive || on == JobEvent.ResultsInconclusive,
        // A second promise takes the place of the first, so the first result may no longer come.
        HasLateCommit = on == JobEvent.RevealTimedOut || (HasLateCommit && on != JobEvent.CommitArrived),
        IsChecked = IsChecked || on is JobEvent.ResultsMatch or JobEvent.PrimaryRight,
        IsPayForfeited = IsPayForfeited || on is JobEvent.PayForfeited or JobEvent.ProviderEjected,
    };
}
