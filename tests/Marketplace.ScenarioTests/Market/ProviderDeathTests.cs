using System.Net;
using System.Net.Http.Json;
using FluentAssertions;
using Marketplace.Cli;
using Marketplace.Execution;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>A provider that dies between its commit and its reveal. It is the cheapest: the job is its first.</summary>
public sealed class ProviderDeathTests(MarketFixture fixture) : IClassFixture<MarketFixture>
{
    private const int Doomed = 9;
    private const string Question = "what is escrow";
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_job_whose_provider_dies_after_its_commit_is_given_to_another_and_paid_once()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var marker = Path.Combine(fixture.Market.Folder, "reveal.reached");
        fixture.Market.StartProvider(
            Doomed,
            "5",
            new Dictionary<string, string>
            {
                ["MKT_FAULT_POINT"] = FaultPoints.RevealAsked,
                ["MKT_FAULT_MARKER"] = marker,
            });
        await fixture.Market.UntilAsksAsync(MarketFixture.Providers + 1, ct);

        var asking = fixture.AskAsync(MarketFixture.Request(Question), ct);
        await fixture.Market.UntilAsync("the commit", Bound, _ => Task.FromResult(File.Exists(marker)), ct);
        await fixture.Market.KillAsync(LocalMarket.NameOf(Doomed), ct);
        var (status, body) = await asking;

        status.Should().Be(HttpStatusCode.OK);
        MarketFixture.TextOf(body).Should().Be(await fixture.ReferenceAsync(Question, ct));
        var job = MarketFixture.JobOf(body);
        var view = await fixture.Http.GetFromJsonAsync<JobView>(new Uri(fixture.Market.Url, $"/v1/jobs/{job}"), ct);
        view!.Legs.Select(leg => (LegStatus)leg.Status).Should().Equal(LegStatus.Dropped, LegStatus.Accepted);
        view.Legs[0].ProviderId.Should().Be(fixture.Market.ProviderIdOf(Doomed).Value);
        var generation = await fixture.SettledAsync(job, ct);
        generation["legs"]!.AsArray().Should().ContainSingle("only the provider that delivered is paid");
        await fixture.ShouldBalanceAsync(ct);
    }
}
