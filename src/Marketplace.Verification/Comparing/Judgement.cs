using Marketplace.Kernel;

namespace Marketplace.Verification.Comparing;

/// <summary>What a threshold rests on, and so whether it may put anybody at fault.</summary>
public abstract record Standing
{
    private protected Standing()
    {
    }
}

/// <summary>A starting value: verdicts are recorded, and no fault follows.</summary>
public sealed record Shadow : Standing;

/// <summary>Honest pairs were measured; made by <see cref="Calibration"/> alone.</summary>
public sealed record Certified : Standing
{
    internal Certified(Hash32 calibration, long falseAlarmBoundBillionths) =>
        (Calibration, FalseAlarmBoundBillionths) = (calibration, falseAlarmBoundBillionths);

    /// <summary>The hash of the calibration that says so.</summary>
    public Hash32 Calibration { get; }

    /// <summary>Upper bound of the rate of false alarms at 95 % confidence: the comparer's e0.</summary>
    public long FalseAlarmBoundBillionths { get; }
}

/// <summary>
/// A comparison and its weight. Which of the two kinds it is, only <see cref="Thresholds.Judge"/> decides: a caller
/// cannot make the binding kind, so it cannot forget to ask.
/// </summary>
public abstract record Judgement
{
    private protected Judgement(Comparison comparison) => Comparison = comparison;

    public Comparison Comparison { get; }
}

/// <summary>To be recorded and nothing else.</summary>
public sealed record ShadowJudgement : Judgement
{
    internal ShadowJudgement(Comparison comparison)
        : base(comparison)
    {
    }
}

/// <summary>May be the ground of a fault.</summary>
public sealed record BindingJudgement : Judgement
{
    internal BindingJudgement(Comparison comparison)
        : base(comparison)
    {
    }
}

/// <summary>What an escalation may rest on: a mismatch whose thresholds are certified or true by definition.</summary>
public sealed record FaultGround
{
    private FaultGround(Comparison comparison) => Comparison = comparison;

    public Comparison Comparison { get; }

    /// <summary>Nothing, unless the judgement is a mismatch. A shadow judgement is not even accepted.</summary>
    public static FaultGround? From(BindingJudgement judgement) =>
        judgement.Comparison.Outcome == Outcome.Mismatch ? new FaultGround(judgement.Comparison) : null;
}
