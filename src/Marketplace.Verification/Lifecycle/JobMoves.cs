using static Marketplace.Verification.Lifecycle.JobEffect;
using static Marketplace.Verification.Lifecycle.JobEvent;
using static Marketplace.Verification.Lifecycle.JobGuards;
using static Marketplace.Verification.Lifecycle.JobPhase;

namespace Marketplace.Verification.Lifecycle;

/// <summary>One row of the table: from here, on this, if all that holds, to there.</summary>
public sealed record JobMove(
    JobPhase From, JobEvent On, JobGuards Needs, JobPhase To, IReadOnlyList<JobEffect> Effects);

/// <summary>The life of a job as one table (verification 5.3 and 5.10). The first row that fits is taken.</summary>
public static class JobMoves
{
    public static IReadOnlyList<JobMove> All { get; } =
    [
        .. UntilDelivery(), .. Checks(), .. Disputes(), .. Payment(), .. LostPay(), .. Claims(),
    ];

    private static IEnumerable<JobMove> UntilDelivery() =>
    [
        Move(Created, BudgetLocked, IsFinal, Funded, ReservePriceAndFee),
        Move(Funded, Matched, ClassFits, Assigned, SignAssignment),
        Move(Reassigning, Matched, ClassFits, Assigned, SignAssignment),
        Move(Assigned, CommitArrived, IsGenuine | InTime, Committed, AppendToEpochLog),
        Move(Assigned, CommitTimedOut, AttemptsLeft, Reassigning, FaultPrimaryLate),
        Move(Assigned, CommitTimedOut, JobGuards.None, Refunded, FaultPrimaryLate, ReturnHold),
        Move(Committed, RevealArrived, OpensCommit | InTime, Delivered, DeliverAnswer),
        Move(Committed, RevealTimedOut, AttemptsLeft, Reassigning, FaultPrimaryLate),
        Move(Committed, RevealTimedOut, JobGuards.None, Refunded, FaultPrimaryLate, ReturnHold),
        Move(Committed, RevealFalse, AttemptsLeft, Reassigning, FaultPrimaryProvable),
        Move(Committed, RevealFalse, JobGuards.None, Refunded, FaultPrimaryProvable, ReturnHold),
        // Its fault was booked when the clock ran out. It is taken until another provider has promised.
        Move(Reassigning, LateRevealArrived, HasLateCommit | OpensCommit, Delivered, DeliverAnswer, HalvePay),
        Move(Assigned, LateRevealArrived, HasLateCommit | OpensCommit, Delivered,
            DeliverAnswer, HalvePay, CancelAssignment),
    ];

    private static IEnumerable<JobMove> Checks() =>
    [
        Move(Delivered, Drawn, JobGuards.None, Checking, AssignChecker),
        Move(Delivered, NotDrawn, PayStands, Held, HoldPay),
        Move(Delivered, NotDrawn, JobGuards.None, Forfeited, ReturnHold),
        Move(Checking, CheckCommitArrived, IsGenuine | InTime, CheckCommitted, AppendToEpochLog),
        Move(CheckCommitted, CheckRevealArrived, OpensCommit | InTime, Comparing),
        .. Unanswered(Checking, CheckTimedOut, FaultCheckerLate),
        .. Unanswered(CheckCommitted, CheckTimedOut, FaultCheckerLate),
        .. Unanswered(CheckCommitted, CheckRevealFalse, FaultCheckerProvable),
        Move(Comparing, ResultsMatch, PayStands, Held, CountValidForBoth, HoldPay),
        Move(Comparing, ResultsMatch, JobGuards.None, Forfeited, CountValidForBoth, ReturnHold),
        Move(Comparing, ResultsInconclusive, FirstDoubt, Checking, AssignCheckerOfOwnClass),
        Move(Comparing, ResultsInconclusive, PayStands, Held, HoldPay),
        Move(Comparing, ResultsInconclusive, JobGuards.None, Forfeited, ReturnHold),
        Move(Comparing, ResultsDiffer, JobGuards.None, Escalated, AskTwoExecutors),
    ];

    private static IEnumerable<JobMove> Unanswered(JobPhase phase, JobEvent on, JobEffect fault) =>
    [
        Move(phase, on, ChecksLeft, Checking, fault, AssignChecker),
        Move(phase, on, PayStands, Held, fault, CountUnserved, HoldPay),
        Move(phase, on, JobGuards.None, Forfeited, fault, CountUnserved, ReturnHold),
    ];

    private static IEnumerable<JobMove> Disputes() =>
    [
        Move(Escalated, MoreVotesNeeded, JobGuards.None, Escalated, AskOneExecutor),
        Move(Escalated, VotesSpent, JobGuards.None, Reference, AskReference),
        Move(Reference, ReferenceUndecided, JobGuards.None, NoFault, ReturnHold, FlagClass),
        .. Decided(Escalated),
        .. Decided(Reference),
        Move(Refunding, RefundFinal, JobGuards.None, Refunded),
    ];

    private static IEnumerable<JobMove> Decided(JobPhase phase) =>
    [
        Move(phase, PrimaryRight, PayStands, Held, CountValidForRight, FaultOutvoted, HoldPay),
        Move(phase, PrimaryRight, JobGuards.None, Forfeited, CountValidForRight, FaultOutvoted, ReturnHold),
        Move(phase, PrimaryWrong, JobGuards.None, Refunding, CountValidForRight, FaultOutvoted, ReturnHold),
    ];

    private static IEnumerable<JobMove> Payment() =>
    [
        Move(Held, HoldEnded, IsReleasable, Settleable, EnterNextBatch),
        Move(Settleable, PaymentFinal, JobGuards.None, Settled),
    ];

    // Work that is still being judged is judged to its end: the buyer is owed the truth, though nothing is paid.
    private static IEnumerable<JobMove> LostPay() =>
    [
        .. from phase in new[] { Delivered, Checking, CheckCommitted, Comparing, Escalated, Reference }
           select Move(phase, PayForfeited, PayStands, phase),
        Move(Held, PayForfeited, JobGuards.None, Forfeited, ReturnHold),
        Move(Assigned, ProviderEjected, AttemptsLeft, Reassigning, CancelAssignment),
        Move(Assigned, ProviderEjected, JobGuards.None, Refunded, CancelAssignment, ReturnHold),
        Move(Committed, ProviderEjected, AttemptsLeft, Reassigning, CancelAssignment),
        Move(Committed, ProviderEjected, JobGuards.None, Refunded, CancelAssignment, ReturnHold),
        Move(Delivered, ProviderEjected, JobGuards.None, Checking, AssignChecker),
        Move(Held, ProviderEjected, Unchecked, Checking, AssignChecker),
        Move(Held, ProviderEjected, JobGuards.None, Forfeited, ReturnHold),
        .. from phase in new[] { Checking, CheckCommitted, Comparing, Escalated, Reference }
           select Move(phase, ProviderEjected, PayStands, phase),
    ];

    private static IEnumerable<JobMove> Claims() =>
        from phase in Enum.GetValues<JobPhase>()
        where phase is not (Settled or Refunded or Forfeited or NoFault)
        select Move(phase, Claimed, PastFinal, Refunded, ReturnHold);

    private static JobMove Move(
        JobPhase from, JobEvent on, JobGuards needs, JobPhase to, params JobEffect[] effects) =>
        new(from, on, needs, to, effects);
}
