using Marketplace.Kernel;

namespace Marketplace.Verification.Judging;

/// <summary>What a provider can do wrong (verification 5.11).</summary>
public enum FaultKind : byte
{
    /// <summary>F1: no commit or no reveal in time.</summary>
    Late = 1,

    /// <summary>F2: outvoted with the credibility that a fee needs.</summary>
    Outvoted = 2,

    /// <summary>
    /// F3: a reveal that does not open its commit, two commits, usage against its own tokens: no vote needed.
    /// </summary>
    Provable = 3,

    /// <summary>F4: suspicion has reached its limit.</summary>
    Ejection = 4,
}

/// <summary>What is taken of the held pay. Nothing is ever taken on chain by a verdict.</summary>
public enum Forfeiture : byte
{
    None = 0,

    /// <summary>Held jobs of the fee's worth, as far as there are any.</summary>
    Fee = 1,

    /// <summary>All held jobs.</summary>
    All = 2,
}

/// <summary>What becomes of a provider's run of valid checks.</summary>
public enum RecordLoss : byte
{
    /// <summary>Two thirds are kept, rounded down (iExec's k = 3).</summary>
    Third = 1,

    All = 2,
}

/// <summary>What follows a fault.</summary>
/// <param name="IsPaid">Whether the job of the fault is paid.</param>
/// <param name="SuspicionSteps">How many fault steps the cumulative sum takes.</param>
/// <param name="Ejects">The provider and its owner are barred, whatever the sum says.</param>
/// <param name="Backtracks">Its held jobs that nobody checked are run again.</param>
public sealed record Consequence(
    bool IsPaid, Forfeiture Forfeiture, RecordLoss Record, int SuspicionSteps, bool Ejects, bool Backtracks);

/// <summary>The table of faults and consequences (verification 5.11, narrowed to held pay).</summary>
public static class Faults
{
    public static Consequence ConsequenceOf(FaultKind fault) => fault switch
    {
        FaultKind.Late => new(false, Forfeiture.None, RecordLoss.Third, 0, Ejects: false, Backtracks: false),
        FaultKind.Outvoted => new(false, Forfeiture.Fee, RecordLoss.All, 1, Ejects: false, Backtracks: false),
        FaultKind.Provable => new(false, Forfeiture.All, RecordLoss.All, 2, Ejects: true, Backtracks: true),
        FaultKind.Ejection => new(false, Forfeiture.All, RecordLoss.All, 0, Ejects: true, Backtracks: true),
        _ => throw new InvariantViolationException($"There is no fault {fault}."),
    };
}
