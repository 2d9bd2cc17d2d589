using Marketplace.Escrow;
using Marketplace.Kernel;

namespace Marketplace.Gateway;

/// <summary>Reads from final blocks what of the budget has settled. The operator is not asked.</summary>
public sealed partial class SettlementWatch(
    IEscrowContract contract, TicketBook tickets, GatewayOptions options, TimeProvider time,
    ILogger<SettlementWatch> logger) : BackgroundService
{
    private const ulong BlocksPerRead = 2_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (ChainFaultException fault)
            {
                LogChainFault(fault.Message);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        var final = await contract.FinalizedBlockAsync(ct);
        var from = await tickets.SettledThroughAsync(ct) is { } block ? block.Value + 1 : options.StartBlock.Value;
        while (from <= final.Number.Value)
        {
            var through = new BlockNumber(Math.Min(from + BlocksPerRead - 1, final.Number.Value));
            var events = await contract.EventsAsync(new BlockNumber(from), through, ct);
            var settled = events.OfType<StatementSettled>().Where(row => row.BudgetNo == options.BudgetNo).ToList();
            var paid = events.OfType<TicketSettled>().Where(row => row.BudgetNo == options.BudgetNo).ToList();
            await tickets.SettledAsync(settled, paid, through, ct);
            from = through.Value + 1;
        }
    }

    [LoggerMessage(2021, LogLevel.Warning, "The chain's endpoint failed: {Fault}")]
    private partial void LogChainFault(string fault);
}
