using System.Text.Json;
using FluentAssertions;
using Marketplace.Gateway;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.Tests.Gateway;

public sealed class ChatOrderTests
{
    private static readonly GatewayOptions Options = new()
    {
        Operator = new Uri("http://operator.invalid"),
        DataDirectory = "",
        ListenUrl = "",
        BudgetNo = new BudgetNo(1),
        StartBlock = default,
        DefaultMaxPrice = new UnitPrice(1_500_000),
    };

    [Fact]
    public void Everything_but_model_and_messages_has_a_default()
    {
        var order = Accepted("{}");

        order.Request.Should().BeEquivalentTo(new
        {
            Model = "m",
            MaxTokens = 256,
            Seed = 0u,
            Stop = Array.Empty<string>(),
            TemperatureMilli = 0,
            TopPMilli = 1_000,
            Messages = new[] { new { Role = "user", Content = "Hi" } },
        });
        order.Should().BeEquivalentTo(new
        {
            Limit = Options.DefaultMaxPrice,
            Replicas = 1,
            Quorum = 1,
            IsStream = false,
            IsStrict = true,
            WantsUsage = false,
        });
    }

    [Theory]
    [InlineData("""{"max_tokens":5}""", 5)]
    [InlineData("""{"max_completion_tokens":6}""", 6)]
    [InlineData("""{"max_completion_tokens":6,"max_tokens":5}""", 6)]
    [InlineData("""{"max_completion_tokens":null,"max_tokens":5}""", 5)]
    [InlineData("""{"max_tokens":null}""", 256)]
    [InlineData("""{"model":"demo-lexicon"}""", 64)]
    [InlineData("""{"max_tokens":1000000}""", 1_000_000)]
    public void The_limit_of_tokens_is_the_newer_field_then_the_older(string change, int expected) =>
        Accepted(change).Request.MaxTokens.Should().Be(expected);

    [Theory]
    [InlineData("""{"max_price":0.25}""", 250_000)]
    [InlineData("""{"max_price":"0.25"}""", 250_000)]
    [InlineData("""{"max_price":0.000001}""", 1)]
    [InlineData("""{"max_price":3}""", 3_000_000)]
    [InlineData("""{"max_price":100000}""", 100_000_000_000)]
    [InlineData("""{"max_price":null}""", 1_500_000)]
    [InlineData("""{"provider":{"max_price":{"completion":2}}}""", 2_000_000)]
    [InlineData("""{"provider":{"max_price":{"completion":"2"}}}""", 2_000_000)]
    [InlineData("""{"max_price":1,"provider":{"max_price":{"completion":2}}}""", 1_000_000)]
    [InlineData("""{"provider":{"max_price":{"prompt":2}}}""", 1_500_000)]
    public void A_price_cap_is_read_exactly(string change, long expected) =>
        Accepted(change).Limit.Should().Be(new UnitPrice(expected));

    [Theory]
    [InlineData("""{"redundancy":1}""", 1, 1)]
    [InlineData("""{"redundancy":2}""", 2, 2)]
    [InlineData("""{"redundancy":3}""", 3, 2)]
    [InlineData("""{"redundancy":16}""", 16, 9)]
    [InlineData("""{"redundancy":3,"quorum":1}""", 3, 1)]
    [InlineData("""{"redundancy":3,"quorum":3}""", 3, 3)]
    public void A_quorum_is_a_majority_unless_it_is_named(string change, int replicas, int quorum)
    {
        var order = Accepted(change);

        (order.Replicas, order.Quorum).Should().Be((replicas, quorum));
    }

    [Theory]
    [InlineData("{}", false, true)]
    [InlineData("""{"stream":true}""", true, false)]
    [InlineData("""{"stream":true,"verification":"strict"}""", true, true)]
    [InlineData("""{"verification":"optimistic"}""", false, false)]
    public void An_answer_is_held_until_the_verdict_unless_it_is_streamed(string change, bool isStream, bool isStrict)
    {
        var order = Accepted(change);

        (order.IsStream, order.IsStrict).Should().Be((isStream, isStrict));
    }

    [Theory]
    [InlineData("""{"stop":"."}""", ".")]
    [InlineData("""{"stop":[".","!"]}""", ".|!")]
    [InlineData("""{"stop":["","!"]}""", "!")]
    [InlineData("""{"stop":""}""", "")]
    [InlineData("""{"stop":[]}""", "")]
    [InlineData("""{"stop":null}""", "")]
    public void Stops_are_one_text_or_many_and_an_empty_one_is_none(string change, string expected) =>
        string.Join('|', Accepted(change).Request.Stop).Should().Be(expected);

