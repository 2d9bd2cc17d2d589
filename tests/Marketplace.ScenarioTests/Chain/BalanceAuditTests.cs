using FluentAssertions;
using Marketplace.Audit;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Chain;

[Collection(AnvilCollection.Name)]
public sealed class BalanceAuditTests(AnvilFixture anvil, EscrowMarket market) : IClassFixture<EscrowMarket>
{
    [Fact]
    public async Task The_books_are_clean_and_any_dropped_event_that_counts_is_found()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var ct = deadline.Token;
        var budgetNo = await market.OpenBudgetAsync(ct);
        await market.SettleAsync(ct, market.Sign(market.StatementOf(
            budgetNo, market.Pay(market.First, 5_000), market.Pay(market.Second, 6_000))));
        var ticket = market.TicketOf(budgetNo, 5, market.Second, 7_000);
        await market.SendAsync(market.Operator, market.Contract.SettleTickets([ticket, ticket]), ct);
        await market.SendAsync(market.Buyer, market.Contract.Withdraw(new TokenAmount(10)), ct);
        await market.SendAsync(market.Buyer, market.Contract.RequestClose(budgetNo), ct);
        await market.SendAsync(market.Operator, market.Contract.Claim(market.First), ct);
        await market.SendAsync(market.Operator, market.Contract.ClaimFee(market.OperatorId), ct);
        var audit = new BalanceAudit(market.Contract, anvil.Deployment.StartBlock);

        var report = await audit.RunAsync(ct);

        report.Rows.Where(row => !row.IsEqual).Should().BeEmpty();
        report.Rows.Count.Should().BeGreaterThan(15);
        var events = await audit.EventsAsync(report.Block, ct);
        foreach (var dropped in events.Where(happened => happened is not (StatementSkipped or TicketSkipped)))
        {
            var without = events.Where(happened => !ReferenceEquals(happened, dropped)).ToList();
            var isSeen = !(await audit.CompareAsync(without, report.Block, ct)).IsClean;
            isSeen.Should().Be(!IsKnownFromOthers(dropped, without), $"{dropped} was dropped");
        }
    }

    /// <remarks>
    /// A registration moves nothing: where a later credit names the provider, the numbers stay right.
    /// </remarks>
    private static bool IsKnownFromOthers(EscrowEvent dropped, IReadOnlyList<EscrowEvent> others) => dropped switch
    {
        ProviderRegistered e => others.OfType<Credited>().Any(credited => credited.ProviderId == e.ProviderId)
            || others.OfType<TicketSettled>().Any(ticket => ticket.ProviderId == e.ProviderId),
        OperatorRegistered e => others.OfType<FeeCredited>().Any(credited => credited.OperatorId == e.OperatorId)
            || others.OfType<TicketSettled>().Any(ticket => ticket.OperatorId == e.OperatorId),
        _ => false,
    };
}
