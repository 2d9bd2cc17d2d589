using Marketplace.Kernel;

namespace Marketplace.Provider;

/// <summary>How a provider sells.</summary>
public sealed record ProviderOptions
{
    /// <summary>The operator, for example <c>http://127.0.0.1:8080</c>.</summary>
    public required Uri Operator { get; init; }

    public required ProviderId ProviderId { get; init; }

    /// <summary>The ask: what a million units cost.</summary>
    public required UnitPrice Price { get; init; }

    /// <summary>The most units to sell in one connection.</summary>
    public Quantity Capacity { get; init; } = new(1_000_000_000);

    /// <summary>What the provider says of itself, such as <c>region=eu</c>; buyers may require it.</summary>
    public IReadOnlyList<NamedValues> Attributes { get; init; } = [];

    /// <summary>How many jobs run at once.</summary>
    public int ParallelRuns { get; init; } = 2;

    /// <summary>
    /// A test aid: of a thousand answers so many are changed on purpose. It shows what becomes of a cheater.
    /// </summary>
    public int CorruptPerMille { get; init; }

    /// <summary>Which answers are changed: the same seed changes the same ones of a sequence of runs.</summary>
    public int CorruptSeed { get; init; }
}
