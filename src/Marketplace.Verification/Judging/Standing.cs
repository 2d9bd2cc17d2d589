using Marketplace.Kernel;

namespace Marketplace.Verification.Judging;

/// <summary>A provider's record in one class of machines, under one comparer.</summary>
/// <param name="ValidInARow">n: checked and valid since the last fault.</param>
/// <param name="Valid">a: all that were ever checked and valid.</param>
/// <param name="Faulty">b: all that were ever checked and faulty.</param>
public sealed record Standing(int ValidInARow, int Valid, int Faulty, Suspicion Suspicion, bool IsEjected)
{
    public static Standing Newcomer { get; } = new(0, 0, 0, Suspicion.None, false);

    /// <summary>A check was decided for this provider. Work that nobody checked never comes here.</summary>
    public Standing AfterValid(SuspicionSteps steps)
    {
        RefuseEjected();
        return this with
        {
            ValidInARow = ValidInARow + 1,
            Valid = Valid + 1,
            Suspicion = Suspicion.AfterValid(steps),
        };
    }

    /// <summary>A fault was found; the suspicion may turn it into an ejection.</summary>
    /// <returns>The record after it, and what follows: that of the ejection if there is one.</returns>
    public (Standing After, Consequence Consequence) AfterFault(FaultKind fault, SuspicionSteps steps)
    {
        RefuseEjected();
        var own = Faults.ConsequenceOf(fault);
        var suspicion = Suspicion;
        for (var step = 0; step < own.SuspicionSteps; step++)
        {
            suspicion = suspicion.AfterFault(steps);
        }

        var isEjected = own.Ejects || suspicion.IsEjection;
        var after = new Standing(
            own.Record == RecordLoss.All ? 0 : (int)(ValidInARow * 2L / 3),
            Valid,
            Faulty + (own.SuspicionSteps > 0 ? 1 : 0),
            suspicion,
            isEjected);
        return (after, isEjected ? Faults.ConsequenceOf(FaultKind.Ejection) : own);
    }

    /// <summary>An answer that came after the verdict differs from the accepted result (verification 5.10).</summary>
    public Standing AfterStraggler(SuspicionSteps steps)
    {
        var suspicion = Suspicion.AfterFault(steps);
        return this with { Suspicion = suspicion, IsEjected = IsEjected || suspicion.IsEjection };
    }

    private void RefuseEjected() =>
        Invariant.Holds(!IsEjected, "an ejected provider has no work that could be judged");
}
