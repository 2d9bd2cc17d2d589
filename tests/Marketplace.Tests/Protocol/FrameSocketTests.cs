using System.Net.WebSockets;
using System.Text;
using FluentAssertions;
using Marketplace.Escrow;
using Marketplace.Kernel;
using Marketplace.Protocol;
using Xunit;

namespace Marketplace.Tests.Protocol;

public sealed class FrameSocketTests
{
    private const string Id = "0x0101010101010101010101010101010101010101010101010101010101010101";

    [Fact]
    public async Task A_frame_arrives_as_it_was_sent()
    {
        var commit = new ResultCommit(new AssignmentId(Hash32.Parse(Id)), new ProviderId(7), Hash32.Parse(Id));
        using var wire = new MemoryWebSocket();
        using var socket = new FrameSocket(wire);

        await socket.SendAsync(new CommitFrame(commit, [1, 2]), CancellationToken.None);
        var frame = await socket.ReceiveAsync<CommitFrame>(CancellationToken.None);

        frame.Should().BeEquivalentTo(new CommitFrame(commit, [1, 2]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"type":"no-such-frame"}""")]
    [InlineData("""{"type":"commit"}""")]
    [InlineData("""{"type":"commit","commit":null,"signature":""}""")]
    [InlineData("""{"type":"reveal","result":null,"signature":"","canonical":""}""")]
    [InlineData("""{"type":"tickets","clientOrderId":"a","jobId":1}""")]
    [InlineData("""{"type":"text","assignmentId":null,"index":0,"text":"a"}""")]
    [InlineData("""{"type":"assignment-closed","assignmentId":"ID","outcome":"accepted","amount":-1}""")]
    public async Task What_is_no_whole_frame_ends_the_connection_and_nothing_else(string text)
    {
        using var wire = new MemoryWebSocket();
        using var socket = new FrameSocket(wire);
        wire.Put(text.Replace("ID", Id, StringComparison.Ordinal));

        var receive = () => socket.ReceiveAsync(CancellationToken.None);

        await receive.Should().ThrowAsync<ConnectionEndedException>();
    }

    [Fact]
    public async Task A_refusal_in_place_of_the_expected_frame_says_why()
    {
        using var wire = new MemoryWebSocket();
        using var socket = new FrameSocket(wire);
        await socket.SendAsync(new Refused("bad-proof", "Sign it."), CancellationToken.None);

        var receive = () => socket.ReceiveAsync<GatewayWelcome>(CancellationToken.None);

        await receive.Should().ThrowAsync<ConnectionEndedException>().WithMessage("bad-proof: Sign it.");
    }

    [Fact]
    public async Task A_frame_without_end_is_not_read_into_memory_for_ever()
    {
        using var wire = new MemoryWebSocket();
        using var socket = new FrameSocket(wire);
        wire.Put(new string(' ', 4 * 1024 * 1024 + 1));

        var receive = () => socket.ReceiveAsync(CancellationToken.None);

        await receive.Should().ThrowAsync<ConnectionEndedException>().WithMessage("*larger than*");
    }

    /// <summary>What is sent comes back, message by message.</summary>
    private sealed class MemoryWebSocket : WebSocket
    {
        private readonly Queue<byte[]> messages = new();
        private int read;

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => WebSocketState.Open;

        public override string? SubProtocol => null;

        public void Put(string text) => messages.Enqueue(Encoding.UTF8.GetBytes(text));

        public override void Abort() => messages.Clear();

        public override Task CloseAsync(
            WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public override Task CloseOutputAsync(
            WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public override void Dispose() => messages.Clear();

        public override Task<WebSocketReceiveResult> ReceiveAsync(
            ArraySegment<byte> buffer, CancellationToken cancellationToken)
        {
            var message = messages.Peek();
            var count = Math.Min(buffer.Count, message.Length - read);
            message.AsSpan(read, count).CopyTo(buffer);
            read += count;
            var isEnd = read == message.Length;
            if (isEnd)
            {
                messages.Dequeue();
                read = 0;
            }

            return Task.FromResult(new WebSocketReceiveResult(count, WebSocketMessageType.Text, isEnd));
        }

        public override Task SendAsync(
            ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage,
            CancellationToken cancellationToken)
        {
            messages.Enqueue(buffer.ToArray());
            return Task.CompletedTask;
        }
    }
}
