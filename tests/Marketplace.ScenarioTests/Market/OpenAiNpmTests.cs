using System.Diagnostics;
using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Cli;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>The official npm package <c>openai</c>, unmodified, buys from the gateway.</summary>
[Collection(MarketCollection.Name)]
public sealed class OpenAiNpmTests(MarketFixture fixture)
{
    private const string Question = "what is escrow";
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_completion_comes_with_text_usage_cost_and_settlement()
    {
        var seen = (await RunAsync("sync"))["ok"]!;

        seen["text"]!.GetValue<string>().Should().Be(await fixture.ReferenceAsync(Question, default));
        seen["finish"]!.GetValue<string>().Should().Be("stop");
        seen["usage"]!["completion_tokens"]!.GetValue<int>().Should().BePositive();
        seen["usage"]!["cost_micro"]!.GetValue<string>().Should().MatchRegex("^[1-9][0-9]*$");
        seen["settlement"]!["job"]!.ToString().Should().Be(seen["jobHeader"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("strictStream")]
    public async Task A_stream_ends_with_usage_and_settlement(string name)
    {
        var seen = (await RunAsync(name))["ok"]!;

        seen["text"]!.GetValue<string>().Should().Be(await fixture.ReferenceAsync(Question, default));
        seen["finish"]!.GetValue<string>().Should().Be("stop");
        seen["usage"]!["total_tokens"]!.GetValue<int>().Should().BePositive();
        seen["settlement"]!["job"]!.GetValue<long>().Should().BePositive();
    }

    [Fact]
    public async Task A_stream_that_asks_for_no_usage_gets_none()
    {
        var seen = (await RunAsync("plainStream"))["ok"]!;

        seen["text"]!.GetValue<string>().Should().Be(await fixture.ReferenceAsync(Question, default));
        seen["usage"].Should().BeNull();
    }

    [Fact]
    public async Task The_models_are_listed_with_their_best_ask()
    {
        var seen = (await RunAsync("models"))["ok"]!["models"]!.AsArray();

        var model = seen.Should().ContainSingle().Subject!;
        model["id"]!.GetValue<string>().Should().Be("demo-lexicon");
        model["pricing"]!["max_price"]!.GetValue<string>().Should().Be("20.000000");
    }

    [Theory]
    [InlineData("unknownModel", "NotFoundError", 404, "model_not_found")]
    [InlineData("priceCap", "APIError", 402, "price_cap")]
    [InlineData("wrongKey", "AuthenticationError", 401, "invalid_api_key")]
    public async Task A_refusal_is_the_clients_own_typed_error(string name, string type, int status, string code)
    {
        var error = (await RunAsync(name))["error"]!;

        error["type"]!.GetValue<string>().Should().Be(type);
        error["status"]!.GetValue<int>().Should().Be(status);
        error["code"]!.GetValue<string>().Should().Be(code);
    }

    private async Task<JsonObject> RunAsync(string name) => await OpenAiNpm.RunAsync(fixture, name, Question, Bound);
}

/// <summary>Runs one case of <c>tests/openai/cases.mjs</c>.</summary>
internal static class OpenAiNpm
{
    public static async Task<JsonObject> RunAsync(MarketFixture fixture, string name, string question, TimeSpan bound)
    {
        using var deadline = new CancellationTokenSource(bound);
        var start = new ProcessStartInfo("node", [ScriptPath(), name, question])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BASE_URL"] = fixture.OpenAiUrl.AbsoluteUri;
        start.Environment["API_KEY"] = fixture.ApiKey;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        process.ExitCode.Should().Be(0, await errors);
        return JsonNode.Parse(await output)!.AsObject();
    }

    private static string ScriptPath()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "tests", "openai", "cases.mjs");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new DemoFailedException("tests/openai/cases.mjs is not above the tests' folder.");
    }
}
