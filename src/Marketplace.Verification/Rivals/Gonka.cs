namespace Marketplace.Verification.Rivals;

/// <summary>Gonka's chance that one validator checks one executor, to be compared with (verification 6.4).</summary>
public static class Gonka
{
    /// <summary>(max - reputation (max - min)) * power / (total - executor), rounded down.</summary>
    /// <param name="reputation">The executor's: 0 for a newcomer, 1 for a full record.</param>
    /// <param name="total">The power of all; more than the executor's.</param>
    public static PartsPerMillion Validation(
        PartsPerMillion least,
        PartsPerMillion most,
        PartsPerMillion reputation,
        long power,
        long total,
        long executor)
    {
        var share = most.Value - ((long)reputation.Value * (most.Value - least.Value) / PartsPerMillion.Whole);
        return new PartsPerMillion((int)Int128.Min(PartsPerMillion.Whole, (Int128)share * power / (total - executor)));
    }
}
