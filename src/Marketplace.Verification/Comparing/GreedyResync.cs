namespace Marketplace.Verification.Comparing;

/// <summary>A greedy run with its evidence.</summary>
/// <param name="Tokens">Without the end token.</param>
/// <param name="HasEnded">It stopped by itself; false if it was cut at its length.</param>
public sealed record GreedyRun(IReadOnlyList<TokenChoice> Tokens, bool HasEnded)
{
    internal IReadOnlyList<uint> Ids => [.. Tokens.Select(token => token.Id)];
}

/// <summary>What a comparison of resumable greedy runs does next.</summary>
public abstract record ResyncStep;

/// <summary>Let the checker go on from the prompt and so many of the primary's tokens, and take what comes.</summary>
public sealed record ContinueFrom(int PrefixTokens, GreedyResync Comparison) : ResyncStep;

/// <summary>The comparison is over.</summary>
public sealed record ResyncDone(TokenVerdict Verdict) : ResyncStep;

/// <summary>
/// Compares a greedy answer with plain executions (verification 5.8, V1). Where the runs part and each holds the
/// other's token for nearly as likely, the flip is benign: it counts as one token that differs, and the checker goes on
/// from the primary's text. Anything else is a hard flip.
/// </summary>
public sealed record GreedyResync
{
    /// <summary>Half a nat: so much likelier may a run's own token be than the other's.</summary>
    private const int BenignGap = 500;

    private readonly GreedyRun primary;
    private readonly IReadOnlySet<uint> ends;
    private readonly Thresholds thresholds;
    private readonly TokenTest test;
    private readonly int at;

    private GreedyResync(
        GreedyRun primary, IReadOnlySet<uint> ends, Thresholds thresholds, TokenTest test, int at) =>
        (this.primary, this.ends, this.thresholds, this.test, this.at) = (primary, ends, thresholds, test, at);

    /// <summary>The first step: a run from the prompt, unless the primary's evidence fails at once.</summary>
    /// <param name="answer">The primary's token ids, to which its evidence must belong.</param>
    /// <param name="ends">The model's end tokens.</param>
    public static ResyncStep Begin(
        IReadOnlyList<uint> answer,
        GreedyRun? primary,
        IReadOnlySet<uint> ends,
        TokenTestPlan plan,
        Thresholds thresholds) =>
        TokenEvidence.FaultOf(answer, primary?.Tokens, leastAlternatives: 2) is { } fault
            ? Failed(fault, Side.Primary)
            : new ContinueFrom(
                0, new GreedyResync(primary!, ends, thresholds, new TokenTest(thresholds.Apply(plan)), 0));

    /// <summary>Takes the checker's run from the place that was asked for.</summary>
    /// <param name="run">Its tokens from there on.</param>
    public ResyncStep Take(GreedyRun? run)
    {
        if (FaultOf(run) is { } fault)
        {
            return Failed(fault, Side.Checker);
        }

        var (next, place) = (test, at);
        var shorter = Math.Min(run!.Tokens.Count, primary.Tokens.Count - at);
        for (; place < at + shorter && !next.IsOver; place++)
        {
            var (claimed, token) = (primary.Tokens[place], run.Tokens[place - at]);
            if (token.Id != claimed.Id)
            {
                return IsBenign(claimed, token)
                    ? GoOn(next.Take(isMismatch: true), place + 1)
                    : Differs(ComparisonReason.HardFlip);
            }

            next = next.Take(isMismatch: false);
        }

        return next.IsOver ? Done(next) : AtTheEnd(run, next, place);
    }

    /// <summary>One of the two runs has no more tokens.</summary>
    private ResyncStep AtTheEnd(GreedyRun run, TokenTest next, int place)
    {
        if (place < primary.Tokens.Count)
        {
            return run.HasEnded ? PrimaryWentOn(next, place) : GoOn(next, place);
        }

        var read = place - at;
        if (!primary.HasEnded || (run.HasEnded && read == run.Tokens.Count))
        {
            return Done(next);
        }

        // The primary stopped here and the checker did not; only the checker has evidence of this place.
        return read == run.Tokens.Count
            ? new ContinueFrom(place, With(next, place))
            : IsEndBenign(run.Tokens[read])
                ? Done(next.Take(isMismatch: true))
                : Differs(ComparisonReason.EndedEarly);
    }

    private ResyncStep PrimaryWentOn(TokenTest next, int place) => IsEndBenign(primary.Tokens[place])
        ? GoOn(next.Take(isMismatch: true), place + 1)
        : Differs(ComparisonReason.EndSkipped);

    private ResyncStep GoOn(TokenTest next, int place) =>
        next.IsOver || (place == primary.Tokens.Count && !primary.HasEnded)
            ? Done(next)
            : new ContinueFrom(place, With(next, place));

    private GreedyResync With(TokenTest next, int place) => new(primary, ends, thresholds, next, place);

    /// <summary>A run that neither ends nor brings a token would be asked for again for ever.</summary>
    private static EvidenceFault? FaultOf(GreedyRun? run) => run is null || (run.Tokens.Count == 0 && !run.HasEnded)
        ? EvidenceFault.Missing
        : TokenEvidence.FaultOf(run.Ids, run.Tokens, leastAlternatives: 2);

    private static bool IsBenign(TokenChoice claimed, TokenChoice checkers) =>
        IsNear(claimed, claimed.MilliNatsOf(checkers.Id)) && IsNear(checkers, checkers.MilliNatsOf(claimed.Id));

    private bool IsEndBenign(TokenChoice token) =>
        ends.Any(end => token.Id != end && IsNear(token, token.MilliNatsOf(end)));

    private static bool IsNear(TokenChoice token, short? other) =>
        other is { } milliNats && token.MilliNats - milliNats <= BenignGap;

    private ResyncDone Done(TokenTest next) => new(TokenVerdict.Of(Comparer.Resumed, next, thresholds));

    private static ResyncDone Differs(ComparisonReason reason) =>
        new(new TokenVerdict(Comparison.Mismatch(Comparer.Resumed, reason, Side.Either), 0));

    private static ResyncDone Failed(EvidenceFault fault, Side side) =>
        new(new TokenVerdict(Comparison.Failed(Comparer.Resumed, fault, side), 0));
}
