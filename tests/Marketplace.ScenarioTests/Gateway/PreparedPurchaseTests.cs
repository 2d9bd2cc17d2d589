using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.ScenarioTests.Gateway;

/// <summary>A buyer places his bids himself: his gateway takes what he told it of before, and nothing else.</summary>
public sealed class PreparedPurchaseTests
{
    private const string Body =
        """
        {"client_order_id":"bot-1","model":"m","max_price":200,"max_tokens":9,
         "messages":[{"role":"user","content":"Two and two?"}]}
        """;

    private static readonly UnitPrice Cap = new(200_000_000);
    private static readonly JobId Job = new(5);

    [Fact]
    public async Task What_was_prepared_is_taken_when_it_is_delivered_and_is_never_sent_as_a_bid()
    {
        await using var market = await FakeOperator.StartAsync();

        var prepared = await PrepareAsync(market, Body);
        var request = RequestOf(prepared);
        await market.RestartGatewayAsync();
        await market.NextAsync<OrderInquiry>();
        await market.SendAsync(FakeOperator.DeliveryOf("bot-1", request, new UnitPrice(150_000_000), Job));
        var tickets = await market.NextAsync<TicketFrame>();
        var bought = await GetAsync(market, "bot-1");

        JobRequest.HashOf(request).ToString().Should().Be(prepared["input_hash"]!.GetValue<string>());
        prepared.ToJsonString().Should().Contain("\"state\":\"open\"").And.Contain("\"replicas\":1");
        tickets.Tickets.Should().ContainSingle().Which.Ticket.Amount.Should().Be(new TokenAmount(1_950)); // 40/4 + 3
        (bought["state"]!.GetValue<string>(), bought["text"]!.GetValue<string>()).Should().Be(("delivered", "Four."));
        bought["settlement"]!["job"]!.GetValue<long>().Should().Be(Job.Value);
        market.Bids.Should().BeEmpty();
    }

    [Theory]
    [InlineData(200_000_001, "Two and two?")]
    [InlineData(200_000_000, "Three and three?")]
    public async Task What_is_dearer_or_answers_another_request_is_refused_and_ends_the_purchase(
        long price, string question)
    {
        await using var market = await FakeOperator.StartAsync();
        await PrepareAsync(market, Body);
        var other = await PrepareAsync(market, Body.Replace("bot-1", "x").Replace("Two and two?", question));

        await market.SendAsync(FakeOperator.DeliveryOf("bot-1", RequestOf(other), new UnitPrice(price), Job));
        var refused = await market.NextAsync<DeliveryRefused>();

        refused.Code.Should().Be("bad_delivery");
        var shown = await GetAsync(market, "bot-1");
        (shown["state"]!.GetValue<string>(), shown["end_code"]!.GetValue<string>())
            .Should().Be(("ended", "bad_delivery"));
        shown["legs"]!.AsArray().Should().BeEmpty();
    }

