using System.ClientModel;
using FluentAssertions;
using Marketplace.Cli;
using Marketplace.Inference;
using OpenAI;
using OpenAI.Chat;
using Xunit;
using ChatMessage = OpenAI.Chat.ChatMessage;

namespace Marketplace.ScenarioTests.Market;

/// <summary>A cheater that always lies is the cheapest: its words are streamed until the verdict.</summary>
public sealed class CorruptedStreamTests(MarketFixture fixture) : IClassFixture<MarketFixture>, IAsyncLifetime
{
    private const int Liar = 8;
    private const string Question = "what is escrow";
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(Bound);
        if (!Directory.Exists(Path.Combine(fixture.Market.Folder, LocalMarket.NameOf(Liar))))
        {
            fixture.Market.StartProvider(Liar, "5", "--corrupt", "1000");
        }

        await fixture.Market.UntilAsksAsync(MarketFixture.Providers + 1, deadline.Token);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_npm_client_sees_an_error_with_its_code_and_nothing_is_charged()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var before = await fixture.SpentAsync(deadline.Token);

        var seen = await OpenAiNpm.RunAsync(fixture, "corruptedStream", Question, Bound);

        seen["error"]!["type"]!.GetValue<string>().Should().Be("APIError");
        seen["error"]!["code"]!.GetValue<string>().Should().Be("verification_failed");
        (await fixture.SpentAsync(deadline.Token)).Should().Be(before);
    }

    [Fact]
    public async Task The_NuGet_client_sees_a_broken_stream_and_not_a_short_answer()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var client = new ChatClient(
            DemoLexiconEngine.ModelName,
            new ApiKeyCredential(fixture.ApiKey),
            new OpenAIClientOptions { Endpoint = fixture.OpenAiUrl });
        var request = MarketFixture.Request(Question, redundancy: 3);
        request["stream"] = true;

        // The client has no word for redundancy: its protocol method takes the body as it is.
        var streaming = async () =>
        {
            var options = new ChatCompletionOptions { MaxOutputTokenCount = MarketFixture.MaxTokens };
            options.Patch.Set("$.redundancy"u8, 3);
            await foreach (var update in client.CompleteChatStreamingAsync(
                [ChatMessage.CreateUserMessage(Question)], options, deadline.Token))
            {
                _ = update;
            }
        };

        await streaming.Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task Without_a_stream_the_buyer_never_sees_the_lie_and_the_liar_is_not_paid()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var ct = deadline.Token;

        var (_, body) = await fixture.AskAsync(MarketFixture.Request(Question, redundancy: 3), ct);

        MarketFixture.TextOf(body).Should().Be(await fixture.ReferenceAsync(Question, ct));
        var generation = await fixture.GenerationAsync(MarketFixture.JobOf(body), ct);
        generation["runs"]!.GetValue<int>().Should().Be(3);
        generation["legs"]!.AsArray().Select(leg => leg!["provider"]!.GetValue<uint>())
            .Should().HaveCount(2).And.NotContain(fixture.Market.ProviderIdOf(Liar).Value);
    }
}
