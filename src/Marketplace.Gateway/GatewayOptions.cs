using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <summary>How a gateway buys.</summary>
public sealed record GatewayOptions
{
    public required Uri Operator { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>Where OpenAI clients connect; keep it on loopback.</summary>
    public required string ListenUrl { get; init; }

    public required BudgetNo BudgetNo { get; init; }

    /// <summary>The first block that may hold a log of the escrow.</summary>
    public required BlockNumber StartBlock { get; init; }

    /// <summary>The price cap of requests that name none: tokens per million units.</summary>
    public UnitPrice DefaultMaxPrice { get; init; } = new(1_000_000);

    /// <summary>What every provider must say of itself; a request may name other values of an attribute.</summary>
    public IReadOnlyList<NamedValues> DefaultRequires { get; init; } = [];

    public int DefaultReplicas { get; init; } = 1;

    /// <summary>How long a bid may wait in the book for a provider.</summary>
    public TimeSpan MatchTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client is kept waiting for an answer.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Within this time the same request again belongs to one whose answer did not arrive.</summary>
    public TimeSpan AttachTime { get; init; } = TimeSpan.FromSeconds(60);
}
