using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Api;
using Marketplace.Cli;
using Marketplace.Ethereum;
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
    private static readonly Hash32 Secret = Keccak256.Hash("a secret that is no secret");
    private static readonly EntryKey Key = new(Secret.ToBytes());

    [Fact]
    public async Task Bids_over_http_hold_money_until_they_end_and_a_gateway_that_did_not_order_signs_nothing()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var budget = BudgetFile.Read(fixture.Market.Buyer);
        var signer = new UserFolder(fixture.Market.Buyer, fixture.Market.Url).Key(
            MoneyVerbs.SessionName(budget.Session));
        using var chain = await ChainAccess.OfOperatorAsync(fixture.Market.Url, ct);
        var domain = (await chain.ContractAsync(ct)).Domain;
        var request = new JobRequest(
            MarketFixture.MaxTokens, [new JobMessage("what is escrow", "user")], DemoLexiconEngine.ModelName, 0, [], 0,
            1_000).Encode();
        var input = JobRequest.HashOf(request);

        var opened = await OpenAsync(budget.BudgetNo, signer, domain, ct);
        var deposited = await DepositAsync(opened, input, request, ct);
        var resting = await SendAsync(Bid(opened, input), ct);
        var held = (await BudgetAsync(ct)).HeldByOrders;
        var ends = new[] { await EndAsync(opened, ct), await EndAsync(opened, ct) };
        var late = await SendAsync(Bid(opened, input), ct);

        deposited.Should().Be(HttpStatusCode.NoContent);
        resting.Body["answers"]![0]!["open"]!.GetValue<long>().Should().Be(10_000, resting.Body.ToJsonString());
        held.IsZero.Should().BeFalse();
        ends.Should().Equal(HttpStatusCode.NoContent, HttpStatusCode.NoContent);
        (late.Status, late.Body["title"]!.GetValue<string>()).Should()
            .Be((HttpStatusCode.Forbidden, nameof(EntryRefusal.SessionEnded)));
        (await BudgetAsync(ct)).Free.Should().Be(MarketFixture.Cap);

        var order = Order(budget.BudgetNo, (ushort)opened["markets"]![0]!["no"]!.GetValue<int>(), input);
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

    private async Task<JsonObject> OpenAsync(uint budget, PrivateKey signer, Eip712Domain domain, CancellationToken ct)
    {
        var grant = new SessionGrant(
            EntryRole.Buyer, budget, Key.SecretHash, true, [], new UnitPrice(100_000_000), MarketFixture.Cap, 1,
            (1UL << 40) - 1, 1);
        using var response = await fixture.Http.PostAsJsonAsync(
            new Uri(fixture.Market.Url, EntryRoutes.Sessions),
            new SessionBody(
                GrantBody.Of(grant), Hex.Encode(signer.Sign(grant.Digest(domain)).ToCompact()), Secret.ToString()),
            ct);
        return (await BodyAsync(response, ct)).Body;
    }

    private async Task<HttpStatusCode> DepositAsync(
        JsonObject session, Hash32 input, byte[] request, CancellationToken ct)
    {
        var number = session["session"]!.GetValue<uint>();
        using var message = new HttpRequestMessage(
            HttpMethod.Put, new Uri(fixture.Market.Url, $"{EntryRoutes.Requests}/{input}"));
        message.Content = new ByteArrayContent(request);
        message.Headers.Add(SessionRoutes.SessionHeader, number.ToString(CultureInfo.InvariantCulture));
        message.Headers.Add(SessionRoutes.MacHeader, Hex.Encode(SessionNote.Deposit(number, input).Mac(Key)));
        using var response = await fixture.Http.SendAsync(message, ct);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> EndAsync(JsonObject session, CancellationToken ct)
    {
        var number = session["session"]!.GetValue<uint>();
        using var message = new HttpRequestMessage(
            HttpMethod.Delete, new Uri(fixture.Market.Url, $"{EntryRoutes.Sessions}/{number}"));
        message.Headers.Add(SessionRoutes.MacHeader, Hex.Encode(SessionNote.End(number).Mac(Key)));
        using var response = await fixture.Http.SendAsync(message, ct);
        return response.StatusCode;
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(byte[] batch, CancellationToken ct)
    {
        using var content = new ByteArrayContent(batch);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await fixture.Http.PostAsync(
            new Uri(fixture.Market.Url, EntryRoutes.Orders), content, ct);
        return await BodyAsync(response, ct);
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> SignedAsync(
        SignedOrder order, Hash32 input, byte[] signature, byte[] request, CancellationToken ct)
    {
        var payload = new BidPayload(input, "signed-1").Encode();
        using var response = await fixture.Http.PostAsJsonAsync(
            new Uri(fixture.Market.Url, EntryRoutes.SignedOrders),
            SignedOrderBody.Of(order, payload, signature, Encoding.UTF8.GetString(request)),
            ct);
        return await BodyAsync(response, ct);
    }

    private async Task<BudgetView> BudgetAsync(CancellationToken ct)
    {
        var number = BudgetFile.Read(fixture.Market.Buyer).BudgetNo.ToString(CultureInfo.InvariantCulture);
        return (await fixture.Http.GetFromJsonAsync<BudgetView>(
            new Uri(fixture.Market.Url, $"/v1/budgets/{number}"), ct))!;
    }

    private static async Task<(HttpStatusCode Status, JsonObject Body)> BodyAsync(
        HttpResponseMessage response, CancellationToken ct) =>
        (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(ct))!.AsObject());

    /// <summary>A bid at a price at which nobody sells.</summary>
    private static byte[] Bid(JsonObject session, Hash32 input)
    {
        var bid = new MatchCommand
        {
            Kind = CommandKind.Place,
            Side = Side.Bid,
            EscrowsLimit = true,
            Replicas = 1,
            Market = (ushort)session["markets"]![0]!["no"]!.GetValue<int>(),
            Session = session["session"]!.GetValue<uint>(),
            Account = session["account"]!.GetValue<uint>(),
            ClientSeq = 1,
            Tick = 1_000,
            Quantity = 10_000,
        };
        return EntryBatch.Encode(
            bid.Session, [new OutgoingOrder(bid, new BidPayload(input, "session-1").Encode())], Key);
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