    [Theory]
    [InlineData("""{"temperature":0.7}""", 700, 1_000)]
    [InlineData("""{"temperature":2,"top_p":0.95}""", 2_000, 950)]
    [InlineData("""{"temperature":0.0019}""", 1, 1_000)]
    [InlineData("""{"temperature":null,"top_p":null}""", 0, 1_000)]
    public void Sampling_is_read_in_thousandths(string change, int temperature, int topP)
    {
        var request = Accepted(change).Request;

        (request.TemperatureMilli, request.TopPMilli).Should().Be((temperature, topP));
    }

    [Theory]
    [InlineData("""{"tools":[],"tool_choice":"none"}""")]
    [InlineData("""{"frequency_penalty":0,"presence_penalty":0.0}""")]
    [InlineData("""{"logprobs":false,"logit_bias":{}}""")]
    [InlineData("""{"functions":null,"n":1,"n ":2}""")]
    [InlineData("""{"response_format":{"type":"text"}}""")]
    [InlineData("""{"stream_options":{"include_usage":false}}""")]
    public void A_field_that_asks_for_nothing_unusual_is_no_hindrance(string change) =>
        Accepted(change).Should().NotBeNull();

    [Fact]
    public void Content_in_parts_is_put_together() =>
        Accepted("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""")
            .Request.Messages.Single().Content.Should().Be("ab");

    [Fact]
    public void Usage_comes_when_it_is_asked_for() =>
        Accepted("""{"stream":true,"stream_options":{"include_usage":true}}""").WantsUsage.Should().BeTrue();

    [Theory]
    [InlineData("model", """{"model":null}""")]
    [InlineData("model", """{"model":5}""")]
    [InlineData("model", """{"model":"\ud800"}""")]
    [InlineData("messages", """{"messages":null}""")]
    [InlineData("messages", """{"messages":[]}""")]
    [InlineData("messages", """{"messages":"Hi"}""")]
    [InlineData("messages", """{"messages":["Hi"]}""")]
    [InlineData("messages", """{"messages":[null]}""")]
    [InlineData("messages", """{"messages":[{"role":"user"}]}""")]
    [InlineData("messages", """{"messages":[{"content":"Hi"}]}""")]
    [InlineData("messages", """{"messages":[{"role":"user","content":null}]}""")]
    [InlineData("messages", """{"messages":[{"role":"user","content":"\udc00"}]}""")]
    [InlineData("messages", """{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}""")]
    [InlineData("n", """{"n":2}""")]
    [InlineData("n", """{"n":0}""")]
    [InlineData("tools", """{"tools":[{}]}""")]
    [InlineData("functions", """{"functions":[{}]}""")]
    [InlineData("logprobs", """{"logprobs":true}""")]
    [InlineData("logit_bias", """{"logit_bias":{"5":1}}""")]
    [InlineData("frequency_penalty", """{"frequency_penalty":0.1}""")]
    [InlineData("presence_penalty", """{"presence_penalty":-0.1}""")]
    [InlineData("response_format", """{"response_format":{"type":"json_object"}}""")]
    [InlineData("max_tokens", """{"max_tokens":0}""")]
    [InlineData("max_tokens", """{"max_tokens":1000001}""")]
    [InlineData("max_tokens", """{"max_tokens":"5"}""")]
    [InlineData("max_completion_tokens", """{"max_completion_tokens":1.5}""")]
    [InlineData("seed", """{"seed":-1}""")]
    [InlineData("stop", """{"stop":5}""")]
    [InlineData("stop", """{"stop":{}}""")]
    [InlineData("stop", """{"stop":["a",5]}""")]
    [InlineData("stop", """{"stop":["\ud800"]}""")]
    [InlineData("temperature", """{"temperature":2.1}""")]
    [InlineData("temperature", """{"temperature":-0.1}""")]
    [InlineData("temperature", """{"temperature":"0.7"}""")]
    [InlineData("top_p", """{"top_p":1.1}""")]
    [InlineData("redundancy", """{"redundancy":0}""")]
    [InlineData("redundancy", """{"redundancy":17}""")]
    [InlineData("quorum", """{"redundancy":2,"quorum":3}""")]
    [InlineData("quorum", """{"quorum":0}""")]
    [InlineData("verification", """{"verification":"none"}""")]
    [InlineData("max_price", """{"max_price":0}""")]
    [InlineData("max_price", """{"max_price":-1}""")]
    [InlineData("max_price", """{"max_price":"0.0000001"}""")]
    [InlineData("max_price", """{"max_price":1e3}""")]
    [InlineData("max_price", """{"max_price":100000.000001}""")]
    [InlineData("max_price", """{"max_price":[]}""")]
    [InlineData("max_price", """{"max_price":"\ud800"}""")]
    [InlineData("provider.require", """{"provider":{"require":"eu"}}""")]
    [InlineData("provider.require", """{"provider":{"require":{"region":[]}}}""")]
    [InlineData("provider.require", """{"provider":{"require":{"region":["eu",5]}}}""")]
    [InlineData("provider.require", """{"provider":{"require":{"\ud800":"eu"}}}""")]
    [InlineData("provider.quantizations", """{"provider":{"quantizations":[8]}}""")]
    [InlineData("provider.zdr", """{"provider":{"zdr":"yes"}}""")]
    [InlineData("provider.data_collection", """{"provider":{"data_collection":"perhaps"}}""")]
    [InlineData("provider.max_price.completion", """{"provider":{"max_price":{"completion":"cheap"}}}""")]
    public void A_refusal_names_its_field_and_says_how_to_mend_it(string field, string change)
    {
        var (order, error) = Read(change);

        order.Should().BeNull();
        error!.Status.Should().Be(400);
        error.Code.Should().Be("invalid_request");
        error.Param.Should().Be(field);
        error.Message.Should().EndWith(".").And.MatchRegex("[a-z]{3}");
    }

