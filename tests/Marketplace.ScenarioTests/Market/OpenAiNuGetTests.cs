using System.ClientModel;
using FluentAssertions;
using Marketplace.Inference;
using OpenAI;
using OpenAI.Chat;
using Xunit;
using ChatMessage = OpenAI.Chat.ChatMessage;

namespace Marketplace.ScenarioTests.Market;

/// <summary>The official NuGet package <c>OpenAI</c>, unmodified, buys from the gateway.</summary>
[Collection(MarketCollection.Name)]
public sealed class OpenAiNuGetTests(MarketFixture fixture)
{
    private const string Question = "how are results verified";
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);
    private static readonly ChatMessage[] Messages = [ChatMessage.CreateUserMessage(Question)];
    private static readonly ChatCompletionOptions Options = new() { MaxOutputTokenCount = MarketFixture.MaxTokens };

    [Fact]
    public async Task A_completion_comes_with_text_and_usage()
    {
        using var deadline = new CancellationTokenSource(Bound);

        ChatCompletion answer = await ClientOf().CompleteChatAsync(Messages, Options, deadline.Token);

        answer.Content[0].Text.Should().Be(await fixture.ReferenceAsync(Question, deadline.Token));
        answer.FinishReason.Should().Be(ChatFinishReason.Stop);
        answer.Usage.OutputTokenCount.Should().BePositive();
        answer.Usage.TotalTokenCount.Should().Be(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_stream_comes_in_pieces_and_ends_with_usage()
    {
        using var deadline = new CancellationTokenSource(Bound);
        var pieces = new List<string>();
        ChatTokenUsage? usage = null;

        await foreach (var update in ClientOf().CompleteChatStreamingAsync(Messages, Options, deadline.Token))
        {
            pieces.AddRange(update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
        }

        pieces.Count.Should().BeGreaterThan(3, "the answer is streamed while it is made");
        string.Concat(pieces).Should().Be(await fixture.ReferenceAsync(Question, deadline.Token));
        usage!.OutputTokenCount.Should().BePositive();
    }

    [Theory]
    [InlineData("nobody-has-this", 404, "model_not_found")]
    [InlineData(DemoLexiconEngine.ModelName, 401, "invalid_api_key")]
    public async Task A_refusal_tells_its_code(string model, int status, string code)
    {
        using var deadline = new CancellationTokenSource(Bound);
        var client = ClientOf(model, status == 401 ? "mk_wrong" : fixture.ApiKey);

        var refusal = await client.Invoking(chat => chat.CompleteChatAsync(Messages, Options, deadline.Token))
            .Should().ThrowAsync<ClientResultException>();

        refusal.Which.Status.Should().Be(status);
        refusal.Which.Message.Should().Contain(code);
    }

    private ChatClient ClientOf(string model = DemoLexiconEngine.ModelName, string? key = null) => new(
        model, new ApiKeyCredential(key ?? fixture.ApiKey), new OpenAIClientOptions { Endpoint = fixture.OpenAiUrl });
}
