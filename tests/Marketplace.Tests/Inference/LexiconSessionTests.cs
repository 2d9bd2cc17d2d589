using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class LexiconSessionTests
{
    private static readonly LexiconModel Model = LexiconModel.Embedded;

    [Fact]
    public void Kept_keys_and_values_give_the_logits_of_a_recomputation_without_any()
    {
        var session = new LexiconSession(Model, threads: 1);
        var tokens = new List<uint>();

        foreach (var token in Model.Tokenizer.EncodePrompt([new ChatMessage("user", "what does escrow mean?")]))
        {
            session.Take(token);
            tokens.Add(token);

            session.Logits.Should().Equal(NaiveForward.Logits(Model, tokens), $"after {tokens.Count} tokens");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    public void The_number_of_threads_changes_no_bit(int threads)
    {
        var one = new LexiconSession(Model, threads: 1);
        var many = new LexiconSession(Model, threads);

        foreach (var token in Model.Tokenizer.EncodePrompt([new ChatMessage("user", "what is escrow")]))
        {
            one.Take(token);
            many.Take(token);

            many.Logits.Should().Equal(one.Logits);
        }
    }

    [Fact]
    public void No_thread_is_no_session()
    {
        var none = () => new LexiconSession(Model, threads: 0);

        none.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_token_allocates_nothing()
    {
        var session = new LexiconSession(Model, threads: 1);
        var sampler = new Sampler(1_000, 900, 1);
        Generate(session, sampler, tokens: 2);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Generate(session, sampler, tokens: 20);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.Should().Be(0);
    }

    private static void Generate(LexiconSession session, Sampler sampler, int tokens)
    {
        for (var count = 0; count < tokens; count++)
        {
            session.Take(sampler.Next(session.Logits));
        }
    }
}
