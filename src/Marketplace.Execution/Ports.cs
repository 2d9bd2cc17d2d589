using Marketplace.Kernel;
using Marketplace.Protocol;

namespace Marketplace.Execution;

/// <summary>The providers that are connected. Sending never waits: false means gone.</summary>
public interface IProviderLinks
{
    bool IsConnected(ProviderId id);

    bool TrySend(ProviderId id, Frame frame);

    /// <summary>The registered signer of a connected provider.</summary>
    EthAddress? SignerOf(ProviderId id);
}

/// <summary>The gateways that are connected, by budget.</summary>
public interface IGatewayLinks
{
    bool IsConnected(BudgetNo budget);

    bool TrySend(BudgetNo budget, Frame frame);

    /// <summary>The session key of a connected gateway's budget.</summary>
    EthAddress? SessionOf(BudgetNo budget);
}

/// <summary>One provider's part of a job, as the book sold it.</summary>
public sealed record LegGrant(int LegNo, ProviderId ProviderId, UnitPrice Price);

/// <summary>Why the book sold no further leg.</summary>
public enum LegRejection
{
    /// <summary>No ask of a new owner at or under the limit.</summary>
    NoAsk = 1,
}

/// <summary>The book's side of a job: further legs, and what becomes of its pot. Every call may be repeated.</summary>
public interface IJobLedger
{
    /// <param name="legNo">One above the last leg's number; an earlier number gives that leg again.</param>
    Task<Result<LegGrant, LegRejection>> AddLegAsync(
        JobId job, int legNo, IReadOnlyList<ProviderId> exclude, CancellationToken ct);

    Task CompleteAsync(JobId job, TokenAmount paid, TokenAmount fee, CancellationToken ct);

    Task ReleaseAsync(JobId job, CancellationToken ct);
}

/// <summary>Everything that execution talks to.</summary>
public sealed record JobLinks(IProviderLinks Providers, IGatewayLinks Gateways, IJobLedger Ledger);
