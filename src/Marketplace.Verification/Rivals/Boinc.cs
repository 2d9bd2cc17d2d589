using Marketplace.Verification.Auditing;

namespace Marketplace.Verification.Rivals;

/// <summary>BOINC's adaptive replication, version 10, to be compared with (sched_send.cpp; verification 1.1).</summary>
/// <remarks>Trust grows on replicated jobs alone, and nothing but a reset follows a fault.</remarks>
/// <param name="ValidInARow">n; 0 and up.</param>
public readonly record struct BoincHost(int ValidInARow)
{
    private const int Trial = 10;

    /// <summary>The chance that a job is replicated: certainty below ten, 1/n from there, without a floor.</summary>
    public PartsPerMillion Replication => ValidInARow < Trial
        ? PartsPerMillion.Always
        : AuditProbability.OneInUp(ValidInARow);

    public BoincHost AfterValidReplica() => new(ValidInARow + 1);

    /// <summary>An invalid result, an error or a timeout.</summary>
    public static BoincHost AfterFault() => new(0);
}
