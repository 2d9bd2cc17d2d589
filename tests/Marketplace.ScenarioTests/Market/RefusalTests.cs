using System.Net;
using System.Text.Json.Nodes;
using FluentAssertions;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

[Collection(MarketCollection.Name)]
public sealed class RefusalTests(MarketFixture fixture)
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    public static TheoryData<string, string, HttpStatusCode, string, string> Refusals() => new()
    {
        { "max_price", "100000", HttpStatusCode.BadRequest, "invalid_bid", "highest price is 167.772150" },
        { "max_price", "1", HttpStatusCode.PaymentRequired, "price_cap", "The best ask is 20" },
        {
            "max_price", "2", HttpStatusCode.PaymentRequired, "price_cap",
            "With all else as it is, it would fill at a limit of 20.000000 per Mtok."
        },
        { "max_price", "-1", HttpStatusCode.BadRequest, "invalid_request", "like 0.25" },
        { "model", "gpt-4o", HttpStatusCode.NotFound, "model_not_found", "/v1/models" },
        { "redundancy", "17", HttpStatusCode.BadRequest, "invalid_request", "from 1 to 16" },
        { "n", "2", HttpStatusCode.BadRequest, "invalid_request", "must be 1" },
        { "tools", "[{}]", HttpStatusCode.BadRequest, "invalid_request", "leave it out" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_request_that_cannot_be_bought_is_refused_clearly_and_buys_nothing(
        string field, string value, HttpStatusCode status, string code, string mend)
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var request = MarketFixture.Request("what is escrow");
        request[field] = field == "model" ? value : JsonNode.Parse(value);
        var before = await fixture.SpentAsync(ct);
        var book = (await fixture.BudgetAsync(ct)).ToJsonString();

        var (answered, body) = await fixture.AskAsync(request, ct);

        answered.Should().Be(status);
        body["error"]!["code"]!.GetValue<string>().Should().Be(code);
        body["error"]!["message"]!.GetValue<string>().Should().Contain(mend);
        (await fixture.SpentAsync(ct)).Should().Be(before);
        (await fixture.BudgetAsync(ct)).ToJsonString().Should().Be(book, "no hold stays and no job runs");
    }

    [Fact]
    public async Task A_prompt_longer_than_the_models_context_is_refused_and_costs_nothing()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var before = await fixture.SpentAsync(ct);

        var (status, body) = await fixture.AskAsync(
            MarketFixture.Request(string.Join(' ', Enumerable.Repeat("what is escrow", 200))), ct);

        status.Should().Be(HttpStatusCode.BadRequest);
        body["error"]!["message"]!.GetValue<string>().Should().Contain("context");
        (await fixture.SpentAsync(ct)).Should().Be(before);
    }

    [Fact]
    public async Task A_request_without_a_known_key_is_refused()
    {
        using var http = new HttpClient();

        using var answer = await http.PostAsync(
            new Uri(fixture.OpenAiUrl, "/v1/chat/completions"), new StringContent("{}"));

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }
}
