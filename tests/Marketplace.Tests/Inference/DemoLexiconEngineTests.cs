using FluentAssertions;
using Marketplace.Inference;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class DemoLexiconEngineTests
{
    [Theory]
    [InlineData(
        "what is escrow",
        "Your payment is locked in the escrow contract when an order matches, and is released to the provider after "
        + "the result is verified.")]
    [InlineData(
        "how are results verified",
        "The same job runs on several providers and the digests of their outputs are compared before settlement.")]
    public async Task Greedy_answers_are_those_of_the_model_card(string question, string answer)
    {
        var result = await RunAsync(Greedy(question), threads: 1);

        result.Text.Should().Be(answer);
        result.Finish.Should().Be(FinishReason.Stop);
        result.CompletionTokens.Should().Be((uint)result.TokenIds.Count);
    }

    [Fact]
    public async Task The_number_of_threads_and_the_pieces_change_nothing()
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

        var first = await RunAsync(request, threads: 1);
        var again = await RunAsync(request, threads: 1);
        var other = await RunAsync(request with { Seed = 8 }, threads: 1);

        again.TokenIds.Should().Equal(first.TokenIds);
        other.TokenIds.Should().NotEqual(first.TokenIds);
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_refused()
    {
        var engine = new DemoLexiconEngine(LexiconModel.Embedded, 1);
        var prompt = string.Join(' ', Enumerable.Repeat("escrow", 300));

        var result = await engine.RunAsync(Greedy(prompt), _ => ValueTask.CompletedTask, CancellationToken.None);

        result.IsOk.Should().BeFalse();
        result.Rejection.Should().Be(InferenceRejection.PromptTooLong);
    }

    [Fact]
    public void Canonical_bytes_are_those_of_the_published_vector()
    {
        var result = new InferenceResult("Hello world", [9906, 1917], FinishReason.Stop, 5, 2);

        var bytes = CanonicalText.Encode(result);

        Convert.ToHexStringLower(bytes).Should().Be(
            "0102000000b22600007d0700000b00000048656c6c6f20776f726c64010500000002000000");
        Keccak256.Hash(bytes).ToString().Should().Be(
            "0x8d4de2bf61797420a358728f1b8781d2ee4e78dd84127ac735cee8eeb283f8c6");
        CanonicalText.Decode(bytes).Should().BeEquivalentTo(result);
    }

    [Fact]
    public void A_truncated_or_foreign_model_file_is_refused()
    {
        var load = () => LexiconModel.Load(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 });
        var empty = () => LexiconModel.Load(Array.Empty<byte>());

        load.Should().Throw<GgufFormatException>();
        empty.Should().Throw<GgufFormatException>();
    }

    private static InferenceRequest Greedy(string question) =>
        new(DemoLexiconEngine.ModelName, [new ChatMessage("user", question)], 100, 0, 1_000, 0, []);

    private static async Task<InferenceResult> RunAsync(InferenceRequest request, int threads)
    {
        var pieces = new List<string>();
        var engine = new DemoLexiconEngine(LexiconModel.Embedded, threads);

        var result = await engine.RunAsync(
            request,
            piece =>
            {
                pieces.Add(piece);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);

        string.Concat(pieces).Should().Be(result.Value.Text);
        return result.Value;
    }
}
