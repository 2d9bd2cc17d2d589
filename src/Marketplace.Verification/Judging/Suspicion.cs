namespace Marketplace.Verification.Judging;

/// <summary>The steps of a cumulative sum test against a comparer's fault rate (verification 5.11).</summary>
/// <remarks>
/// Fault: ln(s1 / e0). Valid: ln((1 - s1) / (1 - e0)). Limit: ln(1 / alpha). With s1 = 0.05, alpha = 10^-6. By Lorden's
/// bound an honest provider is ejected at most once in 1 / alpha checks. The logarithms are written out in 10^-9 nats,
/// rounded to the nearest: a library's logarithm may differ by machine, and ejection must not.
/// </remarks>
/// <param name="Version">Named in every verdict, so that it can be judged again by the same numbers.</param>
public sealed record SuspicionSteps(int Version, long FaultNanoNats, long ValidNanoNats)
{
    /// <summary>h = ln(10^6).</summary>
    public const long EjectionNanoNats = 13_815_510_558;

    /// <summary>e0 = 10^-6: equal or not.</summary>
    public static SuspicionSteps Exact { get; } = new(1, 10_819_778_284, -51_292_294);

    /// <summary>e0 = 10^-4: a comparer with tolerances, certified to that rate.</summary>
    public static SuspicionSteps Tolerant { get; } = new(1, 6_214_608_098, -51_193_289);

    /// <summary>e0 = 10^-3: a comparer that is certified no better.</summary>
    public static SuspicionSteps Coarse { get; } = new(1, 3_912_023_005, -50_292_794);
}

/// <summary>How much a provider's checks speak against it; kept per provider and comparer.</summary>
/// <param name="NanoNats">W: 0 and up, in 10^-9 nats.</param>
public readonly record struct Suspicion(long NanoNats)
{
    public static Suspicion None => default;

    public bool IsEjection => NanoNats >= SuspicionSteps.EjectionNanoNats;

    /// <summary>While anything is left of it, every job is checked.</summary>
    public bool IsAny => NanoNats > 0;

    public Suspicion AfterFault(SuspicionSteps steps) => new(NanoNats + steps.FaultNanoNats);

    public Suspicion AfterValid(SuspicionSteps steps) => new(Math.Max(0, NanoNats + steps.ValidNanoNats));
}
