namespace Marketplace.Verification.Lifecycle;

/// <summary>Where a job stands (verification 5.3).</summary>
public enum JobPhase : byte
{
    /// <summary>Ordered; its budget is not final yet.</summary>
    Created = 1,

    Funded = 2,

    /// <summary>A provider has it; the clock for its commit runs.</summary>
    Assigned = 3,

    /// <summary>Promised; the clock for the result runs.</summary>
    Committed = 4,

    /// <summary>A provider failed; another is sought.</summary>
    Reassigning = 5,

    /// <summary>The buyer has the answer; its epoch is not closed.</summary>
    Delivered = 6,

    /// <summary>A checker has it, and cannot tell that it checks.</summary>
    Checking = 7,

    CheckCommitted = 8,

    /// <summary>Both results are there, and are compared.</summary>
    Comparing = 9,

    /// <summary>They differ: further executors vote.</summary>
    Escalated = 10,

    /// <summary>The votes are spent without a group that leads: reference nodes decide.</summary>
    Reference = 11,

    /// <summary>Not checked, or checked and right: the pay waits.</summary>
    Held = 12,

    /// <summary>The pay may enter the next batch.</summary>
    Settleable = 13,

    /// <summary>The primary was wrong: the buyer's money goes back.</summary>
    Refunding = 14,

    /// <summary>Closed: paid in a final block.</summary>
    Settled = 15,

    /// <summary>Closed: the buyer pays nothing.</summary>
    Refunded = 16,

    /// <summary>Closed: the buyer has a result, and its provider has lost the pay by a fault.</summary>
    Forfeited = 17,

    /// <summary>Closed: nobody could say who was right; nobody is paid or at fault.</summary>
    NoFault = 18,
}

/// <summary>What can happen to a job.</summary>
public enum JobEvent : byte
{
    BudgetLocked = 1,
    Matched = 2,
    CommitArrived = 3,
    CommitTimedOut = 4,
    RevealArrived = 5,
    RevealTimedOut = 6,

    /// <summary>The reveal does not open the commit, or its usage is not that of its tokens.</summary>
    RevealFalse = 7,

    /// <summary>The reveal of a commit whose clock has run out before.</summary>
    LateRevealArrived = 8,

    Drawn = 9,
    NotDrawn = 10,
    CheckCommitArrived = 11,
    CheckRevealArrived = 12,
    CheckTimedOut = 13,
    ResultsMatch = 14,
    ResultsInconclusive = 15,
    ResultsDiffer = 16,
    MoreVotesNeeded = 17,
    PrimaryRight = 18,
    PrimaryWrong = 19,
    VotesSpent = 20,
    ReferenceUndecided = 21,

    /// <summary>The fee of another job's fault took this job's pay.</summary>
    PayForfeited = 22,

    ProviderEjected = 23,
    HoldEnded = 24,
    PaymentFinal = 25,
    RefundFinal = 26,

    /// <summary>The buyer took back what was not settled in time, without the operator.</summary>
    Claimed = 27,

    /// <summary>The checker's reveal does not open its commit, or its usage is not that of its tokens.</summary>
    CheckRevealFalse = 28,
}

/// <summary>What must be true for a move.</summary>
[Flags]
public enum JobGuards
{
    None = 0,

    /// <summary>The budget's opening is final.</summary>
    IsFinal = 1,

    /// <summary>The provider serves the class of the order.</summary>
    ClassFits = 2,

    /// <summary>Signed by whom it should be, and the first of its kind for this assignment.</summary>
    IsGenuine = 4,

    InTime = 8,

    /// <summary>It opens the commit, its format is right, and its usage is that of its tokens.</summary>
    OpensCommit = 16,

    /// <summary>The rule of held pay lets it go.</summary>
    IsReleasable = 32,

    /// <summary>The last deadline is past.</summary>
    PastFinal = 64,

    /// <summary>By the job's own state: fewer than three providers have failed.</summary>
    AttemptsLeft = 128,

    /// <summary>By the job's own state: fewer than three checkers have failed.</summary>
    ChecksLeft = 256,

    /// <summary>By the job's own state: no comparison was inconclusive before.</summary>
    FirstDoubt = 512,

    /// <summary>By the job's own state: its provider has not lost the pay.</summary>
    PayStands = 1_024,

    /// <summary>By the job's own state: a commit was made in time, and only its reveal is late.</summary>
    HasLateCommit = 2_048,

    /// <summary>By the job's own state: nobody has found it right.</summary>
    Unchecked = 4_096,
}

/// <summary>What is to be done because of a move, by whoever stores it.</summary>
public enum JobEffect : byte
{
    ReservePriceAndFee = 1,
    SignAssignment = 2,
    AppendToEpochLog = 3,
    DeliverAnswer = 4,
    HalvePay = 5,
    CancelAssignment = 6,
    FaultPrimaryLate = 7,
    FaultPrimaryProvable = 8,
    FaultCheckerLate = 9,
    FaultOutvoted = 10,
    AssignChecker = 11,
    AssignCheckerOfOwnClass = 12,
    CountValidForBoth = 13,
    CountValidForRight = 14,
    AskTwoExecutors = 15,
    AskOneExecutor = 16,
    AskReference = 17,
    CountUnserved = 18,
    HoldPay = 19,
    EnterNextBatch = 20,
    ReturnHold = 21,
    FlagClass = 22,
    FaultCheckerProvable = 23,
}