    [Fact]
    public async Task What_nobody_prepared_is_refused()
    {
        await using var market = await FakeOperator.StartAsync();
        var request = RequestOf(await PrepareAsync(market, Body));

        await market.SendAsync(FakeOperator.DeliveryOf("bot-2", request, Cap, Job));

        (await market.NextAsync<DeliveryRefused>()).Code.Should().Be("unknown_order");
        (await market.Client.GetAsync(PathOf("bot-2"))).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_same_again_is_the_same_purchase_and_anything_else_under_its_id_is_refused()
    {
        await using var market = await FakeOperator.StartAsync();
        var first = await PrepareAsync(market, Body);

        var again = await PrepareAsync(market, Body);
        var others = new[]
        {
            await PostAsync(market, Body.Replace("Two and", "Three and")),
            await PostAsync(market, Body.Replace("200", "201")),
            await PostAsync(market, Body.Replace("\"model\"", "\"redundancy\":2,\"model\"")),
        };
        await market.UseKeyAsync(null);
        var stranger = await PostAsync(market, Body);

        again.ToJsonString().Should().Be(first.ToJsonString());
        foreach (var (status, body) in others.Append(stranger))
        {
            (status, CodeOf(body)).Should().Be((HttpStatusCode.Conflict, "duplicate_order"));
        }
    }

    [Fact]
    public async Task A_prepared_purchase_counts_against_its_keys_limit_and_is_free_again_when_it_ends()
    {
        await using var market = await FakeOperator.StartAsync();
        await market.UseKeyAsync(new TokenAmount(5_000)); // 9 + 28 / 4 units at 200 cost 3,200 and 160 of fee

        await PrepareAsync(market, Body);
        var second = await PostAsync(market, Body.Replace("bot-1", "bot-2"));
        var reserved = await SpentAsync(market);
        await market.SendAsync(new JobEnded("bot-1", null, "no_match", "Nobody sells."));
        await UntilEndedAsync(market, "no_match");

        (second.Status, CodeOf(second.Body)).Should().Be((HttpStatusCode.PaymentRequired, "key_limit"));
        reserved.Should().Be(3_360);
        (await SpentAsync(market)).Should().Be(0);
        (await PostAsync(market, Body.Replace("bot-1", "bot-2"))).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_purchase_that_no_bid_came_for_ends_at_its_time_and_one_whose_bid_waits_does_not()
    {
        await using var market = await FakeOperator.StartAsync();
        market.OrderState = "resting";
        await PrepareAsync(market, Body.Replace("\"model\"", "\"valid_seconds\":1,\"model\""));

        await market.NextAsync<OrderInquiry>(); // its time is over
        await market.NextAsync<OrderInquiry>(); // and the first answer has come
        var waiting = await GetAsync(market, "bot-1");
        market.OrderState = "unknown";

        waiting["state"]!.GetValue<string>().Should().Be("open");
        await UntilEndedAsync(market, "expired");
    }

    [Fact]
    public async Task An_operator_that_knows_no_bid_yet_does_not_end_a_purchase_before_its_time()
    {
        await using var market = await FakeOperator.StartAsync();
        await PrepareAsync(market, Body);

        await market.SendAsync(new BidAnswer("bot-1", "unknown", null, "", "", null));
        await market.SendAsync(new Delivery("nobody", Job, [], [], 1));
        await market.NextAsync<DeliveryRefused>(); // both frames are taken

        (await GetAsync(market, "bot-1"))["state"]!.GetValue<string>().Should().Be("open");
    }

    [Theory]
    [InlineData("\"client_order_id\":\"bot-1\",", "", "client_order_id")]
    [InlineData("bot-1", "bot/1", "client_order_id")]
    [InlineData("\"model\"", "\"valid_seconds\":0,\"model\"", "valid_seconds")]
    [InlineData("\"model\"", "\"stream\":true,\"model\"", "stream")]
    [InlineData("\"model\"", "\"redundancy\":3,\"quorum\":3,\"model\"", "quorum")]
    [InlineData("\"max_tokens\":9", "\"max_tokens\":0", "max_tokens")]
    public async Task What_cannot_be_prepared_is_refused_by_the_name_of_its_field(string part, string by, string field)
    {
        await using var market = await FakeOperator.StartAsync();

        var (status, body) = await PostAsync(market, Body.Replace(part, by));

        (status, body["error"]!["param"]!.GetValue<string>()).Should().Be((HttpStatusCode.BadRequest, field));
        (await SpentAsync(market)).Should().Be(0);
    }

    private static async Task UntilEndedAsync(FakeOperator market, string code)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await GetAsync(market, "bot-1"))["end_code"]?.GetValue<string>() != code)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private static byte[] RequestOf(JsonObject prepared) =>
        Encoding.UTF8.GetBytes(prepared["request"]!.GetValue<string>());

    private static string CodeOf(JsonObject body) => body["error"]!["code"]!.GetValue<string>();

    private static Uri PathOf(string id) => new($"/v1/purchases/{id}", UriKind.Relative);

    private static async Task<JsonObject> PrepareAsync(FakeOperator market, string body)
    {
        var (status, answer) = await PostAsync(market, body);
        status.Should().Be(HttpStatusCode.OK, answer.ToJsonString());
        return answer;
    }

    private static async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(FakeOperator market, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await market.Client.PostAsync(new Uri("/v1/purchases", UriKind.Relative), content);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    private static async Task<JsonObject> GetAsync(FakeOperator market, string id) =>
        JsonNode.Parse(await market.Client.GetStringAsync(PathOf(id)))!.AsObject();

    private static async Task<long> SpentAsync(FakeOperator market) =>
        JsonNode.Parse(await market.Client.GetStringAsync(new Uri("/v1/key", UriKind.Relative)))!["spent_micro"]!
            .GetValue<long>();
}
