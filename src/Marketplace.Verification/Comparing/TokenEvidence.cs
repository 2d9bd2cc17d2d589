namespace Marketplace.Verification.Comparing;

/// <summary>A token that could have come, and how likely it was.</summary>
/// <param name="MilliNats">Log-probability in thousandths of a nat, at most 0.</param>
public readonly record struct Alternative(uint Id, short MilliNats);

/// <summary>A token of an answer, how likely it was, and the likeliest in its place, likeliest first.</summary>
/// <param name="Id">Token id; the byte offset of the token's text where a server gives no ids.</param>
/// <param name="MilliNats">Log-probability in thousandths of a nat, at most 0.</param>
public sealed record TokenChoice(uint Id, short MilliNats, IReadOnlyList<Alternative> Top)
{
    /// <summary>How much likelier the first choice was, in thousandths of a nat; 0 if this is it.</summary>
    public int Gap => Top.Count == 0 ? 0 : Math.Max(0, Top[0].MilliNats - MilliNats);

    /// <summary>The log-probability of a token in this place, if the evidence has it.</summary>
    public short? MilliNatsOf(uint id)
    {
        if (id == Id)
        {
            return MilliNats;
        }

        foreach (var alternative in Top)
        {
            if (alternative.Id == id)
            {
                return alternative.MilliNats;
            }
        }

        return null;
    }
}

/// <summary>What is wrong with evidence, in order of precedence.</summary>
public enum EvidenceFault : byte
{
    /// <summary>There is none, and the answer has tokens.</summary>
    Missing = 1,

    /// <summary>The bytes are no evidence, or the chunks are not those of the committed root.</summary>
    BadBytes,

    /// <summary>Its tokens are not those of the answer.</summary>
    OtherTokens,

    /// <summary>A position has fewer alternatives than the class promises.</summary>
    TooFewAlternatives,

    /// <summary>Alternatives are out of order or twice there, or disagree with the token itself.</summary>
    BadAlternatives,

    /// <summary>A probability is above 1, or those of one position are together.</summary>
    ImpossibleProbability,
}

/// <summary>Whether evidence can be that of an answer at all. It is looked at before anything is compared.</summary>
public static class TokenEvidence
{
    // Each log-probability is off by half a thousandth at most, so the sum of probabilities by one part in 2,000.
    private const double MostTogether = 1.001;

    /// <summary>The first thing that is wrong, or nothing.</summary>
    /// <param name="leastAlternatives">How many alternatives each position must have.</param>
    public static EvidenceFault? FaultOf(
        IReadOnlyList<uint> answer, IReadOnlyList<TokenChoice>? evidence, int leastAlternatives)
    {
        if (evidence is null || (evidence.Count == 0 && answer.Count > 0))
        {
            return EvidenceFault.Missing;
        }

        if (!answer.SequenceEqual(evidence.Select(choice => choice.Id)))
        {
            return EvidenceFault.OtherTokens;
        }

        return evidence.Select(choice => FaultOf(choice, leastAlternatives)).FirstOrDefault(fault => fault is not null);
    }

    private static EvidenceFault? FaultOf(TokenChoice choice, int leastAlternatives)
    {
        if (choice.Top.Count < leastAlternatives)
        {
            return EvidenceFault.TooFewAlternatives;
        }

        if (!AreOrdered(choice.Top) || !HoldsItself(choice))
        {
            return EvidenceFault.BadAlternatives;
        }

        return IsPossible(choice) ? null : EvidenceFault.ImpossibleProbability;
    }

    private static bool AreOrdered(IReadOnlyList<Alternative> top)
    {
        for (var index = 1; index < top.Count; index++)
        {
            if (top[index].MilliNats > top[index - 1].MilliNats)
            {
                return false;
            }
        }

        return top.DistinctBy(alternative => alternative.Id).Count() == top.Count;
    }

    /// <summary>A token among the likeliest has its probability there; another is no likelier than they.</summary>
    private static bool HoldsItself(TokenChoice choice)
    {
        foreach (var alternative in choice.Top)
        {
            if (alternative.Id == choice.Id)
            {
                return alternative.MilliNats == choice.MilliNats;
            }
        }

        return choice.Top.Count == 0 || choice.MilliNats <= choice.Top[^1].MilliNats;
    }

    private static bool IsPossible(TokenChoice choice)
    {
        var together = choice.Top.Any(alternative => alternative.Id == choice.Id)
            ? 0
            : MilliNats.Probability(Math.Min(choice.MilliNats, (short)0));
        foreach (var alternative in choice.Top)
        {
            together += MilliNats.Probability(Math.Min(alternative.MilliNats, (short)0));
        }

        return together <= MostTogether
            && choice.MilliNats <= 0 && choice.Top.All(alternative => alternative.MilliNats <= 0);
    }
}
