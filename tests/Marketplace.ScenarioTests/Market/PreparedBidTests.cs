using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Execution;
using Marketplace.Kernel;
using Marketplace.OrderBook.Entry;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>A buyer's bot bids over its own session and gets what it pays for through its gateway.</summary>
public sealed class PreparedBidTests(MarketFixture fixture) : IClassFixture<MarketFixture>
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly UnitPrice CheapestAsk = new(20_000_000);
    private static readonly BasisPoints Fee = new(250);
    private static readonly BasisPoints InputWeight = new(2_500);

    [Fact]
    public async Task A_bid_that_was_prepared_is_run_delivered_and_paid_at_price_times_meter()
    {
        const string Question = "what is escrow";
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var session = await BuyersSession.OpenAsync(fixture, ct);
        var before = await fixture.SpentAsync(ct);

        var prepared = await PrepareAsync("bot-1", Question, ct);
        await BidAsync(session, prepared, ct);
        var bought = await BoughtAsync("bot-1", ct);

        await ShouldBePaidAsync(bought, Question, before, ct);
    }

    [Fact]
    public async Task A_gateway_killed_between_bid_and_delivery_takes_the_delivery_when_it_is_back()
    {
        const string Question = "how are results verified";
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var gateway = await RestartGatewayAsync(ct);
        var session = await BuyersSession.OpenAsync(fixture, ct);
        var before = await fixture.SpentAsync(ct);
        var prepared = await PrepareAsync("bot-2", Question, ct);

        // It stands still from before the bid until it is killed: it is connected and sees nothing of the job.
        await SuspendAsync(gateway, ct);
        var job = await BidAsync(session, prepared, ct);
        await fixture.Market.UntilAsync("the delivery", Patience, token => IsDeliveringAsync(job, token), ct);
        await RestartGatewayAsync(ct);
        var bought = await BoughtAsync("bot-2", ct);

        bought["settlement"]!["job"]!.GetValue<long>().Should().Be(job);
        await ShouldBePaidAsync(bought, Question, before, ct);
    }

    private async Task<JsonObject> PrepareAsync(string id, string question, CancellationToken ct)
    {
        var order = MarketFixture.Request(question);
        order["client_order_id"] = id;
        using var answer = await fixture.Http.PostAsJsonAsync(
            new Uri(fixture.Market.Gateway, "/v1/purchases"), order, ct);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(ct))!.AsObject();
        answer.StatusCode.Should().Be(HttpStatusCode.OK, body.ToJsonString());
        return body;
    }

    /// <summary>Deposits the request and places the bid, as the gateway's answer says.</summary>
    /// <returns>The number of the bid's command, which is its job's.</returns>
    private static async Task<long> BidAsync(BuyersSession session, JsonObject prepared, CancellationToken ct)
    {
        Hash32.TryParse(prepared["input_hash"]!.GetValue<string>(), out var input).Should().BeTrue();
        UnitPrice.TryParse(prepared["max_price"]!.GetValue<string>(), out var limit).Should().BeTrue();
        var units = prepared["units_per_leg"]!.GetValue<long>();
        var deposited = await session.DepositAsync(
            input, Encoding.UTF8.GetBytes(prepared["request"]!.GetValue<string>()), ct);

        var payload = new BidPayload(input, prepared["client_order_id"]!.GetValue<string>());
        var tick = checked((int)(limit.MicroPerMillionUnits / BuyersSession.TickMicro));
        var placed = await session.BidAsync(payload, tick, units, ct);

        deposited.Should().Be(HttpStatusCode.NoContent);
        placed.Body["answers"]![0]!["traded"]!.GetValue<long>().Should().Be(units, placed.Body.ToJsonString());
        return placed.Body["answers"]![0]!["seq"]!.GetValue<long>();
    }

    private async Task<JsonObject> BoughtAsync(string id, CancellationToken ct)
    {
        JsonObject? purchase = null;
        await fixture.Market.UntilAsync(
            $"purchase {id}",
            Patience,
            async token =>
            {
                purchase = (await fixture.Http.GetFromJsonAsync<JsonObject>(
                    new Uri(fixture.Market.Gateway, $"/v1/purchases/{id}"), token))!;
                return purchase["state"]!.GetValue<string>() != "open";
            },
            ct);
        return purchase!;
    }

    private async Task ShouldBePaidAsync(
        JsonObject bought, string question, TokenAmount spentBefore, CancellationToken ct)
    {
        var result = await fixture.ReferenceResultAsync(question, ct);
        var amount = CheapestAsk.CostDown(
            Metering.UnitsDown(result.PromptTokens, result.CompletionTokens, InputWeight));
        bought["state"]!.GetValue<string>().Should().Be("delivered", bought.ToJsonString());
        bought["text"]!.GetValue<string>().Should().Be(result.Text);
        var ticket = bought["legs"]!.AsArray().Should().ContainSingle().Subject!;
        (ticket["amount"]!.GetValue<string>(), ticket["fee"]!.GetValue<string>())
            .Should().Be((amount.ToString(), Fee.FeeDown(amount).ToString()));
        (await fixture.SpentAsync(ct)).Should().Be(spentBefore + amount + Fee.FeeDown(amount));

        await fixture.SettledAsync(bought["settlement"]!["job"]!.GetValue<long>(), ct);
        await fixture.ShouldBalanceAsync(ct);
        (await fixture.BudgetAsync(ct))["inJobs"]!.GetValue<long>().Should().Be(0);
    }

    private async Task<bool> IsDeliveringAsync(long job, CancellationToken ct)
    {
        using var answer = await fixture.Http.GetAsync(
            new Uri(fixture.Market.Url, string.Create(CultureInfo.InvariantCulture, $"/v1/jobs/{job}")), ct);
        return answer.IsSuccessStatusCode
            && (await answer.Content.ReadFromJsonAsync<JsonObject>(ct))!["status"]!.GetValue<long>()
                == (long)JobStatus.Delivering;
    }

    /// <returns>The new gateway's process.</returns>
    private async Task<int> RestartGatewayAsync(CancellationToken ct)
    {
        await fixture.Market.KillAsync("gateway", ct);
        var others = fixture.Market.ProcessIds;
        await fixture.Market.StartGatewayAsync(MarketFixture.MaxPrice, ct);
        await fixture.UntilReadyAsync(ct);
        return fixture.Market.ProcessIds.Except(others).Single();
    }

    private static async Task SuspendAsync(int process, CancellationToken ct)
    {
        using var kill = Process.Start("kill", ["-STOP", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(ct);
        kill.ExitCode.Should().Be(0);
    }
}
