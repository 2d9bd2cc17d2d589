namespace Marketplace.Verification.Comparing;

/// <summary>Compares runs of a class whose members give the same tokens (verification 5.8, V3).</summary>
public static class ExactTokens
{
    /// <summary>
    /// Equal ids agree. Different ones are nobody's fault yet: the teacher-forced test decides, and without it another
    /// checker does.
    /// </summary>
    /// <param name="scored">What <see cref="TeacherForced"/> found of the primary's tokens, if it was asked.</param>
    public static TokenVerdict Compare(
        IReadOnlyList<uint>? primary, IReadOnlyList<uint>? checker, TokenVerdict? scored)
    {
        if (primary is null || primary.Count == 0)
        {
            return Failed(Side.Primary);
        }

        if (checker is null || checker.Count == 0)
        {
            return Failed(Side.Checker);
        }

        return primary.SequenceEqual(checker)
            ? new TokenVerdict(Comparison.Match(Comparer.ExactTokens, ComparisonReason.Agrees), 0)
            : scored ?? new TokenVerdict(
                Comparison.Inconclusive(Comparer.ExactTokens, ComparisonReason.DiffersUnscored), 0);
    }

    private static TokenVerdict Failed(Side side) =>
        new(Comparison.Failed(Comparer.ExactTokens, EvidenceFault.Missing, side), 0);
}
