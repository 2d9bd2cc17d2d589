using Marketplace.Kernel;

namespace Marketplace.Verification.Auditing;

/// <summary>Why a provider may not check a job, in order of precedence (verification 5.5.5).</summary>
public enum CheckerExclusion : byte
{
    /// <summary>It may be drawn.</summary>
    None = 0,

    /// <summary>It is the primary, or has run or is running this job, or shares a hand with one that has.</summary>
    AlreadyInvolved = 1,

    /// <summary>
    /// Its owner, payout address or network is not known, so it cannot be told apart from the primary.
    /// </summary>
    IncompleteEvidence = 2,

    /// <summary>It has the primary's owner.</summary>
    SameOwner = 3,

    /// <summary>It is paid to the primary's payout address.</summary>
    SamePayout = 4,

    /// <summary>It stands in the primary's /24 or autonomous system.</summary>
    SameNetwork = 5,

    /// <summary>It made more than 5 % of the primary's last 200 checks.</summary>
    PairTooFrequent = 6,

    /// <summary>It does not serve this class.</summary>
    NotCapable = 7,

    /// <summary>It is suspended or ejected.</summary>
    Suspended = 8,

    /// <summary>It ran the same input as a primary in this epoch: it has an answer to copy.</summary>
    RanSameInput = 9,

    /// <summary>It has no stake, so no draw can name it.</summary>
    NoWeight = 10,
}

/// <summary>Who may check: never the accused, and nobody who may be the same hand.</summary>
/// <param name="WeightCapMicro">Stake above this draws no better; 1 and up, in micro-tokens.</param>
/// <param name="PairWindow">How many of the primary's last checks the share of a pair is taken of.</param>
/// <param name="PairsAtMost">How many of those one checker may have made.</param>
/// <param name="SeparatesNetworks">False only where all machines are one network, as on one desk.</param>
public sealed record DrawRules(long WeightCapMicro, int PairWindow, int PairsAtMost, bool SeparatesNetworks)
{
    public static DrawRules Default { get; } = new(100_000_000_000, 200, 10, SeparatesNetworks: true);

    /// <summary>Why <paramref name="candidate"/> may not check <paramref name="primary"/>, or that it may.</summary>
    /// <param name="primary">Whoever ran the job.</param>
    /// <param name="involved">All that were already asked to run it again.</param>
    /// <param name="lastCheckers">Who made the primary's checks, the latest last.</param>
    public CheckerExclusion ExclusionOf(
        Candidate candidate, Party primary, IReadOnlyList<Party> involved, IReadOnlyList<EthAddress> lastCheckers)
    {
        var party = candidate.Party;
        if (party.Provider == primary.Provider || involved.Any(other => IsOneHand(other, party)))
        {
            return CheckerExclusion.AlreadyInvolved;
        }

        if (!party.IsKnown || !primary.IsKnown)
        {
            return CheckerExclusion.IncompleteEvidence;
        }

        return ExclusionAsRelated(party, primary) is var related and not CheckerExclusion.None
            ? related
            : ExclusionByRecord(candidate, lastCheckers);
    }

    private CheckerExclusion ExclusionAsRelated(Party party, Party primary)
    {
        if (party.Owner == primary.Owner)
        {
            return CheckerExclusion.SameOwner;
        }

        if (party.Payout == primary.Payout)
        {
            return CheckerExclusion.SamePayout;
        }

        return IsOneNetwork(party, primary) ? CheckerExclusion.SameNetwork : CheckerExclusion.None;
    }

    private CheckerExclusion ExclusionByRecord(Candidate candidate, IReadOnlyList<EthAddress> lastCheckers)
    {
        var pairs = lastCheckers.TakeLast(PairWindow).Count(checker => checker == candidate.Party.Provider);

        return candidate switch
        {
            _ when pairs > PairsAtMost => CheckerExclusion.PairTooFrequent,
            { IsCapable: false } => CheckerExclusion.NotCapable,
            { IsSuspended: true } => CheckerExclusion.Suspended,
            { RanSameInput: true } => CheckerExclusion.RanSameInput,
            { StakeMicro: <= 0 } => CheckerExclusion.NoWeight,
            _ => CheckerExclusion.None,
        };
    }

    // Two votes of one hand would be one vote counted twice, so the rule holds between checkers as well.
    private bool IsOneHand(Party left, Party right) => left.Provider == right.Provider
        || (left.IsKnown && right.IsKnown && ExclusionAsRelated(left, right) != CheckerExclusion.None);

    private bool IsOneNetwork(Party left, Party right) => SeparatesNetworks
        && left.Network is { } network && right.Network is { } other && network.IsSharedWith(other);
}
