using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;

namespace Marketplace.Api;

/// <summary>What an operator sets; every value has a default but the places.</summary>
public sealed record OperatorOptions
{
    /// <summary>Where the journal, the database and the keys live.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the operator listens, for example <c>http://127.0.0.1:8080</c>.</summary>
    public required string ListenUrl { get; init; }

    /// <summary>The operator's number in the escrow contract.</summary>
    public required OperatorId OperatorId { get; init; }

    /// <summary>The first block that may hold a log of the escrow.</summary>
    public required BlockNumber StartBlock { get; init; }

    /// <summary>The endpoint that gateways and providers may read the chain from; told by <c>/v1/info</c>.</summary>
    public required Uri PublicRpc { get; init; }

    /// <summary>The fee on every amount, rounded down per leg. At most 1,000.</summary>
    public BasisPoints FeeBps { get; init; } = new(250);

    /// <summary>What an input token counts, in ten-thousandths of an output token.</summary>
    public BasisPoints InputWeightBps { get; init; } = new(2_500);

    /// <summary>How long a delivered job's pay is held before it may settle.</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often settlement ticks.</summary>
    public TimeSpan SettlementInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How fast one address may send orders, cancels, and grants to check.</summary>
    public EntryRates SourceRates { get; init; } = new(new(5_000, 10_000), new(5_000, 10_000), new(5, 20));

    /// <summary>How fast one session may send orders and cancels.</summary>
    public EntryRates SessionRates { get; init; } = new(new(1_000, 2_048), new(2_000, 4_096), new(1, 1));

    /// <summary>How many addresses' rates are known at once.</summary>
    public int SourcesRemembered { get; init; } = 10_000;

    /// <summary>How many signatures of owners are known at once, so that a repeated one is not checked again.</summary>
    public int SignaturesRemembered { get; init; } = 10_000;

    /// <summary>Whether the chain is the embedded one, so that the operator may hand out test tokens.</summary>
    public bool IsLocalChain { get; init; }
}
