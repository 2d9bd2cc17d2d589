using System.Text;
using FluentAssertions;
using Marketplace.Matching;
using Marketplace.OrderBook.Feeds;
using Xunit;

namespace Marketplace.Tests.OrderBook.Feeds;

/// <summary>What goes over the wire.</summary>
public sealed class SseFeedWriterTests
{
    private static readonly FeedPace Long = new(TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    [Fact]
    public async Task Messages_are_written_as_events_and_the_end_with_its_reason()
    {
        var book = new BookEvents();
        var subscription = book.Subscribed(FeedKind.Best);
        book.Rest(Side.Bid, slot: 1, tick: 5, quantity: 10);
        book.Hub.Close();
        using var target = new MemoryStream();

        await SseFeedWriter.WriteAsync(subscription, target, Long, TimeProvider.System, default);

        Encoding.UTF8.GetString(target.ToArray()).Should().Be(
            "event: best\nid: 1\ndata: {\"market\":1,\"view\":\"any\",\"seq\":1,\"bid\":null,\"ask\":null}\n\n"
            + "event: best\nid: 2\ndata: {\"market\":1,\"view\":\"any\",\"seq\":2,\"bid\":[5,10],\"ask\":null}\n\n"
            + "event: end\ndata: {\"reason\":\"closed\"}\n\n");
    }

    [Fact]
    public async Task A_message_that_comes_later_is_written_when_it_comes_and_comments_until_then()
    {
        var book = new BookEvents();
        var subscription = book.Subscribed(FeedKind.Trades);
        using var target = new Lines();
        var writing = SseFeedWriter.WriteAsync(
            subscription, target, Long with { KeepAlive = TimeSpan.FromMilliseconds(1) }, TimeProvider.System, default);

        await target.Until(": keep-alive");
        book.Trade(bid: 99, ask: 98, tick: 5, quantity: 10);
        await target.Until("\"quantity\":10");
        book.Hub.Close();
        await writing;

        target.Text.Should().EndWith("event: end\ndata: {\"reason\":\"closed\"}\n\n");
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_writing()
    {
        using var leaving = new CancellationTokenSource();
        var subscription = new BookEvents().Subscribed(FeedKind.Trades);
        using var target = new MemoryStream();
        var writing = SseFeedWriter.WriteAsync(subscription, target, Long, TimeProvider.System, leaving.Token);

        await leaving.CancelAsync();

        await writing.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    /// <summary>Lets a test wait for what is written.</summary>
    private sealed class Lines : MemoryStream
    {
        private readonly SemaphoreSlim written = new(0);

        public string Text { get; private set; } = "";

        public async Task Until(string text)
        {
            while (!Text.Contains(text, StringComparison.Ordinal))
            {
                (await written.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue();
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Text += Encoding.UTF8.GetString(buffer.Span);
            written.Release();
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            written.Dispose();
            base.Dispose(disposing);
        }
    }
}
