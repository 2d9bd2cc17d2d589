using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Cli;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>The verbs that move a user's own money, typed as the README says.</summary>
public sealed class MoneyVerbsTests(MarketFixture fixture) : IClassFixture<MarketFixture>
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private string Operator => fixture.Market.Url.AbsoluteUri;

    [Fact]
    public async Task A_buyer_takes_free_tokens_out_and_no_more_than_that()
    {
        var taken = await RunAsBuyerAsync("withdraw", "2.5", "--json");
        var tooMuch = await RunAsBuyerAsync("withdraw", "1000");
        var notAnAmount = await RunAsBuyerAsync("withdraw", "1.2345678");

        taken.ExitCode.Should().Be(ExitCodes.Ok, taken.Errors);
        JsonNode.Parse(taken.Output)!["withdrawnMicro"]!.GetValue<long>().Should().Be(2_500_000);
        tooMuch.ExitCode.Should().Be(ExitCodes.MoneyRefused);
        tooMuch.Errors.Should().Contain("InsufficientFree").And.NotContain("at Marketplace.");
        notAnAmount.ExitCode.Should().Be(ExitCodes.Usage);
        notAnAmount.Errors.Should().Contain("six decimals");
    }

    [Fact]
    public async Task A_provider_claims_what_was_settled_and_the_audit_agrees()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;
        var (_, body) = await fixture.AskAsync(MarketFixture.Request("what is escrow"), ct);
        var generation = await fixture.SettledAsync(MarketFixture.JobOf(body), ct);
        var paid = generation["legs"]!.AsArray().Should().ContainSingle().Subject!;
        var payee = Enumerable.Range(1, MarketFixture.Providers)
            .Single(index => fixture.Market.ProviderIdOf(index).Value == paid["provider"]!.GetValue<uint>());

        var claimed = await MktProcess.RunAsync(
            "claim", "--operator", Operator, "--data", fixture.Market.FolderOf(LocalMarket.NameOf(payee)), "--json");
        var audit = await MktProcess.RunAsync("audit", "balances", "--operator", Operator, "--json");

        claimed.ExitCode.Should().Be(ExitCodes.Ok, claimed.Errors);
        TokenAmount.TryParse(paid["amount"]!.GetValue<string>(), out var amount).Should().BeTrue();
        JsonNode.Parse(claimed.Output)!["claimedMicro"]!.GetValue<long>().Should().Be(amount.Micro);
        audit.ExitCode.Should().Be(ExitCodes.Ok, audit.Output);
        JsonNode.Parse(audit.Output)!["differing"]!.GetValue<int>().Should().Be(0);
    }

    [Fact]
    public async Task The_book_is_rebuilt_from_its_public_log_and_the_chain_has_fixed_it()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var (_, body) = await fixture.AskAsync(MarketFixture.Request("what is escrow"), deadline.Token);
        await fixture.SettledAsync(MarketFixture.JobOf(body), deadline.Token);
        using var http = new HttpClient();
        var log = await http.GetByteArrayAsync(new Uri(fixture.Market.Url, "/v1/book/log"), deadline.Token);
        var altered = Path.Combine(fixture.Market.FolderOf("auditor"), "altered.log");
        Directory.CreateDirectory(Path.GetDirectoryName(altered)!);
        log[^20] ^= 1;
        await File.WriteAllBytesAsync(altered, log, deadline.Token);

        var right = await MktProcess.RunAsync("book", "replay", "--operator", Operator, "--json");
        var wrong = await MktProcess.RunAsync("book", "replay", "--log", altered, "--json");

        right.ExitCode.Should().Be(ExitCodes.Ok, right.Output + right.Errors);
        var told = right.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
            .ToList();
        told[0]["trades"]!.GetValue<long>().Should().BePositive();
        told[1]["anchors"]!.GetValue<int>().Should().BePositive().And.Be(told[1]["right"]!.GetValue<int>());
        wrong.Output.Should().NotContain(told[0]["root"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_key_with_a_limit_buys_no_more_than_the_limit()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var made = await RunAsBuyerAsync("keys", "create", "--total", "0.000001", "--json");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", JsonNode.Parse(made.Output)!["key"]!.GetValue<string>());

        using var answer = await http.PostAsJsonAsync(
            new Uri(fixture.Market.Gateway, "/v1/chat/completions"),
            MarketFixture.Request("what is escrow"),
            deadline.Token);

        answer.StatusCode.Should().Be(HttpStatusCode.PaymentRequired);
        (await answer.Content.ReadAsStringAsync(deadline.Token)).Should().Contain("key_limit");
    }

    [Fact]
    public async Task Who_cannot_be_reached_is_a_network_failure_and_says_so()
    {
        var run = await MktProcess.RunAsync(
            "deposit", "1", "--operator", "http://127.0.0.1:9", "--data", fixture.Market.FolderOf("newcomer"));

        run.ExitCode.Should().Be(ExitCodes.Network);
        run.Errors.Should().StartWith("mkt: ").And.NotContain("at Marketplace.");
    }

    [Theory]
    [InlineData(ExitCodes.Usage, "bogus")]
    [InlineData(ExitCodes.Usage, "deposit")]
    [InlineData(ExitCodes.Ok, "deposit", "--help")]
    public async Task Words_that_are_no_command_are_a_usage_error(int code, params string[] words)
    {
        var run = await MktProcess.RunAsync(words);

        run.ExitCode.Should().Be(code, run.Errors);
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsBuyerAsync(params string[] words)
    {
        string[] where = words[0] == "keys" ? [] : ["--operator", Operator];
        return MktProcess.RunAsync([.. words, .. where, "--data", fixture.Market.Buyer]);
    }
}
