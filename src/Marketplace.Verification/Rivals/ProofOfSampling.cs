namespace Marketplace.Verification.Rivals;

/// <summary>Proof of Sampling, to be compared with: one probability for all, and the first fault ejects.</summary>
public sealed record ProofOfSampling(PartsPerMillion Audit)
{
    /// <summary>Whether a provider with so many faults still works.</summary>
    public static bool IsIn(int faults) => faults == 0;
}
