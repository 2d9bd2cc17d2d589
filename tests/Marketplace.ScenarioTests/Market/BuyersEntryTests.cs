using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Api;
using Marketplace.Cli;
using Marketplace.Inference;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook;
using Marketplace.OrderBook.Entry;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>A buyer sends bids over HTTP to an operator that runs, beside his gateway.</summary>
public sealed class BuyersEntryTests(MarketFixture fixture) : IClassFixture<MarketFixture>
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Bids_over_http_hold_money_until_they_end_and_a_gateway_that_did_not_order_signs_nothing()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var (budget, signer, domain) = await BuyersSession.BuyerAsync(fixture, ct);
        var request = new JobRequest(
            MarketFixture.MaxTokens, [new JobMessage("what is escrow", "user")], DemoLexiconEngine.ModelName, 0, [], 0,
            1_000).Encode();
        var input = JobRequest.HashOf(request);

        var session = await BuyersSession.OpenAsync(fixture, ct);
        var deposited = await session.DepositAsync(input, request, ct);
        var resting = await BidTooLowAsync(session, input, ct);
        var held = (await BudgetAsync(ct)).HeldByOrders;
        var ends = new[] { await session.EndAsync(ct), await session.EndAsync(ct) };
        var late = await BidTooLowAsync(session, input, ct);

        deposited.Should().Be(HttpStatusCode.NoContent);
        resting.Body["answers"]![0]!["open"]!.GetValue<long>().Should().Be(10_000, resting.Body.ToJsonString());
        held.IsZero.Should().BeFalse();
        ends.Should().Equal(HttpStatusCode.NoContent, HttpStatusCode.NoContent);
        (late.Status, late.Body["title"]!.GetValue<string>()).Should()
            .Be((HttpStatusCode.Forbidden, nameof(EntryRefusal.SessionEnded)));
        (await BudgetAsync(ct)).Free.Should().Be(MarketFixture.Cap);

        var order = Order(budget, session.MarketNo, input);
        var signature = signer.Sign(order.Digest(domain)).ToCompact();
        var forged = await SignedAsync(order with { Nonce = 2 }, input, signature, request, ct);
        var bought = await SignedAsync(order, input, signature, request, ct);
        var again = await SignedAsync(order, input, signature, request, ct);

        (forged.Status, forged.Body["title"]!.GetValue<string>()).Should()
            .Be((HttpStatusCode.Unauthorized, nameof(EntryRefusal.WrongSigner)));
        bought.Body["answers"]![0]!["traded"]!.GetValue<long>().Should().Be(10_000, bought.Body.ToJsonString());
        again.Body.ToJsonString().Should().Be(bought.Body.ToJsonString());
        await fixture.Market.UntilAsync(
            "the gateway refused what it had not ordered, and the hold came back",
            TimeSpan.FromSeconds(90),
            async token => (await BudgetAsync(token)).Free == MarketFixture.Cap,
            ct);
        (await fixture.AskAsync(MarketFixture.Request("what is escrow"), ct)).Status.Should().Be(HttpStatusCode.OK);
    }

    /// <summary>A bid at a price at which nobody sells.</summary>
    private static Task<(HttpStatusCode Status, JsonObject Body)> BidTooLowAsync(
        BuyersSession session, Hash32 input, CancellationToken ct) =>
        session.BidAsync(new BidPayload(input, "session-1"), tick: 1_000, units: 10_000, ct);

    private async Task<(HttpStatusCode Status, JsonObject Body)> SignedAsync(
        SignedOrder order, Hash32 input, byte[] signature, byte[] request, CancellationToken ct)
    {
        var payload = new BidPayload(input, "signed-1").Encode();
        using var response = await fixture.Http.PostAsJsonAsync(
            new Uri(fixture.Market.Url, EntryRoutes.SignedOrders),
            SignedOrderBody.Of(order, payload, signature, Encoding.UTF8.GetString(request)),
            ct);
        return await BuyersSession.BodyAsync(response, ct);
    }

    private async Task<BudgetView> BudgetAsync(CancellationToken ct)
    {
        var number = BudgetFile.Read(fixture.Market.Buyer).BudgetNo.ToString(CultureInfo.InvariantCulture);
        return (await fixture.Http.GetFromJsonAsync<BudgetView>(
            new Uri(fixture.Market.Url, $"/v1/budgets/{number}"), ct))!;
    }

    private static SignedOrder Order(uint budget, ushort market, Hash32 input) => new(
        EntryRole.Buyer,
        budget,
        market,
        AttributeSignature: 0,
        TimeInForce.ImmediateOrCancel,
        SelfTradeRule.CancelResting,
        IsPostOnly: false,
        EscrowsLimit: true,
        Replicas: 1,
        new UnitPrice(50_000_000),
        new Quantity(10_000),
        MinimumUnits: 0,
        OrderExpirySeconds: 0,
        Keccak256.Hash(new BidPayload(input, "signed-1").Encode()),
        Nonce: 1,
        (1UL << 40) - 1);
}