    [Theory]
    [InlineData("{}", "tee=gpu")]
    [InlineData("""{"provider":{"require":{"region":"eu"}}}""", "region=eu tee=gpu")]
    [InlineData("""{"provider":{"require":{"region":["eu","us"],"tee":"cpu"}}}""", "region=eu,us tee=cpu")]
    [InlineData("""{"provider":{"quantizations":["fp8","fp16"]}}""", "quantization=fp8,fp16 tee=gpu")]
    [InlineData("""{"provider":{"zdr":true,"data_collection":"deny"}}""", "retention=none tee=gpu")]
    [InlineData("""{"provider":{"zdr":false,"data_collection":"allow","require":null}}""", "tee=gpu")]
    public void What_a_provider_must_have_is_the_requests_and_the_rest_of_the_gateways(string change, string expected)
    {
        var usual = Options with { DefaultRequires = [new("tee", ["gpu"])] };

        var (order, _) = Read(change, usual);

        string.Join(' ', order!.Requires).Should().Be(expected);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("5")]
    public void A_body_that_is_no_object_is_refused(string text)
    {
        using var body = JsonDocument.Parse(text);

        ChatOrder.Read(body.RootElement, Options).Error!.Param.Should().Be("body");
    }

    [Fact]
    public void Whatever_a_field_holds_there_is_an_order_or_a_refusal()
    {
        string[] fields =
        [
            "model", "messages", "n", "tools", "max_tokens", "max_completion_tokens", "seed", "stop", "temperature",
            "top_p", "redundancy", "quorum", "verification", "max_price", "provider", "response_format", "stream",
            "stream_options",
        ];
        string[] values =
        [
            "null", "true", "0", "-1", "1e400", "\"\"", "\"\\ud800\"", "[]", "[[]]", "[null]", "[5]", "{}",
            "{\"type\":5}", "{\"max_price\":5}", "{\"max_price\":{\"completion\":{}}}",
            "[{\"role\":\"user\",\"content\":[5]}]", "{\"require\":{\"a\":null},\"zdr\":5}", "{\"require\":[{}]}",
        ];

        foreach (var change in fields.SelectMany(field => values.Select(value => $"{{\"{field}\":{value}}}")))
        {
            var (order, error) = Read(change);

            (order is null).Should().Be(error is not null, change);
        }
    }

    private static ChatOrder Accepted(string change)
    {
        var (order, error) = Read(change);
        error.Should().BeNull();
        return order!;
    }

    /// <summary>Reads an ordinary request in which the fields of <paramref name="change"/> are set.</summary>
    private static (ChatOrder? Order, ApiError? Error) Read(string change, GatewayOptions? options = null)
    {
        using var changes = JsonDocument.Parse(change);
        var fields = new Dictionary<string, string>
        {
            ["model"] = "\"m\"",
            ["messages"] = """[{"role":"user","content":"Hi"}]""",
        };
        foreach (var field in changes.RootElement.EnumerateObject())
        {
            fields[field.Name] = field.Value.GetRawText();
        }

        var members = fields.Select(field => $"\"{field.Key}\":{field.Value}");
        using var body = JsonDocument.Parse($"{{{string.Join(',', members)}}}");
        return ChatOrder.Read(body.RootElement, options ?? Options);
    }
}
