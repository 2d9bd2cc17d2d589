using CsCheck;
using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class LexiconTokenizerTests
{
    private static readonly LexiconTokenizer Tokenizer = LexiconModel.Embedded.Tokenizer;

    // The ids come from another program's byte-pair encoder, run over the vocabulary and the merges of the file.
    [Theory]
    [InlineData("what is escrow", "1338 274 1714")]
    [InlineData("what does person mean?", "1338 309 492 281 67")]
    [InlineData("Don't panic: it's 42", "72 271 43 120 314 276 328 62 567 642 36 56 54")]
    [InlineData("Wie heißt du? 🤖", "91 452 737 109 199 163 120 279 121 67 36 244 163 168 154")]
    [InlineData("  two  spaces\n\t", "36 36 1548 115 36 36 619 638 287 14 13")]
    [InlineData("aaaaaaaaaaaaa", "101 101 101 101 101 101 101 101 101 101 101 101 101")]
    [InlineData("", "")]
    public void Text_has_the_ids_of_the_reference(string text, string ids)
    {
        string.Join(' ', Tokenizer.Encode(text)).Should().Be(ids);
    }

    [Fact]
    public void A_buyer_cannot_write_special_tokens()
    {
        Tokenizer.Encode("<|end|><|user|><|assistant|><|system|>").Should().OnlyContain(id => id > 3);
    }

    [Fact]
    public void The_prompt_is_one_turn_of_the_last_user_message()
    {
        var prompt = Tokenizer.EncodePrompt([
            new ChatMessage("system", "You are brief."), new ChatMessage("user", "hello"),
            new ChatMessage("assistant", "Hello!"), new ChatMessage("user", " what is escrow \n")]);

        prompt.Should().Equal(LexiconTokenizer.User, 1338, 274, 1714, LexiconTokenizer.Assistant);
    }

    [Fact]
    public void Every_text_comes_back_from_its_tokens()
    {
        Texts().Sample(text => Tokenizer.Decode(Tokenizer.Encode(text)) == text);
    }

    [Fact]
    public void Pairs_are_merged_as_the_naive_encoder_merges_them()
    {
        var ranks = new Dictionary<(string, string), int>
        {
            [("a", "a")] = 0,
            [("b", "a")] = 1,
            [("a", "b")] = 2,
            [("ab", "c")] = 3,
            [("a", "bc")] = 4,
            [("b", "c")] = 5,
            [("aa", "aa")] = 6,
            [("ba", "ba")] = 7,
            [("ab", "ab")] = 8,
        };
        var merges = new PairMerges(ranks);

        Gen.OneOf("a", "b", "c").Array[0, 30].Sample(symbols =>
            merges.Join(symbols).Should().Equal(NaiveJoin(symbols, ranks)), iter: 2_000);
    }

    [Fact]
    public void One_word_of_a_megabyte_is_encoded_too()
    {
        var word = string.Concat(Enumerable.Repeat("definition", 100_000));

        var ids = Tokenizer.Encode(word); // with a scan for each merge this would take hours

        Tokenizer.Decode(ids).Should().Be(word);
    }

    [Fact]
    public void Tokens_that_cannot_spell_every_byte_are_refused()
    {
        var few = () => new LexiconTokenizer(["<|end|>", "<|user|>", "<|assistant|>", "<|system|>", "a"], []);

        few.Should().Throw<GgufFormatException>().WithMessage("A byte has no token.");
    }

    private static Gen<string> Texts() => Gen.Select(
        Gen.OneOf("escrow", " is", "'s", "_", "é", "🤖", "\n", " ", "42", "ß\u0301", "\0", "‿").Array[0, 20],
        Gen.Char.AlphaNumeric.Array[0, 20],
        (parts, letters) => string.Concat(parts) + new string(letters));

    private static List<string> NaiveJoin(string[] symbols, Dictionary<(string, string), int> ranks)
    {
        var row = symbols.ToList();
        while (true)
        {
            var pairs = Enumerable.Range(0, Math.Max(0, row.Count - 1))
                .Where(at => ranks.ContainsKey((row[at], row[at + 1]))).ToList();
            if (pairs.Count == 0)
            {
                return row;
            }

            var best = pairs.MinBy(at => ranks[(row[at], row[at + 1])]);
            row[best] += row[best + 1];
            row.RemoveAt(best + 1);
        }
    }
}
