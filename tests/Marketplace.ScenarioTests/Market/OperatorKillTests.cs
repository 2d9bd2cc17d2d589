using System.Net;
using FluentAssertions;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>The operator is killed from outside at every point where it might lose or double a payment.</summary>
public sealed class OperatorKillTests(MarketFixture fixture) : IClassFixture<MarketFixture>
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReachBound = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(FaultPoints.JournalAppended, "what is escrow")]
    [InlineData(FaultPoints.HoldMovedToJob, "how are results verified")]
    [InlineData(FaultPoints.ResultRevealed, "what is this model")]
    [InlineData(FaultPoints.StatementStored, "how do i buy inference")]
    [InlineData(FaultPoints.AttemptStored, "what is person?")]
    [InlineData(FaultPoints.TransactionSent, "define group")]
    public async Task An_operator_killed_at_this_point_loses_nothing_and_pays_nothing_twice(
        string point, string question)
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var marker = Path.Combine(fixture.Market.Folder, $"{point}.reached");
        var armed = new Dictionary<string, string> { ["MKT_FAULT_POINT"] = point, ["MKT_FAULT_MARKER"] = marker };
        await RestartAsync(armed, ct);

        var asking = fixture.AskAsync(MarketFixture.Request(question, redundancy: 2), ct);
        await fixture.Market.UntilAsync(point, ReachBound, _ => Task.FromResult(File.Exists(marker)), ct);
        await RestartAsync(null, ct);
        var (status, body) = await asking;

        status.Should().Be(HttpStatusCode.OK, body.ToJsonString());
        MarketFixture.TextOf(body).Should().Be(await fixture.ReferenceAsync(question, ct));
        var generation = await fixture.SettledAsync(MarketFixture.JobOf(body), ct);
        generation["legs"]!.AsArray().Should().HaveCount(2, "two providers ran it, and each is paid once");
        await fixture.ShouldBalanceAsync(ct);
        (await File.ReadAllTextAsync(marker, ct)).Should().Be(point, "the process stood there when it was killed");
    }

    private async Task RestartAsync(IReadOnlyDictionary<string, string>? environment, CancellationToken ct)
    {
        await fixture.Market.KillAsync("operator", ct);
        await fixture.Market.StartOperatorAsync(environment, ct);
        await fixture.UntilReadyAsync(ct);
    }
}
