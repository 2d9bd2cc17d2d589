using System.Text.Json;
using FluentAssertions;
using Marketplace.Ethereum;
using Xunit;

namespace Marketplace.ScenarioTests.Ethereum;

public sealed class JsonRpcFaultTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient http = new();

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_call_carries_method_and_arguments_and_returns_the_result()
    {
        JsonElement seen = default;
        await using var node = new LoopbackNode(request =>
        {
            seen = request;
            return Reply(request, "\"result\":\"0x7a69\"");
        });

        var result = await Client(node).CallAsync("eth_call", ["0x01", true], CancellationToken.None);

        result.GetString().Should().Be("0x7a69");
        seen.GetProperty("jsonrpc").GetString().Should().Be("2.0");
        seen.GetProperty("method").GetString().Should().Be("eth_call");
        seen.GetProperty("params").GetRawText().Should().Be("[\"0x01\",true]");
    }

    [Fact]
    public async Task A_node_that_never_answers_times_out()
    {
        await using var node = new LoopbackNode(_ => new NodeReply(200, null));
        var client = new JsonRpcClient(http, node.Endpoint, TimeSpan.FromMilliseconds(200));

        var call = () => client.CallAsync("eth_chainId", [], CancellationToken.None);

        (await call.Should().ThrowAsync<RpcTimeoutException>()).Which.Method.Should().Be("eth_chainId");
    }

    [Fact]
    public async Task The_callers_cancellation_is_no_timeout()
    {
        using var cancelled = new CancellationTokenSource();
        await using var node = new LoopbackNode(_ =>
        {
            cancelled.Cancel();
            return new NodeReply(200, null);
        });

        var call = () => Client(node).CallAsync("eth_chainId", [], cancelled.Token);

        await call.Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(200, "not JSON")]
    [InlineData(200, "")]
    [InlineData(200, "[]")]
    [InlineData(200, "{\"jsonrpc\":\"2.0\",\"id\":999,\"result\":\"0x1\"}")]
    [InlineData(200, "{\"jsonrpc\":\"2.0\",\"id\":1}")]
    public async Task Http_errors_and_replies_that_are_none_are_transport_faults(int status, string body)
    {
        await using var node = new LoopbackNode(_ => new NodeReply(status, body));

        var call = () => Client(node).CallAsync("eth_chainId", [], CancellationToken.None);

        await call.Should().ThrowAsync<RpcTransportException>();
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_a_transport_fault()
    {
        var node = LoopbackNode.Returning("null");
        await node.DisposeAsync();

        var call = () => Client(node).CallAsync("eth_chainId", [], CancellationToken.None);

        await call.Should().ThrowAsync<RpcTransportException>();
    }

    [Theory]
    [InlineData("\"data\":\"0x08c379a0\"", "0x08c379a0")]
    [InlineData("\"data\":{\"data\":\"0x08c379a0\"}", "0x08c379a0")]
    [InlineData("\"data\":null", null)]
    [InlineData("\"hint\":1", null)]
    public async Task An_error_object_keeps_code_message_and_revert_data(string member, string? dataHex)
    {
        await using var node = new LoopbackNode(request =>
            Reply(request, $$"""
                "error":{"code":3,"message":"execution reverted",{{member}}}
                """));

        var call = () => Client(node).CallAsync("eth_call", [], CancellationToken.None);

        var error = (await call.Should().ThrowAsync<RpcErrorException>()).Which;
        error.Code.Should().Be(3);
        error.RpcMessage.Should().Be("execution reverted");
        error.DataHex.Should().Be(dataHex);
    }

    [Fact]
    public async Task A_batch_answered_out_of_order_comes_back_in_the_order_of_the_calls()
    {
        await using var node = new LoopbackNode(batch => Batch(batch.EnumerateArray().Reverse()));

        var results = await Client(node).BatchAsync(
            [new RpcCall("a", []), new RpcCall("b", []), new RpcCall("c", [])], CancellationToken.None);

        results.Select(result => result.GetString()).Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task A_batch_with_a_missing_or_doubled_reply_is_a_transport_fault()
    {
        RpcCall[] calls = [new("a", []), new("b", [])];
        await using var forgetful = new LoopbackNode(batch => Batch(batch.EnumerateArray().Take(1)));
        await using var stuttering = new LoopbackNode(batch => Batch([batch[0], batch[0]]));

        foreach (var node in new[] { forgetful, stuttering })
        {
            var call = () => Client(node).BatchAsync(calls, CancellationToken.None);

            await call.Should().ThrowAsync<RpcTransportException>();
        }
    }

    [Fact]
    public async Task A_batch_refused_as_a_whole_is_an_error()
    {
        await using var node = new LoopbackNode(_ => new NodeReply(
            200, """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}"""));

        var call = () => Client(node).BatchAsync([new RpcCall("a", [])], CancellationToken.None);

        (await call.Should().ThrowAsync<RpcErrorException>()).Which.Code.Should().Be(-32600);
    }

    private JsonRpcClient Client(LoopbackNode node) => new(http, node.Endpoint, Patience);

    private static NodeReply Reply(JsonElement request, string member) =>
        new(200, $$"""{"jsonrpc":"2.0","id":{{request.GetProperty("id")}},{{member}}}""");

    private static NodeReply Batch(IEnumerable<JsonElement> requests) => new(
        200,
        "[" + string.Join(',', requests.Select(request =>
            Reply(request, $"\"result\":{request.GetProperty("method").GetRawText()}").Body)) + "]");
}
