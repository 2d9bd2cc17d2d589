namespace Marketplace.Verification.Comparing;

/// <summary>What a comparison of two results says (verification 5.8). Exactly one of the three.</summary>
public enum Outcome : byte
{
    /// <summary>The results agree as honest runs do.</summary>
    Match = 1,

    /// <summary>Another checker decides; nobody is at fault.</summary>
    Inconclusive = 2,

    /// <summary>The results differ as honest runs do not.</summary>
    Mismatch = 3,
}

/// <summary>Whose result a comparison blames.</summary>
public enum Side : byte
{
    /// <summary>The comparison cannot tell: the quorum does.</summary>
    Either = 0,

    /// <summary>The result that is checked.</summary>
    Primary = 1,

    /// <summary>The result that it is checked with.</summary>
    Checker = 2,
}

/// <summary>Why a comparison came out as it did.</summary>
public enum ComparisonReason : byte
{
    /// <summary>Nothing differs but what honest runs differ in.</summary>
    Agrees = 1,

    /// <summary>A measure lies between its two thresholds.</summary>
    BetweenThresholds,

    /// <summary>A measure is beyond its upper threshold.</summary>
    BeyondThreshold,

    /// <summary>Too short for a decision, the answer speaks for the provider: it is paid and carried on.</summary>
    ShortAndCarried,

    /// <summary>Too short for a decision, the answer speaks against the provider.</summary>
    ShortAndDoubtful,

    /// <summary>The token ids differ and nothing has scored them: a difference alone is nobody's fault.</summary>
    DiffersUnscored,

    /// <summary>Two greedy runs part where neither holds the other's token for nearly as likely.</summary>
    HardFlip,

    /// <summary>The answer ends where the other run holds the end for unlikely.</summary>
    EndedEarly,

    /// <summary>The answer goes on where the end was by far the likeliest.</summary>
    EndSkipped,

    /// <summary>Values that are compared by definition differ.</summary>
    Differs,

    /// <summary>The answer repeats itself, and the other run does not.</summary>
    Repeats,

    /// <summary>The answer repeats itself, and no other run is known.</summary>
    RepeatsUnchecked,

    /// <summary>There is no evidence where the class promises it.</summary>
    EvidenceMissing,

    /// <summary>The evidence or the result is no possible one, or does not belong to the answer.</summary>
    EvidenceMalformed,
}
