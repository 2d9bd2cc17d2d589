using System.Text.Json;
using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class DemoLexiconEngineTests
{
    private const string EscrowAnswer =
        "Your payment is locked in the escrow contract when an order matches, and is released to the provider after "
        + "the result is verified.";

    private const string VerificationAnswer =
        "The same job runs on several providers and the digests of their outputs are compared before settlement.";

    [Theory]
    [InlineData("what is escrow", EscrowAnswer)]
    [InlineData("how are results verified", VerificationAnswer)]
    public async Task Greedy_answers_are_those_of_the_model_card(string question, string answer)
    {
        var result = await RunAsync(Greedy(question));

        result.Text.Should().Be(answer);
        result.Finish.Should().Be(FinishReason.Stop);
        result.CompletionTokens.Should().Be((uint)result.TokenIds.Count);
    }

    // The card says 94.7 % word for word. The arithmetic is exact, so the count is the same on every machine.
    [Fact]
    public async Task Facts_are_answered_as_often_as_the_card_says()
    {
        var facts = Lines("facts.jsonl").Where((_, index) => index % 40 == 0).ToList();

        var right = await CountRightAsync(facts.Select(fact =>
            ($"what is {Text(fact, "word")}?", Text(fact, "answer"))));

        (right, facts.Count).Should().Be((76, 82));
    }

    [Fact]
    public async Task Every_question_about_the_marketplace_is_answered_word_for_word()
    {
        var questions = Lines("marketplace-questions.jsonl");

        var right = await CountRightAsync(questions.Select(line => (Text(line, "question"), Text(line, "answer"))));

        (right, questions.Count).Should().Be((39, 39));
    }

    [Fact]
    public async Task The_number_of_threads_changes_nothing()
    {
        var one = await RunAsync(Greedy("what is escrow"), threads: 1);
        var two = await RunAsync(Greedy("what is escrow"), threads: 2);
        var four = await RunAsync(Greedy("what is escrow"), threads: 4);

        CanonicalText.Encode(two).Should().Equal(CanonicalText.Encode(one));
        CanonicalText.Encode(four).Should().Equal(CanonicalText.Encode(one));
    }

    [Fact]
    public async Task The_same_seed_samples_the_same_tokens_and_another_seed_others()
    {
        var request = Greedy("what is love") with { TemperatureMilli = 1_500, Seed = 7 };

        var first = await RunAsync(request);
        var again = await RunAsync(request);
        var other = await RunAsync(request with { Seed = 8 });

        again.TokenIds.Should().Equal(first.TokenIds);
        other.TokenIds.Should().NotEqual(first.TokenIds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Max_tokens_end_the_answer(int maxTokens)
    {
        var whole = await RunAsync(Greedy("what is escrow"));

        var result = await RunAsync(Greedy("what is escrow") with { MaxTokens = maxTokens });

        result.Finish.Should().Be(FinishReason.Length);
        result.TokenIds.Should().Equal(whole.TokenIds.Take(maxTokens));
        result.CompletionTokens.Should().Be((uint)maxTokens);
        EscrowAnswer.Should().StartWith(result.Text);
    }

    [Theory]
    [InlineData("locked", "Your payment is ")]
    [InlineData(" in the escrow", "Your payment is locked")]
    [InlineData("Y", "")]
    [InlineData("", EscrowAnswer)]
    [InlineData("nowhere", EscrowAnswer)]
    public async Task An_answer_ends_before_a_stop_sequence(string stop, string expected)
    {
        var result = await RunAsync(Greedy("what is escrow") with { Stop = [stop] });

        result.Text.Should().Be(expected);
        result.Finish.Should().Be(FinishReason.Stop);
    }

    [Fact]
    public async Task A_prompt_that_fills_the_context_is_refused_and_one_that_leaves_a_token_is_not()
    {
        var context = LexiconModel.Embedded.ContextTokens;

        var full = await RejectionAsync(Greedy(Words(context - 2)));
        var longer = await RejectionAsync(Greedy(Words(10 * context)));
        var fits = await RunAsync(Greedy(Words(context - 3)));

        full.Should().Be(InferenceRejection.PromptTooLong);
        longer.Should().Be(InferenceRejection.PromptTooLong);
        fits.PromptTokens.Should().Be((uint)context - 1);
        fits.CompletionTokens.Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Requests_out_of_range_are_refused_in_the_order_of_the_reasons()
    {
        var good = Greedy("what is escrow");
        var empty = good with { Messages = [] };

        (await RejectionAsync(empty with { Model = "other" })).Should().Be(InferenceRejection.UnknownModel);
        (await RejectionAsync(empty)).Should().Be(InferenceRejection.InvalidRequest);
        (await RejectionAsync(good with { Messages = [new ChatMessage("system", "x")] })).Should()
            .Be(InferenceRejection.InvalidRequest);
        (await RejectionAsync(good with { MaxTokens = 0 })).Should().Be(InferenceRejection.InvalidRequest);
        (await RejectionAsync(good with { TemperatureMilli = -1 })).Should().Be(InferenceRejection.InvalidRequest);
        (await RejectionAsync(good with { TopPMilli = 1_001 })).Should().Be(InferenceRejection.InvalidRequest);
        (await RejectionAsync(good with { TopPMilli = -1 })).Should().Be(InferenceRejection.InvalidRequest);
    }

    [Fact]
    public async Task Cancelling_ends_the_answer_between_two_tokens()
    {
        using var stop = new CancellationTokenSource();
        var pieces = 0;
        var run = () => Engine().RunAsync(
            Greedy("what is escrow"),
            async _ =>
            {
                pieces++;
                await stop.CancelAsync();
            },
            stop.Token);

        await run.Should().ThrowAsync<OperationCanceledException>();

        pieces.Should().Be(1);
    }

    [Fact]
    public async Task The_model_is_listed_with_its_class_and_its_context()
    {
        var models = await Engine().ListModelsAsync(CancellationToken.None);

        models.Should().Equal(new EngineModel("demo-lexicon", "lex-int8-1", 128));
    }

    private static InferenceRequest Greedy(string question) =>
        new(DemoLexiconEngine.ModelName, [new ChatMessage("user", question)], 100, 0, 1_000, 0, []);

    private static DemoLexiconEngine Engine(int threads = 1) => new(LexiconModel.Embedded, threads);

    /// <summary>A question of as many tokens: "is" is one with its blank, and one without.</summary>
    private static string Words(int tokens) => string.Join(' ', Enumerable.Repeat("is", tokens));

    private static async Task<int> CountRightAsync(IEnumerable<(string Question, string Answer)> cases)
    {
        var right = 0;
        foreach (var (question, answer) in cases)
        {
            right += (await RunAsync(Greedy(question))).Text == answer ? 1 : 0;
        }

        return right;
    }

    private static async Task<InferenceRejection> RejectionAsync(InferenceRequest request)
    {
        var result = await Engine().RunAsync(
            request, _ => throw new InvalidOperationException("No text."), CancellationToken.None);

        result.IsOk.Should().BeFalse();
        return result.Rejection;
    }

    private static async Task<InferenceResult> RunAsync(InferenceRequest request, int threads = 1)
    {
        var pieces = new List<string>();

        var result = await Engine(threads).RunAsync(
            request,
            piece =>
            {
                pieces.Add(piece);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);

        string.Concat(pieces).Should().Be(result.Value.Text);
        pieces.Should().NotContain("");
        return result.Value;
    }

    private static List<JsonElement> Lines(string resource)
    {
        var assembly = typeof(DemoLexiconEngineTests).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
    }

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;
}
