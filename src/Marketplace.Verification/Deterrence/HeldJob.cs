using Marketplace.Kernel;
using Marketplace.Verification.Auditing;

namespace Marketplace.Verification.Deterrence;

/// <summary>How far the checking of a delivered job has come.</summary>
public enum CheckProgress : byte
{
    /// <summary>Its epoch's lottery is not drawn yet.</summary>
    AwaitsDraw = 1,

    /// <summary>It was drawn, and its check is not decided.</summary>
    Checking = 2,

    /// <summary>It was not drawn, or its check could not be served.</summary>
    Unchecked = 3,

    /// <summary>Its check was decided for the provider.</summary>
    Right = 4,
}

/// <summary>A delivered job whose pay waits for the verdict.</summary>
/// <param name="Funder">The address that funded the buyer's budget.</param>
/// <param name="NamesProviders">The order said who should serve it: such pay may be the provider's own.</param>
/// <param name="Audit">The probability of a check that was in force when the job was committed.</param>
public sealed record HeldJob(
    AssignmentId Id,
    EthAddress Funder,
    TokenAmount Pay,
    bool NamesProviders,
    PartsPerMillion Audit,
    DateTimeOffset DeliveredAt,
    CheckProgress Progress)
{
    public bool IsDecided => Progress is CheckProgress.Unchecked or CheckProgress.Right;

    /// <summary>It may be wrong, and only what is held besides it makes that a loss.</summary>
    public bool ReliesOnHeldPay => !IsDecided && Audit < PartsPerMillion.Always;
}

/// <summary>How held pay counts, how much there must be, and how long it waits (architecture 3, rule 3).</summary>
/// <param name="Fee">F at the provider's current price level; 10 micro-tokens and up.</param>
/// <param name="FunderParts">One funding address counts at most a part of this many of F.</param>
/// <param name="RingAddresses">So many funding addresses may be the provider's own.</param>
/// <param name="LongestHold">After this, pay is released though less than is required is held besides it.</param>
public sealed record HeldPayRules(TokenAmount Fee, int FunderParts, int RingAddresses, TimeSpan LongestHold)
{
    /// <summary>At a price: F of <see cref="DeterrenceTerms"/>, a tenth a funder, rings of ten, a day.</summary>
    public static HeldPayRules At(TokenAmount price) => new(
        DeterrenceTerms.At(price).FeeUp(AuditRules.Default.Floor), 10, 10, TimeSpan.FromHours(24));

    public TokenAmount FunderCapDown => new(Fee.Micro / FunderParts);

    /// <summary>What must be held before trust is given, and what a fault takes.</summary>
    /// <remarks>Pay that is forfeited stays with whoever funded it, so a ring loses nothing by pay of its own. F is
    /// what a fault must really cost; what a ring can put beside it comes on top.</remarks>
    public TokenAmount Required => Fee + (FunderCapDown * RingAddresses);
}
