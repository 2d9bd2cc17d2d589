using Marketplace.Protocol;

namespace Marketplace.Gateway;

/// <summary>
/// Asks the operator after prepared purchases whose time is over. One that never became a bid ends with the answer, and
/// what it reserved is free; one whose bid is in the book or runs goes on.
/// </summary>
public sealed class ExpiryWatch(PurchaseStore purchases, OperatorLink link, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (var bid in await purchases.OpenPreparedAsync(stoppingToken))
            {
                if (bid.ExpiresAtUnixMilliseconds <= now)
                {
                    await link.TrySendAsync(new OrderInquiry(bid.ClientOrderId), stoppingToken);
                }
            }
        }
    }
}
