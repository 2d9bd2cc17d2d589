using System.Globalization;
using System.Net;
using FluentAssertions;
using Marketplace.Kernel;
using Marketplace.Matching;
using Marketplace.OrderBook.Entry;
using Marketplace.ScenarioTests.OrderBook.Journaling;
using Marketplace.Tests.OrderBook;
using Xunit;

namespace Marketplace.ScenarioTests.OrderBook;

/// <summary>Orders over HTTP: what is answered, what is refused and how, and what a flood can do.</summary>
public sealed class OrderRouteTests : IDisposable
{
    private static readonly EntryRates Narrow = new(new(1, 256), new(1, 256), new(1, 1));

    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_batch_is_answered_order_by_order_and_its_ask_sells_a_bid_its_job()
    {
        await using var host = await StartedAsync();
        var session = await host.OpenedAsync(1);

        var answers = await host.AnswersAsync(session.Batch(session.Ask(1), session.Ask(2, tick: 0)));
        var matched = await host.World.DoAsync(BookWorld.Bid("b1"));

        answers[0]!.ToJsonString().Should().Be("""{"seq":4,"order":"0000000100000001","traded":0,"open":2000000}""");
        answers[1]!.ToJsonString().Should().Be(
            """{"seq":5,"refusal":"PriceOutsideGrant","mend":"Keep to the grant\u0027s price, """
            + """or sign a grant with another."}""");
        matched.Legs.Single().Provider.Should().Be(new ProviderId(1));
    }

    [Fact]
    public async Task The_same_bytes_get_the_same_answer_however_often_they_come()
    {
        await using var host = await StartedAsync();
        var session = await host.OpenedAsync(1);
        var batch = session.Batch(session.Ask(1), session.Ask(2));

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.AnswersAsync(batch)));

        replies.Select(reply => reply.ToJsonString()).Distinct().Should().ContainSingle();
        (await host.World.Loop.ReadAsync(state => state.Depth(BookWorld.Market), default))
            .Asks.Single().Orders.Should().Be(2);
    }

    [Fact]
    public async Task Cancels_get_through_a_flood_of_forged_batches_and_the_flood_changes_nothing()
    {
        await using var host = await StartedAsync();
        var session = await host.OpenedAsync(1);
        var placed = await host.AnswersAsync(session.Batch([.. Numbers(1, 100).Select(seq => session.Ask(seq))]));
        var before = await host.World.DigestAsync();
        var decided = host.World.Loop.DecidedSeq;

        var flood = Task.WhenAll(Numbers(200, 200).Select(seq => host.PostAsync(Forged(session, seq))));
        var refused = await flood;
        var after = (await host.World.DigestAsync(), host.World.Loop.DecidedSeq);
        var second = Task.WhenAll(Numbers(500, 200).Select(seq => host.PostAsync(Forged(session, seq))));
        var cancels = await host.AnswersAsync(session.Batch([.. Numbers(1, 100).Select(
            seq => session.Cancel(1_000 + seq, HandleOf(placed[(int)seq - 1]!["order"]!.GetValue<string>())))]));
        await second;

        refused.Should().OnlyContain(reply => reply.Status == HttpStatusCode.Unauthorized);
        refused[0].Body["title"]!.GetValue<string>().Should().Be("BadMac");
        refused[0].Body["detail"]!.GetValue<string>().Should().Be(EntryRefusal.BadMac.Mend());
        after.Should().Be((before, decided));
        cancels.Should().OnlyContain(answer => answer!["order"] != null);
        (await host.World.Loop.ReadAsync(state => state.Depth(BookWorld.Market), default)).Asks.Should().BeEmpty();
    }

    [Fact]
    public async Task A_source_that_is_too_fast_waits_before_anything_is_authenticated_and_its_cancels_do_not()
    {
        await using var host = await StartedAsync(sources: Narrow);
        var session = await host.OpenedAsync(1);
        var placed = await host.AnswersAsync(session.Batch([.. Numbers(1, 256).Select(seq => session.Ask(seq))]));

        var late = await host.PostAsync(Forged(session, 300));
        var cancel = session.Cancel(301, HandleOf(placed[0]!["order"]!.GetValue<string>()));
        var cancelled = await host.PostAsync(session.Batch(cancel));
        host.World.Clock.Now = host.World.Clock.Now.AddSeconds(1);
        var next = await host.PostAsync(session.Batch(session.Ask(302)));

        late.Status.Should().Be(HttpStatusCode.TooManyRequests, "the MAC is wrong, but it was never looked at");
        late.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        cancelled.Status.Should().Be(HttpStatusCode.OK);
        next.Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_no_batch_is_told_how_to_be_one()
    {
        await using var host = await StartedAsync();
        var session = await host.OpenedAsync(1);
        var foreign = (session with { Account = session.Account + 1 }).Ask(2);

        var tooLong = await host.PostAsync(new byte[EntryBatch.LongestBytes + 1]);
        var cut = await host.PostAsync(session.Batch(session.Ask(1))[..^1]);
        var unknown = await host.PostAsync((session with { Number = 9 }).Batch(session.Ask(1)));
        var ofAnother = await host.PostAsync(session.Batch(session.Ask(1), foreign));

        (tooLong.Status, TitleOf(tooLong.Body)).Should().Be((HttpStatusCode.RequestEntityTooLarge, "TooLong"));
        (cut.Status, TitleOf(cut.Body)).Should().Be((HttpStatusCode.BadRequest, "Truncated"));
        (unknown.Status, TitleOf(unknown.Body)).Should().Be((HttpStatusCode.Unauthorized, "UnknownSession"));
        (ofAnother.Status, TitleOf(ofAnother.Body)).Should().Be((HttpStatusCode.Forbidden, "ForeignAccount"));
        ofAnother.Body["index"]!.GetValue<int>().Should().Be(1);
        ofAnother.Body["type"]!.GetValue<string>().Should().Be("urn:marketplace:entry:ForeignAccount");
        host.World.Loop.DecidedSeq.Should().Be(3, "a refused batch has no effect at all");
    }

    private async Task<OrderHost> StartedAsync(EntryRates? sources = null) =>
        await OrderHost.StartedAsync(await LoopWorld.WithBudgetAsync(folder.Path), sources);

    private static byte[] Forged(SessionOrders session, ulong seq)
    {
        var bytes = session.Batch(session.Ask(seq));
        bytes[^1] ^= 1;
        return bytes;
    }

    private static IEnumerable<ulong> Numbers(int first, int count) =>
        Enumerable.Range(first, count).Select(number => (ulong)number);

    private static OrderHandle HandleOf(string hex) =>
        new(ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private static string TitleOf(System.Text.Json.Nodes.JsonObject body) => body["title"]!.GetValue<string>();
}
