namespace Marketplace.Verification.Auditing;

/// <summary>
/// Whether a delivered job is checked: drawn after its commit, recomputable by anyone (verification 5.5).
/// </summary>
public static class AuditLottery
{
    /// <summary>A ticket below this is drawn: floor(probability * 2^64 / 10^6).</summary>
    /// <returns>0 to 2^64; the whole of it does not fit 64 bits, and certainty must be certain.</returns>
    public static UInt128 Threshold(PartsPerMillion probability) =>
        ((UInt128)probability.Value << 64) / PartsPerMillion.Whole;

    public static bool IsDrawn(DrawSeed seed, PartsPerMillion probability) =>
        seed.AuditTicket() < Threshold(probability);
}
