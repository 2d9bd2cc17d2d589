using System.Text;
using System.Text.Json;
using CsCheck;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.Tests.Protocol;

public sealed class JobRequestTests
{
    private const string Whole =
        """{"max_tokens":5,"messages":[{"content":"Hi","role":"user"}],"model":"m","seed":1,"stop":["."],"""
        + """
        "temperature_milli":700,"top_p_milli":1000}
        """;

    private static readonly Gen<JobRequest> Requests = Gen.Select(
        Gen.Int[1, 1_000_000],
        Gen.Select(Gen.String, Gen.String, (content, role) => new JobMessage(content, role)).List[1, 3],
        Gen.UInt,
        Gen.String[Gen.Char.AlphaNumeric, 1, 5].List[0, 3],
        Gen.Int[0, 2_000],
        Gen.Int[0, 1_000],
        (most, messages, seed, stop, temperature, topP) =>
            new JobRequest(most, messages, "m", seed, stop, temperature, topP));

    [Fact]
    public void The_canonical_bytes_have_their_members_in_order_and_no_space()
    {
        var request = new JobRequest(5, [new JobMessage("Hi", "user")], "m", 1, ["."], 700, 1_000);

        Encoding.UTF8.GetString(request.Encode()).Should().Be(Whole);
        JobRequest.HashOf(request.Encode()).Should().Be(Keccak256.Hash(Whole));
    }

    [Fact]
    public void What_was_written_is_read() => Requests.Sample(request =>
    {
        var read = JobRequest.Decode(request.Encode());

        read.Encode().Should().Equal(request.Encode());
        read.Should().BeEquivalentTo(request);
    });

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"model":"m"}""")]
    public void Bytes_that_are_no_whole_request_are_refused(string text) =>
        Decode(text).Should().Throw<JsonException>();

    [Theory]
    [InlineData("\"max_tokens\":5", "\"max_tokens\":0")]
    [InlineData("\"max_tokens\":5", "\"max_tokens\":-1")]
    [InlineData("\"max_tokens\":5", "\"max_tokens\":5.5")]
    [InlineData("[{\"content\":\"Hi\",\"role\":\"user\"}]", "null")]
    [InlineData("[{\"content\":\"Hi\",\"role\":\"user\"}]", "[]")]
    [InlineData("{\"content\":\"Hi\",\"role\":\"user\"}", "null")]
    [InlineData("\"content\":\"Hi\"", "\"content\":null")]
    [InlineData("\"role\":\"user\"", "\"role\":null")]
    [InlineData(",\"role\":\"user\"", "")]
    [InlineData("\"model\":\"m\"", "\"model\":null")]
    [InlineData("\"seed\":1", "\"seed\":-1")]
    [InlineData("[\".\"]", "null")]
    [InlineData("[\".\"]", "[null]")]
    [InlineData("[\".\"]", "[\"\"]")]
    [InlineData("\"temperature_milli\":700", "\"temperature_milli\":-1")]
    [InlineData("\"temperature_milli\":700", "\"temperature_milli\":2001")]
    [InlineData("\"top_p_milli\":1000", "\"top_p_milli\":1001")]
    [InlineData("\"top_p_milli\":1000", "\"top_p_milli\":1000,\"tools\":[]")]
    public void A_request_that_an_engine_could_stumble_over_is_refused(string part, string instead)
    {
        Decode(Whole).Should().NotThrow();
        Decode(Whole.Replace(part, instead, StringComparison.Ordinal)).Should().Throw<JsonException>();
    }

    [Fact]
    public void Any_bytes_are_a_request_or_are_refused_as_such() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        try
        {
            JobRequest.Decode(bytes);
        }
        catch (JsonException)
        {
            // The one refusal that there may be.
        }
    });

    private static Action Decode(string text) => () => JobRequest.Decode(Encoding.UTF8.GetBytes(text));
}
