using CsCheck;
using FluentAssertions;
using Marketplace.Inference;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class CanonicalTextTests
{
    private static readonly InferenceResult HelloWorld = new("Hello world", [9906, 1917], FinishReason.Stop, 5, 2);

    [Fact]
    public void Canonical_bytes_are_those_of_the_published_vector()
    {
        var bytes = CanonicalText.Encode(HelloWorld);

        Convert.ToHexStringLower(bytes).Should().Be(
            "0102000000b22600007d0700000b00000048656c6c6f20776f726c64010500000002000000");
        Keccak256.Hash(bytes).ToString().Should().Be(
            "0x8d4de2bf61797420a358728f1b8781d2ee4e78dd84127ac735cee8eeb283f8c6");
    }

    [Fact]
    public void A_result_without_token_ids_says_so_with_a_zero()
    {
        var bytes = CanonicalText.Encode(new InferenceResult("é", [], FinishReason.ToolCalls, 1, 300));

        Convert.ToHexStringLower(bytes).Should().Be(
            "01" + "00000000" + "02000000" + "c3a9" + "03" + "01000000" + "2c010000");
    }

    [Fact]
    public void Every_result_comes_back_from_its_bytes()
    {
        Gen.Select(
            Gen.OneOf("", "a", "é", "🤖", "\0", "e\u0301").Array[0, 9],
            Gen.UInt.Array[0, 9],
            Gen.Enum<FinishReason>(),
            Gen.UInt,
            Gen.UInt).Sample((text, ids, finish, prompt, completion) =>
        {
            var result = new InferenceResult(string.Concat(text), ids, finish, prompt, completion);

            CanonicalText.Decode(CanonicalText.Encode(result)).Should().BeEquivalentTo(result);
        });
    }

    [Fact]
    public void Bytes_that_end_early_or_go_on_are_refused_wherever_they_do()
    {
        var whole = CanonicalText.Encode(HelloWorld);

        for (var length = 0; length < whole.Length; length++)
        {
            var part = whole[..length];
            var decode = () => CanonicalText.Decode(part);

            decode.Should().Throw<FormatException>($"it ends after {length} of {whole.Length} bytes");
        }

        var longer = () => CanonicalText.Decode([.. whole, 0]);
        longer.Should().Throw<FormatException>();
    }

    [Theory]
    [InlineData("02000000000000000001", "another kind")]
    [InlineData("01ffffffff", "a count of ids beyond the bytes")]
    [InlineData("0100000000ffffffff", "a length of text beyond the bytes")]
    [InlineData("010000000001000000ff010000000000000000", "text that is not UTF-8")]
    [InlineData("010000000003000000eda080010000000000000000", "half a character")]
    [InlineData("010000000000000000000000000000000000", "no finish")]
    [InlineData("010000000000000000040000000000000000", "a finish of tomorrow")]
    public void Other_bytes_are_refused(string hex, string what)
    {
        var decode = () => CanonicalText.Decode(Convert.FromHexString(hex));

        decode.Should().Throw<FormatException>(what);
    }
}
