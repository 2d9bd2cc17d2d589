using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Api;
using Marketplace.Cli;
using Marketplace.Inference;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>
/// What providers say of themselves and buyers require, between processes. The three providers of the fixture say
/// nothing; a fourth is dearer and in the EU.
/// </summary>
public sealed class AttributeTests(MarketFixture fixture) : IClassFixture<MarketFixture>, IAsyncLifetime
{
    private const int European = 8;
    private const int Unknown = 9;
    private const string Model = DemoLexiconEngine.ModelName;
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(Bound);
        if (!Directory.Exists(Path.Combine(fixture.Market.Folder, LocalMarket.NameOf(European))))
        {
            fixture.Market.StartProvider(European, "40", "--attribute", "region=eu", "--attribute", "tee=cpu");
        }

        await fixture.Market.UntilAsksAsync(MarketFixture.Providers + 1, deadline.Token);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_dearer_provider_that_has_it_serves_who_requires_it()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var request = Requiring(new JsonObject { ["region"] = new JsonArray("eu", "us") });

        var (status, body) = await fixture.AskAsync(request, deadline.Token);
        var (_, cheap) = await fixture.AskAsync(MarketFixture.Request("what is a bid"), deadline.Token);

        status.Should().Be(HttpStatusCode.OK, body.ToJsonString());
        (await ProviderOfAsync(body, deadline.Token)).Should().Be(fixture.Market.ProviderIdOf(European));
        (await ProviderOfAsync(cheap, deadline.Token)).Should().NotBe(fixture.Market.ProviderIdOf(European));
    }

    [Theory]
    [InlineData("""{"region":"asia"}""", HttpStatusCode.PaymentRequired, "price_cap", "no demand for region asia")]
    [InlineData("""{"tee":"gpu"}""", HttpStatusCode.PaymentRequired, "price_cap", "by tee at least gpu")]
    [InlineData("""{"region":"mars"}""", HttpStatusCode.BadRequest, "unknown_attribute", "region: africa, asia")]
    [InlineData("""{"colour":"red"}""", HttpStatusCode.BadRequest, "unknown_attribute", "tee: none, cpu, gpu")]
    public async Task What_nobody_has_is_refused_with_what_is_lacking(
        string required, HttpStatusCode status, string code, string told)
    {
        using var deadline = new CancellationTokenSource(Bound);
        var before = await fixture.SpentAsync(deadline.Token);

        var (answered, body) = await fixture.AskAsync(
            Requiring(JsonNode.Parse(required)!.AsObject()), deadline.Token);

        answered.Should().Be(status, body.ToJsonString());
        body["error"]!["code"]!.GetValue<string>().Should().Be(code);
        body["error"]!["message"]!.GetValue<string>().Should().Contain(told);
        (await fixture.SpentAsync(deadline.Token)).Should().Be(before);
    }

    [Fact]
    public async Task Quote_why_and_the_list_of_markets_ask_for_the_same()
    {
        using var deadline = new CancellationTokenSource(Bound);

        var (code, quote, errors) = await RunAsync("quote", Model, "--units", "1000", "--require", "region=eu");
        var (_, why, _) = await RunAsync("book", "why", Model, "--units", "1000", "--require", "tee=gpu");
        var (wrong, _, mend) = await RunAsync("quote", Model, "--require", "region=mars");
        var listed = await fixture.Http.GetFromJsonAsync<List<MarketView>>(
            new Uri(fixture.Market.Url, "/v1/markets?attribute=region=eu,us&attribute=tee=cpu"), deadline.Token);
        var known = await fixture.Http.GetFromJsonAsync<List<AttributeView>>(
            new Uri(fixture.Market.Url, "/v1/attributes"), deadline.Token);

        code.Should().Be(0, errors);
        quote.Should().Contain("1,000 units at 40.000000 per Mtok").And.NotContain("20.000000");
        why.Should().Contain("4 fail for lacking what it requires").And.Contain("no demand for tee at least gpu");
        wrong.Should().Be(2);
        mend.Should().Contain("region: africa, asia");
        listed!.Single().BestAsk.Should().Be(new UnitPrice(40_000_000));
        listed!.Single().Providers.Should().Be(1);
        known!.Select(one => one.Name).Should().StartWith("region");
    }

    [Fact]
    public async Task A_provider_that_names_what_nobody_knows_is_told_and_sells_nothing()
    {
        using var deadline = new CancellationTokenSource(Bound);

        fixture.Market.StartProvider(Unknown, "1", "--attribute", "colour=red");

        var log = Path.Combine(fixture.Market.Folder, $"{LocalMarket.NameOf(Unknown)}.log");
        await fixture.Market.UntilAsync(
            "the provider's refusal",
            Bound,
            async ct => File.Exists(log) && (await File.ReadAllTextAsync(log, ct)).Contains("unknown_attribute"),
            deadline.Token);
        (await fixture.Http.GetFromJsonAsync<List<MarketView>>(
            new Uri(fixture.Market.Url, "/v1/markets"), deadline.Token))!
            .Single().Providers.Should().Be(MarketFixture.Providers + 1);
        await fixture.Market.KillAsync(LocalMarket.NameOf(Unknown), deadline.Token);
    }

    private static JsonObject Requiring(JsonObject required)
    {
        var request = MarketFixture.Request("what is escrow");
        request["provider"] = new JsonObject { ["require"] = required };
        return request;
    }

    private async Task<ProviderId> ProviderOfAsync(JsonObject body, CancellationToken ct)
    {
        var job = MarketFixture.JobOf(body).ToString(CultureInfo.InvariantCulture);
        var view = await fixture.Http.GetFromJsonAsync<JsonObject>(
            new Uri(fixture.Market.Url, $"/v1/jobs/{job}"), ct);
        return new ProviderId(view!["legs"]![0]!["providerId"]!.GetValue<uint>());
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] words) =>
        MktProcess.RunAsync([.. words, "--operator", fixture.Market.Url.ToString()]);
}
