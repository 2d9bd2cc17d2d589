using System.Text.Json;
using FluentAssertions;
using Marketplace.Inference;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Inference;

public sealed class OpenAiEngineTests : IDisposable
{
    private static readonly InferenceRequest Request =
        new("m", [new ChatMessage("user", "Say hello")], 16, 700, 950, 7, ["\n\n"]);

    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly List<string> pieces = [];

    public void Dispose() => http.Dispose();

    public static TheoryData<string, string> Servers() => new()
    {
        { "vLLM", RecordedStreams.Vllm },
        { "llama-server", RecordedStreams.LlamaServer },
        { "Ollama", RecordedStreams.Ollama },
        { "a proxy", RecordedStreams.Proxy },
        { "carriage returns", RecordedStreams.Vllm.Replace("\n", "\r\n", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task The_stream_of_each_server_becomes_the_same_result(string server, string stream)
    {
        await using var engine = await FakeEngine.SayingAsync(200, stream);

        var result = await RunAsync(engine);

        result.Value.Should().BeEquivalentTo(new InferenceResult("Hello world", [], FinishReason.Stop, 9, 3), server);
        pieces.Should().Equal("Hello", " world");
    }

    [Fact]
    public async Task The_request_has_every_limit_and_asks_for_the_usage()
    {
        var body = default(JsonElement);
        var path = "";
        await using var engine = await FakeEngine.StartAsync(async http =>
        {
            path = http.Request.Path;
            body = await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body);
            await FakeEngine.WriteAsync(http, RecordedStreams.Vllm);
        });

        await RunAsync(engine, Request with { Seed = 0xFFFF_FFFF_0000_0005 });

        path.Should().Be("/v1/chat/completions");
        JsonSerializer.Serialize(body).Should().Be(
            """{"model":"m","messages":[{"role":"user","content":"Say hello"}],"max_tokens":16,"temperature":0.7,"""
            + "\"top_p\":0.95,\"seed\":5,\"stream\":true,\"stream_options\":{\"include_usage\":true},"
            + "\"stop\":[\"\\n\\n\"]}");
    }

    [Theory]
    [InlineData("length", FinishReason.Length)]
    [InlineData("stop", FinishReason.Stop)]
    [InlineData("tool_calls", FinishReason.ToolCalls)]
    [InlineData("content_filter", FinishReason.Stop)]
    public async Task The_reason_of_the_end_is_kept(string said, FinishReason finish)
    {
        await using var engine = await FakeEngine.SayingAsync(200, RecordedStreams.Of("\"Hi\"", said));

        (await RunAsync(engine)).Value.Finish.Should().Be(finish);
    }

    [Theory]
    [InlineData("3", 3u)]
    [InlineData("16", 16u)]
    [InlineData("17", 16u)]
    [InlineData("4000000000", 16u)]
    [InlineData("0", 0u)]
    public async Task No_more_tokens_are_counted_than_were_ordered(string said, uint counted)
    {
        await using var engine = await FakeEngine.SayingAsync(200, RecordedStreams.Of("\"Hi\"", completion: said));

        (await RunAsync(engine)).Value.CompletionTokens.Should().Be(counted);
    }

    // The words are the servers' own, or say what might be taken for them.
    [Theory]
    [InlineData(404, "The model `m` does not exist.", InferenceRejection.UnknownModel)]
    [InlineData(404, "model 'm' not found, try pulling it first", InferenceRejection.UnknownModel)]
    [InlineData(400, "This model's maximum context length is 4096 tokens.", InferenceRejection.PromptTooLong)]
    [InlineData(400, "the request exceeds the available context size", InferenceRejection.PromptTooLong)]
    [InlineData(400, "code: context_length_exceeded", InferenceRejection.PromptTooLong)]
    [InlineData(413, "", InferenceRejection.PromptTooLong)]
    [InlineData(400, "top_p must be in (0, 1], got 0.0.", InferenceRejection.InvalidRequest)]
    [InlineData(400, "the template's context has no such variable", InferenceRejection.InvalidRequest)]
    [InlineData(422, "ensure this value is greater than 0", InferenceRejection.InvalidRequest)]
    public async Task A_request_at_fault_is_refused_with_the_reason(
        int status, string message, InferenceRejection rejection)
    {
        var body = JsonSerializer.Serialize(new { error = new { message, type = "api_error", code = status } });
        await using var engine = await FakeEngine.SayingAsync(status, body);

        (await RunAsync(engine)).Should().Be((Result<InferenceResult, InferenceRejection>)rejection);
        pieces.Should().BeEmpty();
    }

    [Theory]
    [InlineData(404, "404 page not found")]
    [InlineData(401, """{"error":"Unauthorized"}""")]
    [InlineData(429, """{"error":{"message":"Too many requests"}}""")]
    [InlineData(500, """{"error":{"message":"CUDA out of memory"}}""")]
    [InlineData(503, """{"error":{"message":"Loading model","type":"unavailable_error","code":503}}""")]
    [InlineData(302, "")]
    public async Task A_server_at_fault_is_a_fault_with_its_status(int status, string body)
    {
        await using var engine = await FakeEngine.SayingAsync(status, body);
        var run = () => RunAsync(engine);

        await run.Should().ThrowAsync<EngineFaultException>().WithMessage($"*{status}*");
    }

    public static TheoryData<string, string> BrokenStreams() => new()
    {
        { "nothing", "" },
        { "a page", "<html>Hello</html>" },
        { "no end", RecordedStreams.Vllm.Replace("data: [DONE]", "", StringComparison.Ordinal) },
        { "no finish", RecordedStreams.Of("\"Hi\"").Replace("\"stop\"", "null", StringComparison.Ordinal) },
        { "no usage", RecordedStreams.Of("\"Hi\"").Replace("\"usage\"", "\"timings\"", StringComparison.Ordinal) },
        { "an error", "data: {\"error\":{\"message\":\"Internal server error\",\"code\":500}}\n\ndata: [DONE]\n\n" },
        { "no JSON", "data: {\"choices\":[{\n\ndata: [DONE]\n\n" },
        { "a number", "data: 5\n\ndata: [DONE]\n\n" },
        { "choices of text", "data: {\"choices\":[\"Hi\"]}\n\ndata: [DONE]\n\n" },
        { "a delta of text", "data: {\"choices\":[{\"delta\":\"Hi\",\"finish_reason\":7}]}\n\ndata: [DONE]\n\n" },
        { "half a character", RecordedStreams.Of("\"\\ud83d\"") },
        { "negative tokens", RecordedStreams.Of("\"Hi\"", completion: "-1") },
        { "tokens of text", RecordedStreams.Of("\"Hi\"", completion: "\"3\"") },
        { "half tokens", RecordedStreams.Of("\"Hi\"", prompt: "1.5") },
        { "no prompt tokens", RecordedStreams.Of("\"Hi\"", prompt: "null") },
    };

    [Theory]
    [MemberData(nameof(BrokenStreams))]
    public async Task A_broken_stream_is_a_fault_and_never_a_result(string what, string stream)
    {
        await using var engine = await FakeEngine.SayingAsync(200, stream);
        var run = () => RunAsync(engine);

        await run.Should().ThrowAsync<EngineFaultException>(what);
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_is_a_fault()
    {
        await using var engine = await FakeEngine.StartAsync(async http =>
        {
            await FakeEngine.WriteAsync(http, RecordedStreams.Vllm[..(RecordedStreams.Vllm.Length / 2)]);
            http.Abort();
        });
        var run = () => RunAsync(engine);

        await run.Should().ThrowAsync<EngineFaultException>().WithMessage("*broke*");
    }

    [Fact]
    public async Task Nobody_at_the_address_is_a_fault()
    {
        var engine = await FakeEngine.SayingAsync(200, "");
        var gone = new OpenAiEngine(http, engine.BaseUri, TimeProvider.System);
        await engine.DisposeAsync();
        var run = () => gone.RunAsync(Request, _ => ValueTask.CompletedTask, CancellationToken.None);

        await run.Should().ThrowAsync<EngineFaultException>().WithMessage("*cannot be reached*");
    }

    [Theory]
    [InlineData("")]
    [InlineData(": waiting\n\n")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n")]
    public async Task A_server_that_falls_silent_is_a_fault(string before)
    {
        await using var engine = await FakeEngine.StartAsync(async http =>
        {
            if (before.Length > 0)
            {
                await FakeEngine.WriteAsync(http, before);
            }

            await FakeEngine.HangAsync(http);
        });
        var impatient = new OpenAiEngine(http, engine.BaseUri, TimeProvider.System)
        {
            Silence = TimeSpan.FromMilliseconds(100),
        };
        var run = () => impatient.RunAsync(Request, _ => ValueTask.CompletedTask, CancellationToken.None);

        await run.Should().ThrowAsync<EngineFaultException>().WithMessage("*said nothing*");
    }

    [Fact]
    public async Task Cancelling_is_no_fault_and_lets_the_server_go()
    {
        var gone = new TaskCompletionSource();
        await using var engine = await FakeEngine.StartAsync(async http =>
        {
            await FakeEngine.WriteAsync(http, "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n");
            await FakeEngine.HangAsync(http);
            gone.SetResult();
        });
        using var stop = new CancellationTokenSource();
        var run = () => new OpenAiEngine(http, engine.BaseUri, TimeProvider.System)
            .RunAsync(Request, async _ => await stop.CancelAsync(), stop.Token);

        await run.Should().ThrowAsync<OperationCanceledException>();

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_fault_of_the_listener_is_not_taken_for_the_servers()
    {
        await using var engine = await FakeEngine.SayingAsync(200, RecordedStreams.Vllm);
        var run = () => new OpenAiEngine(http, engine.BaseUri, TimeProvider.System)
            .RunAsync(Request, _ => throw new IOException("the buyer is gone"), CancellationToken.None);

        await run.Should().ThrowAsync<IOException>().WithMessage("the buyer is gone");
    }

    [Fact]
    public async Task A_long_answer_comes_through_whole()
    {
        const int Tokens = 20_000;
        await using var engine = await FakeEngine.StartAsync(async http =>
        {
            for (var count = 0; count < Tokens; count += 100)
            {
                await FakeEngine.WriteAsync(http, string.Concat(Enumerable.Range(count, 100).Select(number =>
                    $"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{number} \"}}}}]}}\n\n")));
            }

            await FakeEngine.WriteAsync(http, RecordedStreams.Of("\"end\"", completion: "20001"));
        });

        var result = await RunAsync(engine, Request with { MaxTokens = 30_000 });

        var whole = string.Concat(Enumerable.Range(0, Tokens).Select(number => $"{number} ")) + "end";
        result.Value.Text.Should().Be(whole);
        result.Value.CompletionTokens.Should().Be(20_001);
    }

    [Fact]
    public async Task A_server_that_never_stops_is_a_fault()
    {
        var chunk = $"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{new string('x', 1_000)}\"}}}}]}}\n\n";
        await using var engine = await FakeEngine.StartAsync(async http =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await FakeEngine.WriteAsync(http, chunk);
            }
        });
        var run = () => RunAsync(engine);

        await run.Should().ThrowAsync<EngineFaultException>().WithMessage("*longer than was ordered*");
    }

    private Task<Result<InferenceResult, InferenceRejection>> RunAsync(
        FakeEngine engine, InferenceRequest? request = null) =>
        new OpenAiEngine(http, engine.BaseUri, TimeProvider.System).RunAsync(
            request ?? Request,
            piece =>
            {
                pieces.Add(piece);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);
}
