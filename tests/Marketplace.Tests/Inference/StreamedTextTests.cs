using System.Text;
using CsCheck;
using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class StreamedTextTests
{
    [Theory]
    [InlineData("one. two. three", new[] { ". " }, "one")]
    [InlineData("one. two. three", new[] { "three", "two" }, "one. ")]
    [InlineData("one. two. three", new[] { "four" }, "one. two. three")]
    [InlineData("one. two", new[] { "" }, "one. two")]
    [InlineData("one. two", new[] { "", "o" }, "")]
    [InlineData("aab", new[] { "ab" }, "a")]
    [InlineData("a🤖b", new[] { "🤖" }, "a")]
    public void Text_ends_before_the_first_stop_sequence(string text, string[] stops, string expected)
    {
        var (pieces, streamed) = Feed(Encoding.UTF8.GetBytes(text).Select(value => new[] { value }), stops);

        streamed.All.Should().Be(expected);
        string.Concat(pieces).Should().Be(expected);
        streamed.IsStopped.Should().Be(expected != text);
    }

    [Fact]
    public void Only_what_may_become_a_stop_sequence_is_kept_back()
    {
        var streamed = new StreamedText(["</end>"]);

        streamed.Add("Hello"u8).Should().Be("Hello");
        streamed.Add(" <"u8).Should().Be(" ");
        streamed.Add("/e"u8).Should().Be("");
        streamed.Add("x"u8).Should().Be("</ex");
        streamed.Add("</"u8).Should().Be("");
        streamed.End().Should().Be("</");
    }

    [Fact]
    public void Bytes_that_are_no_text_become_replacement_characters()
    {
        var (pieces, streamed) = Feed([[0x61, 0xF0, 0x9F], [0x62], [0xC3]], []);

        streamed.All.Should().Be("a\uFFFDb\uFFFD");
        string.Concat(pieces).Should().Be(streamed.All);
    }

    [Fact]
    public void Pieces_make_the_text_and_none_breaks_a_character()
    {
        var words = Gen.OneOf("a", "b", "ab", "é", "🤖", "ba🤖", "🤖a");
        Gen.Select(words.Array[0, 12], Gen.OneOf("ab", "ba", "🤖b", "aa", "é🤖", "").Array[0, 3], Gen.Int[1, 5]).Sample(
            (parts, stops, size) =>
            {
                var chunks = Encoding.UTF8.GetBytes(string.Concat(parts)).Chunk(size).ToList();

                var (pieces, streamed) = Feed(chunks, stops);

                streamed.All.Should().Be(Naive(chunks, stops));
                string.Concat(pieces).Should().Be(streamed.All);
                pieces.Should().NotContain(piece =>
                    char.IsHighSurrogate(piece.LastOrDefault()) || char.IsLowSurrogate(piece.FirstOrDefault()));
            },
            iter: 2_000);
    }

    private static (List<string> Pieces, StreamedText Streamed) Feed(IEnumerable<byte[]> chunks, string[] stops)
    {
        var streamed = new StreamedText(stops);
        var pieces = chunks.TakeWhile(_ => !streamed.IsStopped).Select(chunk => streamed.Add(chunk)).ToList();
        pieces.Add(streamed.End());
        return (pieces, streamed);
    }

    /// <summary>All text so far, searched anew after each chunk.</summary>
    private static string Naive(List<byte[]> chunks, string[] stops)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var text = "";
        foreach (var chunk in chunks)
        {
            var characters = new char[chunk.Length + 4];
            text += new string(characters, 0, decoder.GetChars(chunk, characters, flush: false));
            var found = stops.Where(stop => stop.Length > 0)
                .Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).ToList();
            if (found.Count > 0)
            {
                return text[..found.Min()];
            }
        }

        return text;
    }
}
