using Hangfire;
using Marketplace.Execution;
using Marketplace.OrderBook;

namespace Marketplace.Api;

/// <summary>
/// Starts the book, keeps the clocks of jobs and facts going, and stops the process when the book fails.
/// </summary>
public sealed partial class Housekeeping(
    Operator market, IRecurringJobManager recurring, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan JobTick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RequestSweep = TimeSpan.FromMinutes(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await market.Book.StartAsync(cancellationToken);
        await market.Book.CancelAllAsksAsync(cancellationToken);
        await OpenMarketsAsync(cancellationToken);
        await market.Facts.PumpAsync(cancellationToken);
        await market.Jobs.ResumeAsync(cancellationToken);
        var seconds = Math.Max(1, (int)market.Options.SettlementInterval.TotalSeconds);
        recurring.AddOrUpdate<SettlementJob>(
            SettlementJob.Id, job => job.RunAsync(CancellationToken.None), $"*/{seconds} * * * * *");
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Every listed market, at the fee that this process was started with.</summary>
    private async Task OpenMarketsAsync(CancellationToken ct)
    {
        foreach (var listed in await market.Entry.MarketsAsync(ct))
        {
            await market.Book.SubmitAsync(new OpenMarket(listed.Id, market.Options.FeeBps), ct);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await market.Book.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await await Task.WhenAny(
                market.Facts.RunAsync(stoppingToken),
                TickAsync(market.Jobs, stoppingToken),
                SweepAsync(market.Requests, stoppingToken),
                market.Book.Completion);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }

        if (!stoppingToken.IsCancellationRequested)
        {
            // A part of the market that stands still while the rest goes on would take money for nothing.
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    private async Task TickAsync(JobRunner jobs, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(JobTick, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            await jobs.TickAsync(ct);
        }
    }

    private async Task SweepAsync(BidRequests requests, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(RequestSweep, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            await requests.SweepAsync(ct);
        }
    }

    [LoggerMessage(5021, LogLevel.Critical, "A part of the market failed; the process stops")]
    private partial void LogFailed(Exception failure);
}
