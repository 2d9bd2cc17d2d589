using System.Text.Json.Nodes;
using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.ScenarioTests.Market;

/// <summary>What buyers and providers see of the book from a terminal. Three providers ask 20, 24 and 30.</summary>
[Collection(MarketCollection.Name)]
public sealed class BookDataVerbTests(MarketFixture fixture)
{
    private const string Model = DemoLexiconEngine.ModelName;

    [Fact]
    public async Task A_quote_names_the_cheapest_sellers_and_the_sum()
    {
        var (code, output, errors) = await RunAsync("quote", Model, "--units", "1000", "--replicas", "2");

        code.Should().Be(0, errors);
        output.Should().Contain("1,000 units at 20.000000 per Mtok").And.Contain("1,000 units at 24.000000 per Mtok")
            .And.NotContain("30.000000").And.Contain("cost    0.044000 tokens and a fee of 0.001100;");
    }

    [Fact]
    public async Task The_book_is_drawn_and_told_to_programs_as_numbers()
    {
        var (code, output, errors) = await RunAsync("book", "show", Model, "--levels", "2");
        var (_, json, _) = await RunAsync("book", "show", Model, "--json");

        code.Should().Be(0, errors);
        output.Should().Contain("per Mtok").And.Contain("20.000000").And.Contain("24.000000").And.Contain("█")
            .And.NotContain("30.000000");
        var book = JsonNode.Parse(json)!;
        book["asks"]!.AsArray().Select(level => level![0]!.GetValue<long>() * book["tickSize"]!.GetValue<long>())
            .Should().Equal(20_000_000, 24_000_000, 30_000_000);
    }

    [Fact]
    public async Task Why_says_what_would_fill_and_an_unknown_model_what_there_is()
    {
        var (code, output, _) = await RunAsync("book", "why", Model, "--limit", "5", "--units", "100");
        var (unknown, _, errors) = await RunAsync("quote", "gpt-4o");

        code.Should().Be(0);
        output.Should().Contain("3 fail for asking more than the limit").And.Contain("a limit of 20.000000 per Mtok.");
        unknown.Should().Be(2);
        errors.Should().Contain(Model);
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] words) =>
        MktProcess.RunAsync([.. words, "--operator", fixture.Market.Url.ToString()]);
}
