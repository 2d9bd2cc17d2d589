using Hangfire;
using Marketplace.Settlement;

namespace Marketplace.Api;

/// <summary>
/// What Hangfire calls. Hangfire is only the clock: the tables are the truth, and a tick may run twice.
/// </summary>
public sealed class SettlementJob(SettlementTick tick)
{
    public const string Id = "settlement";

    [DisableConcurrentExecution(timeoutInSeconds: 1)]
    [AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken ct) => tick.RunAsync(ct);
}
